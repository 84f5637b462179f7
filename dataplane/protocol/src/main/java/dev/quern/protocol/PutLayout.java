package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#PUT} request. The value fills the rest behind the key. */
public final class PutLayout {
    public static final int TTL_MS_OFFSET = 0;
    public static final int KEY_LENGTH_OFFSET = TTL_MS_OFFSET + Long.BYTES;
    public static final int CONDITIONS_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;
    public static final int KEY_OFFSET = CONDITIONS_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEY_OFFSET;

    /** A {@code ttlMs}: the record never expires. */
    public static final long TTL_NONE = 0;

    /** A {@code ttlMs}: the record keeps the expiry that it has. */
    public static final long TTL_KEEP = -1;

    /** A condition: {@link Status#EXISTS} when the record is there. */
    public static final int IF_ABSENT = 1;

    /** A condition: {@link Status#NOT_FOUND} when the record is not there. */
    public static final int IF_PRESENT = 2;

    static final int CONDITIONS_ALL = IF_ABSENT | IF_PRESENT;

    private PutLayout() {}

    /** Writes the fixed fields; {@code key} follows at {@link #KEY_OFFSET}. */
    public static void write(MemorySegment memory, long body, long ttlMs, int keyLength, int conditions) {
        Wire.putLong(memory, body + TTL_MS_OFFSET, ttlMs);
        Wire.putShort(memory, body + KEY_LENGTH_OFFSET, keyLength);
        Wire.putShort(memory, body + CONDITIONS_OFFSET, conditions);
    }

    public static long ttlMs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + TTL_MS_OFFSET);
    }

    public static int keyLength(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + KEY_LENGTH_OFFSET);
    }

    public static int conditions(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + CONDITIONS_OFFSET);
    }

    /** The length of this body. */
    public static int bytes(int keyLength, int valueLength) {
        return KEY_OFFSET + keyLength + valueLength;
    }
}
