package dev.quern.client;

import dev.quern.protocol.MultiGetEntryLayout;
import java.lang.foreign.MemorySegment;

/** Is shown the records of an answer where they lie, see {@link Reply#values}. On the thread that polls the client. */
@FunctionalInterface
public interface ValueVisitor {
    /** The length of a value that is not there. */
    int ABSENT = MultiGetEntryLayout.ABSENT;

    /**
     * One record.
     *
     * @param index of its key among those asked for
     * @param version the record's; 0 when there is none
     * @param memory good until this returns; where the value lies from {@code offset} on
     * @param length of the value, or {@link #ABSENT}
     */
    void onValue(int index, long version, MemorySegment memory, long offset, int length);
}
