package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of an {@link Opcode#EXPIRE} request. The key fills the rest. */
public final class ExpireLayout {
    /** From now; 0 takes the expiry away. Never negative. */
    public static final int TTL_MS_OFFSET = 0;

    public static final int KEY_OFFSET = TTL_MS_OFFSET + Long.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEY_OFFSET;

    private ExpireLayout() {}

    /** Writes the fixed fields; {@code key} follows at {@link #KEY_OFFSET}. */
    public static void write(MemorySegment memory, long body, long ttlMs) {
        Wire.putLong(memory, body + TTL_MS_OFFSET, ttlMs);
    }

    public static long ttlMs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + TTL_MS_OFFSET);
    }
}
