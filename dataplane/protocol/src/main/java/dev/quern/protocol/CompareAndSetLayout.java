package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#COMPARE_AND_SET} request. The value fills the rest behind the key. */
public final class CompareAndSetLayout {
    /** The version that the record must have; 0 when it must be absent. */
    public static final int EXPECTED_VERSION_OFFSET = 0;
    /** As in {@link PutLayout}. */
    public static final int TTL_MS_OFFSET = EXPECTED_VERSION_OFFSET + Long.BYTES;

    public static final int KEY_LENGTH_OFFSET = TTL_MS_OFFSET + Long.BYTES;
    public static final int RESERVED_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;
    public static final int KEY_OFFSET = RESERVED_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEY_OFFSET;

    private CompareAndSetLayout() {}

    /** Writes the fixed fields; {@code key} follows at {@link #KEY_OFFSET}. */
    public static void write(MemorySegment memory, long body, long expectedVersion, long ttlMs, int keyLength) {
        Wire.putLong(memory, body + EXPECTED_VERSION_OFFSET, expectedVersion);
        Wire.putLong(memory, body + TTL_MS_OFFSET, ttlMs);
        Wire.putShort(memory, body + KEY_LENGTH_OFFSET, keyLength);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
    }

    public static long expectedVersion(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + EXPECTED_VERSION_OFFSET);
    }

    public static long ttlMs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + TTL_MS_OFFSET);
    }

    public static int keyLength(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + KEY_LENGTH_OFFSET);
    }

    /** The length of this body. */
    public static int bytes(int keyLength, int valueLength) {
        return KEY_OFFSET + keyLength + valueLength;
    }
}
