package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#FUNCTION_LIST}: {@code count} times a {@link FunctionLayout} behind its length as a u32. */
public final class FunctionListReplyLayout {
    public static final int COUNT_OFFSET = 0;
    public static final int FUNCTIONS_OFFSET = COUNT_OFFSET + Integer.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = FUNCTIONS_OFFSET;

    private FunctionListReplyLayout() {}

    /** Writes the fixed fields; {@code functions} follows at {@link #FUNCTIONS_OFFSET}. */
    public static void write(MemorySegment memory, long body, int count) {
        Wire.putInt(memory, body + COUNT_OFFSET, count);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + COUNT_OFFSET);
    }
}
