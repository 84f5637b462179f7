package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#MULTI}: {@code count} times a {@link MultiEntryLayout}. */
public final class MultiReplyLayout {
    public static final int COUNT_OFFSET = 0;
    /** {@link #COMMITTED}, or the index of the operation because of which nothing was written: its entry is the last. */
    public static final int FAILED_OFFSET = COUNT_OFFSET + Short.BYTES;

    public static final int ENTRIES_OFFSET = FAILED_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = ENTRIES_OFFSET;

    /** A {@code failed}: no operation did; everything was written. */
    public static final int COMMITTED = 0xFFFF;

    private MultiReplyLayout() {}

    /** Writes the fixed fields; {@code entries} follows at {@link #ENTRIES_OFFSET}. */
    public static void write(MemorySegment memory, long body, int count, int failed) {
        Wire.putShort(memory, body + COUNT_OFFSET, count);
        Wire.putShort(memory, body + FAILED_OFFSET, failed);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + COUNT_OFFSET);
    }

    public static int failed(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + FAILED_OFFSET);
    }
}
