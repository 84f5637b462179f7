package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#TABLE_OPEN} request. The name fills the rest. */
public final class TableOpenLayout {
    public static final int FLAGS_OFFSET = 0;
    public static final int RESERVED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int NAME_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = NAME_OFFSET;

    /** Create the table when there is none. */
    public static final int FLAG_CREATE = 1;

    /** An ordered table is wanted: one that is there and is none is an error. */
    public static final int FLAG_ORDERED = 2;

    /** A table that evicts when the quota is used up is wanted: one that is there and refuses is an error. */
    public static final int FLAG_EVICTING = 4;

    /** All flags that there are. */
    public static final int FLAGS = FLAG_CREATE | FLAG_ORDERED | FLAG_EVICTING;

    private TableOpenLayout() {}

    /** Writes the fixed fields; {@code name} follows at {@link #NAME_OFFSET}. */
    public static void write(MemorySegment memory, long body, int flags) {
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }
}
