package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a reply to {@link Opcode#INVOKE} with {@link Status#OK} or {@link Status#FUNCTION_FAILED}; with {@link Status#PUSHED_BACK} see {@link PushbackLayout}. The function's reply fills the rest. */
public final class InvokeReplyLayout {
    public static final int RESULT_CODE_OFFSET = 0;
    public static final int REPLY_OFFSET = RESULT_CODE_OFFSET + Integer.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = REPLY_OFFSET;

    private InvokeReplyLayout() {}

    /** Writes the fixed fields; {@code reply} follows at {@link #REPLY_OFFSET}. */
    public static void write(MemorySegment memory, long body, int resultCode) {
        Wire.putInt(memory, body + RESULT_CODE_OFFSET, resultCode);
    }

    public static int resultCode(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + RESULT_CODE_OFFSET);
    }
}
