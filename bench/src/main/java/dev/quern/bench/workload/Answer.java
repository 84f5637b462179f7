package dev.quern.bench.workload;

import java.lang.foreign.MemorySegment;

/**
 * A good answer where it lies in a receive buffer: to be read before {@link Endpoint.Listener#onAnswer} returns. One thread; each endpoint
 * uses one again and again.
 */
public final class Answer {
    private boolean found;
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private int length;

    /** There is no such record. */
    public Answer missing() {
        return set(false, MemorySegment.NULL, 0, 0);
    }

    /** It was done, and there is nothing to read. */
    public Answer done() {
        return set(true, MemorySegment.NULL, 0, 0);
    }

    /** A value, in bytes of a segment. */
    public Answer value(MemorySegment segment, long at, int bytes) {
        return set(true, segment, at, bytes);
    }

    private Answer set(boolean isFound, MemorySegment segment, long at, int bytes) {
        found = isFound;
        memory = segment;
        offset = at;
        length = bytes;
        return this;
    }

    /** False when a get found no record. */
    public boolean found() {
        return found;
    }

    public MemorySegment memory() {
        return memory;
    }

    public long offset() {
        return offset;
    }

    /** Length of the value in bytes. */
    public int length() {
        return length;
    }
}
