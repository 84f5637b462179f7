package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** One operation of a {@link Opcode#MULTI}: what it does, to which table, and its body as in a request of its own. */
public final class MultiOperationLayout {
    public static final int OPCODE_OFFSET = 0;
    public static final int RESERVED_OFFSET = OPCODE_OFFSET + Byte.BYTES;
    public static final int TABLE_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int BODY_LENGTH_OFFSET = TABLE_OFFSET + Short.BYTES;
    public static final int BODY_OFFSET = BODY_LENGTH_OFFSET + Integer.BYTES;

    /** The least length of an operation. */
    public static final int BYTES_MIN = BODY_OFFSET;

    private MultiOperationLayout() {}

    /** Writes the fixed fields; {@code body} follows at {@link #BODY_OFFSET}. */
    public static void write(MemorySegment memory, long operation, int opcode, int table, int bodyLength) {
        Wire.putByte(memory, operation + OPCODE_OFFSET, opcode);
        Wire.putByte(memory, operation + RESERVED_OFFSET, 0);
        Wire.putShort(memory, operation + TABLE_OFFSET, table);
        Wire.putInt(memory, operation + BODY_LENGTH_OFFSET, bodyLength);
    }

    public static int opcode(MemorySegment memory, long operation) {
        return Wire.getUnsignedByte(memory, operation + OPCODE_OFFSET);
    }

    public static int table(MemorySegment memory, long operation) {
        return Wire.getUnsignedShort(memory, operation + TABLE_OFFSET);
    }

    public static int bodyLength(MemorySegment memory, long operation) {
        return Wire.getInt(memory, operation + BODY_LENGTH_OFFSET);
    }
}
