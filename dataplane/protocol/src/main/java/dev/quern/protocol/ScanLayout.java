package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#SCAN} request. */
public final class ScanLayout {
    /** 0 starts; then what the last reply said. */
    public static final int CURSOR_OFFSET = 0;
    /** About how many records the server looks at before it answers. */
    public static final int RECORDS_MAX_OFFSET = CURSOR_OFFSET + Long.BYTES;

    public static final int FLAGS_OFFSET = RECORDS_MAX_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;

    /** The length of this body. */
    public static final int BYTES = RESERVED2_OFFSET + Short.BYTES;

    /** Values are wanted, too. */
    public static final int FLAG_VALUES = 1;

    private ScanLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, long cursor, int recordsMax, int flags) {
        Wire.putLong(memory, body + CURSOR_OFFSET, cursor);
        Wire.putInt(memory, body + RECORDS_MAX_OFFSET, recordsMax);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static long cursor(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + CURSOR_OFFSET);
    }

    public static int recordsMax(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + RECORDS_MAX_OFFSET);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }
}
