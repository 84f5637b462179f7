package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of an {@link Opcode#INCREMENT} request. The key fills the rest. */
public final class IncrementLayout {
    public static final int DELTA_OFFSET = 0;
    public static final int KEY_OFFSET = DELTA_OFFSET + Long.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEY_OFFSET;

    private IncrementLayout() {}

    /** Writes the fixed fields; {@code key} follows at {@link #KEY_OFFSET}. */
    public static void write(MemorySegment memory, long body, long delta) {
        Wire.putLong(memory, body + DELTA_OFFSET, delta);
    }

    public static long delta(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + DELTA_OFFSET);
    }
}
