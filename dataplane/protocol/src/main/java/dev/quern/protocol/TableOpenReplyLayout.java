package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#TABLE_OPEN}. */
public final class TableOpenReplyLayout {
    /** What requests name the table by, in their header. */
    public static final int TABLE_OFFSET = 0;

    public static final int RESERVED_OFFSET = TABLE_OFFSET + Short.BYTES;

    /** The length of this body. */
    public static final int BYTES = RESERVED_OFFSET + Short.BYTES;

    private TableOpenReplyLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, int table) {
        Wire.putShort(memory, body + TABLE_OFFSET, table);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
    }

    public static int table(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + TABLE_OFFSET);
    }
}
