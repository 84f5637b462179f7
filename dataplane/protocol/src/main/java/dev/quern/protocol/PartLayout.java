package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#PART} request, which carries a piece of a request that is longer than a datagram, and of a good reply to {@link Opcode#FETCH}, which carries a piece of such a reply. */
public final class PartLayout {
    /** Of the whole body. */
    public static final int TOTAL_LENGTH_OFFSET = 0;
    /** A multiple of {@link Limits#partBytes}. */
    public static final int OFFSET_OFFSET = TOTAL_LENGTH_OFFSET + Integer.BYTES;
    /** Of the request. */
    public static final int OPCODE_OFFSET = OFFSET_OFFSET + Integer.BYTES;

    public static final int RESERVED_OFFSET = OPCODE_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int BYTES_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = BYTES_OFFSET;

    private PartLayout() {}

    /** Writes the fixed fields; {@code bytes} follows at {@link #BYTES_OFFSET}. */
    public static void write(MemorySegment memory, long body, int totalLength, int offset, int opcode) {
        Wire.putInt(memory, body + TOTAL_LENGTH_OFFSET, totalLength);
        Wire.putInt(memory, body + OFFSET_OFFSET, offset);
        Wire.putByte(memory, body + OPCODE_OFFSET, opcode);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static int totalLength(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + TOTAL_LENGTH_OFFSET);
    }

    public static int offset(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + OFFSET_OFFSET);
    }

    public static int opcode(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + OPCODE_OFFSET);
    }
}
