package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#INVOKE_ALL}: one {@link InvokeAllEntryLayout} a call, in the order of the request. */
public final class InvokeAllReplyLayout {
    public static final int COUNT_OFFSET = 0;
    public static final int RESERVED_OFFSET = COUNT_OFFSET + Short.BYTES;
    public static final int ENTRIES_OFFSET = RESERVED_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = ENTRIES_OFFSET;

    private InvokeAllReplyLayout() {}

    /** Writes the fixed fields; {@code entries} follows at {@link #ENTRIES_OFFSET}. */
    public static void write(MemorySegment memory, long body, int count) {
        Wire.putShort(memory, body + COUNT_OFFSET, count);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + COUNT_OFFSET);
    }
}
