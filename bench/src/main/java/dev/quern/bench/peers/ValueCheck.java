package dev.quern.bench.peers;

import dev.quern.client.Reply;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Keys of the workload in their encoded form, and a check of values that costs a few nanoseconds. Immutable. */
public final class ValueCheck {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Every key starts alike; the digits that differ stand in its second half. */
    private static final int WORD_OFFSET = Workload.KEY_LENGTH - Long.BYTES;

    private final Workload workload;
    private final byte[][] keys;
    private final long[] words;

    public ValueCheck(Workload workload) {
        this.workload = workload;
        keys = new byte[workload.keys()][];
        words = new long[workload.keys()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Workload.key(i);
            words[i] = MemorySegment.ofArray(keys[i]).get(WORD, WORD_OFFSET);
        }
    }

    Workload workload() {
        return workload;
    }

    /** How many keys there are. */
    public int count() {
        return keys.length;
    }

    public byte[] key(int index) {
        return keys[index];
    }

    /** Whether this is the value of the key: its length, the key that it starts with, and its last byte. */
    public boolean isValueOf(int index, Reply reply) {
        return reply.valueLength() == Workload.VALUE_LENGTH && isValueOf(index, reply.memory(), reply.valueOffset());
    }

    /** As {@link #isValueOf(int, Reply)}, of bytes that have a value's length. */
    public boolean isValueOf(int index, MemorySegment memory, long offset) {
        return isKey(workload.next(index), memory, offset)
                && memory.get(ValueLayout.JAVA_BYTE, offset + Workload.VALUE_LENGTH - 1) == Workload.lastByte(index);
    }

    /** Whether the bytes at an offset are this key. */
    boolean isKey(int index, MemorySegment memory, long offset) {
        return memory.get(WORD, offset + WORD_OFFSET) == words[index];
    }
}
