package dev.quern.client;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One outstanding request, kept until its answer or its end. A session has as many of them as it has needed, made once and reused. */
final class Slot {
    /** Messages up to this long are kept in a slab that several slots share. */
    static final int INLINE_BYTES = 256;

    /** 0 when free. */
    int sequence;

    int opcode;
    boolean replayable;

    /** Where the message is kept: header and body, without padding. For an upload, the header alone. */
    MemorySegment memory;

    long message;
    int length;

    /** Datagrams in which it, or something for it, went out since something last came back. */
    int sends;

    long dueNs;
    long deadlineNs;
    long firstSentNs;

    /** Times that the server was too busy for it. */
    int busyTimes;

    /** Whether the last word on it was that the server is too busy: it is asked again when it is due. */
    boolean waitsAfterBusy;

    /** Whether copies of it may be under way beside one that the server was too busy for. */
    boolean isDoubtful;

    long correlation;
    TableHandle table = TableHandle.DEFAULT;

    @Nullable
    Completion completion;

    /** Set for a body longer than a datagram, until its answer. */
    @Nullable
    Upload upload;

    /** Set from the first piece of an answer longer than a datagram to its last. */
    @Nullable
    Download download;

    final MemorySegment inlineMemory;
    final long inlineOffset;

    Slot(MemorySegment slab, long offset) {
        inlineMemory = slab;
        inlineOffset = offset;
        memory = slab;
        message = offset;
    }

    boolean free() {
        return sequence == 0;
    }

    /** Lets go of all that it holds. */
    void release() {
        sequence = 0;
        completion = null;
        upload = null;
        download = null;
        busyTimes = 0;
        waitsAfterBusy = false;
        isDoubtful = false;
        memory = inlineMemory;
        message = inlineOffset;
        table = TableHandle.DEFAULT;
    }
}
