package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** What became of one call in an {@link InvokeAllReplyLayout}. The next entry follows the reply. */
public final class InvokeAllEntryLayout {
    public static final int STATUS_OFFSET = 0;
    public static final int RESERVED_OFFSET = STATUS_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    /** What the entry returned; of a call that was {@link Status#BUSY}, after how many microseconds to ask again, 0 when the server does not say. */
    public static final int RESULT_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    public static final int REPLY_LENGTH_OFFSET = RESULT_OFFSET + Integer.BYTES;

    /** With {@link Status#OK} and {@link Status#FUNCTION_FAILED} what the function replied, else a message in UTF-8. */
    public static final int REPLY_OFFSET = REPLY_LENGTH_OFFSET + Integer.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = REPLY_OFFSET;

    private InvokeAllEntryLayout() {}

    /** Writes the fixed fields; {@code reply} follows at {@link #REPLY_OFFSET}. */
    public static void write(MemorySegment memory, long body, int status, int result, int replyLength) {
        // The status and three reserved bytes.
        Wire.putInt(memory, body + STATUS_OFFSET, status & 0xFF);
        Wire.putInt(memory, body + RESULT_OFFSET, result);
        Wire.putInt(memory, body + REPLY_LENGTH_OFFSET, replyLength);
    }

    /** A code from {@link Status}. */
    public static int status(MemorySegment memory, long body) {
        return (byte) Wire.getUnsignedByte(memory, body + STATUS_OFFSET);
    }

    public static int result(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + RESULT_OFFSET);
    }

    public static int replyLength(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + REPLY_LENGTH_OFFSET);
    }
}
