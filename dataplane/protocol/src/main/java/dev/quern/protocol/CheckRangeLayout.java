package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#CHECK_RANGE} inside a {@link Opcode#MULTI}. The low key fills what follows, then the high one. */
public final class CheckRangeLayout {
    public static final int EXPECTED_DIGEST_OFFSET = 0;
    public static final int EXPECTED_COUNT_OFFSET = EXPECTED_DIGEST_OFFSET + Long.BYTES;
    public static final int FLAGS_OFFSET = EXPECTED_COUNT_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int LOW_LENGTH_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int HIGH_LENGTH_OFFSET = LOW_LENGTH_OFFSET + Short.BYTES;
    public static final int RESERVED2_OFFSET = HIGH_LENGTH_OFFSET + Short.BYTES;
    public static final int KEYS_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEYS_OFFSET;

    /** Those of {@link RangeLayout} that say what is part of the range. */
    public static final int FLAGS_ALL =
            RangeLayout.FLAG_BACKWARDS | RangeLayout.FLAG_LOW_INCLUDED | RangeLayout.FLAG_HIGH_INCLUDED;

    private CheckRangeLayout() {}

    /** Writes the fixed fields; the low key follows at {@link #KEYS_OFFSET}. */
    public static void write(
            MemorySegment memory,
            long body,
            long expectedDigest,
            int expectedCount,
            int flags,
            int lowLength,
            int highLength) {
        Wire.putLong(memory, body + EXPECTED_DIGEST_OFFSET, expectedDigest);
        Wire.putInt(memory, body + EXPECTED_COUNT_OFFSET, expectedCount);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + LOW_LENGTH_OFFSET, lowLength);
        Wire.putShort(memory, body + HIGH_LENGTH_OFFSET, highLength);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static long expectedDigest(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + EXPECTED_DIGEST_OFFSET);
    }

    public static int expectedCount(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + EXPECTED_COUNT_OFFSET);
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
