package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#SCAN}: {@code count} times a {@link ScanEntryLayout}. */
public final class ScanReplyLayout {
    /** 0 when the scan is done. */
    public static final int CURSOR_OFFSET = 0;

    public static final int COUNT_OFFSET = CURSOR_OFFSET + Long.BYTES;
    public static final int ENTRIES_OFFSET = COUNT_OFFSET + Integer.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = ENTRIES_OFFSET;

    private ScanReplyLayout() {}

    /** Writes the fixed fields; {@code entries} follows at {@link #ENTRIES_OFFSET}. */
    public static void write(MemorySegment memory, long body, long cursor, int count) {
        Wire.putLong(memory, body + CURSOR_OFFSET, cursor);
        Wire.putInt(memory, body + COUNT_OFFSET, count);
    }

    public static long cursor(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + CURSOR_OFFSET);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + COUNT_OFFSET);
    }
}
