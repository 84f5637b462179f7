package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#RANGE} request: the low key, then the high one. A key of length 0 bounds nothing. */
public final class RangeLayout {
    public static final int RECORDS_MAX_OFFSET = 0;
    public static final int FLAGS_OFFSET = RECORDS_MAX_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int LOW_LENGTH_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int HIGH_LENGTH_OFFSET = LOW_LENGTH_OFFSET + Short.BYTES;
    public static final int RESERVED2_OFFSET = HIGH_LENGTH_OFFSET + Short.BYTES;
    public static final int KEYS_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEYS_OFFSET;

    /** Values are wanted, too. */
    public static final int FLAG_VALUES = 1;

    /** From the greatest key to the least. */
    public static final int FLAG_BACKWARDS = 2;

    /** The low key itself is part of the range. */
    public static final int FLAG_LOW_INCLUDED = 4;

    /** The high key itself is part of the range. */
    public static final int FLAG_HIGH_INCLUDED = 8;

    public static final int FLAGS_ALL = FLAG_VALUES | FLAG_BACKWARDS | FLAG_LOW_INCLUDED | FLAG_HIGH_INCLUDED;

    private RangeLayout() {}

    /** Writes the fixed fields; the keys follow at {@link #KEYS_OFFSET}. */
    public static void write(
            MemorySegment memory, long body, int recordsMax, int flags, int lowLength, int highLength) {
        Wire.putInt(memory, body + RECORDS_MAX_OFFSET, recordsMax);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + LOW_LENGTH_OFFSET, lowLength);
        Wire.putShort(memory, body + HIGH_LENGTH_OFFSET, highLength);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static int recordsMax(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + RECORDS_MAX_OFFSET);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }

    public static int lowLength(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + LOW_LENGTH_OFFSET);
    }

    public static int highLength(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + HIGH_LENGTH_OFFSET);
    }
}
