package dev.quern.server.session;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;

/**
 * A session's window of kept outcomes: a ring of slots, off-heap, a sequence's slot a mask away. Taken from the system at the session's
 * first kept request. Thread: the core's; allocates nothing per request.
 */
final class Outcomes implements AutoCloseable {
    private static final long CACHE_LINE = 64;

    private final long memory;
    private final BlockPool blocks;
    private final long slots;
    private final int mask;

    Outcomes(int window, BlockPool blocks) {
        this.blocks = blocks;
        this.mask = window - 1;
        long bytes = (long) window * OutcomeLayout.SIZE;
        this.memory = NativeHeap.allocate(bytes + CACHE_LINE);
        this.slots = (memory + CACHE_LINE - 1) & -CACHE_LINE;
        NativeMemory.fill(slots, bytes, (byte) 0);
    }

    private long slot(int sequence) {
        return slots + (long) (sequence & mask) * OutcomeLayout.SIZE;
    }

    /** The state of this sequence, as in {@link OutcomeLayout}: EMPTY when it has not begun. */
    int state(int sequence) {
        long slot = slot(sequence);
        return NativeMemory.getInt(slot + OutcomeLayout.SEQUENCE) == sequence
                ? NativeMemory.getByte(slot + OutcomeLayout.STATE)
                : OutcomeLayout.EMPTY;
    }

    /** Takes the slot for a request about to be executed; what it held before is out of the window. */
    void begin(int sequence, int opcode) {
        long slot = slot(sequence);
        release(slot);
        NativeMemory.putInt(slot + OutcomeLayout.SEQUENCE, sequence);
        NativeMemory.putByte(slot + OutcomeLayout.STATE, (byte) OutcomeLayout.EXECUTING);
        NativeMemory.putByte(slot + OutcomeLayout.OPCODE, (byte) opcode);
    }

    /** Forgets that the request began: nothing was done, and it may come again. */
    void cancel(int sequence) {
        long slot = slot(sequence);
        if (NativeMemory.getInt(slot + OutcomeLayout.SEQUENCE) == sequence) {
            release(slot);
        }
    }

    /** Keeps a whole reply. */
    void end(int sequence, int status, long body, int length) {
        long slot = slot(sequence);
        if (NativeMemory.getInt(slot + OutcomeLayout.SEQUENCE) != sequence) {
            return; // The window moved on while it was executing: nobody waits for it.
        }
        NativeMemory.putByte(slot + OutcomeLayout.STATUS, (byte) status);
        NativeMemory.putInt(slot + OutcomeLayout.LENGTH, length);
        if (length <= OutcomeLayout.INLINE_BYTES_MAX) {
            NativeMemory.copy(body, slot + OutcomeLayout.BODY, length);
            NativeMemory.putByte(slot + OutcomeLayout.STATE, (byte) OutcomeLayout.INLINE);
            return;
        }
        long block = blocks.allocate(length);
        if (block == 0) {
            NativeMemory.putByte(slot + OutcomeLayout.STATE, (byte) OutcomeLayout.LOST);
            return;
        }
        NativeMemory.copy(body, block, length);
        NativeMemory.putLong(slot + OutcomeLayout.BODY, block);
        NativeMemory.putByte(slot + OutcomeLayout.STATE, (byte) OutcomeLayout.BLOCK);
    }

    /** Notes that the reply lies among the large bodies, or that it could not be kept. */
    void endElsewhere(int sequence, int status, int state) {
        long slot = slot(sequence);
        if (NativeMemory.getInt(slot + OutcomeLayout.SEQUENCE) == sequence) {
            NativeMemory.putByte(slot + OutcomeLayout.STATUS, (byte) status);
            NativeMemory.putByte(slot + OutcomeLayout.STATE, (byte) state);
        }
    }

    int opcode(int sequence) {
        return NativeMemory.getByte(slot(sequence) + OutcomeLayout.OPCODE);
    }

    int status(int sequence) {
        return NativeMemory.getByte(slot(sequence) + OutcomeLayout.STATUS);
    }

    int length(int sequence) {
        return NativeMemory.getInt(slot(sequence) + OutcomeLayout.LENGTH);
    }

    /** Where the kept body lies, in state INLINE or BLOCK. */
    long body(int sequence) {
        long slot = slot(sequence);
        return NativeMemory.getByte(slot + OutcomeLayout.STATE) == OutcomeLayout.BLOCK
                ? NativeMemory.getLong(slot + OutcomeLayout.BODY)
                : slot + OutcomeLayout.BODY;
    }

    private void release(long slot) {
        if (NativeMemory.getByte(slot + OutcomeLayout.STATE) == OutcomeLayout.BLOCK) {
            blocks.free(
                    NativeMemory.getLong(slot + OutcomeLayout.BODY), NativeMemory.getInt(slot + OutcomeLayout.LENGTH));
        }
        NativeMemory.putByte(slot + OutcomeLayout.STATE, (byte) OutcomeLayout.EMPTY);
    }

    @Override
    public void close() {
        for (int sequence = 0; sequence <= mask; sequence++) {
            release(slot(sequence));
        }
        NativeHeap.free(memory);
    }
}
