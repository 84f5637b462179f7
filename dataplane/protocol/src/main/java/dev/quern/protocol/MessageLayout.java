package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** The header of one message, request or reply, inside a datagram. */
public final class MessageLayout {
    public static final int OPCODE_OFFSET = 0;
    public static final int STATUS_OFFSET = OPCODE_OFFSET + Byte.BYTES;
    public static final int TABLE_OFFSET = STATUS_OFFSET + Byte.BYTES;
    public static final int LENGTH_OFFSET = TABLE_OFFSET + Short.BYTES;
    public static final int SEQUENCE_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    public static final int DEADLINE_US_OFFSET = SEQUENCE_OFFSET + Integer.BYTES;
    public static final int HEADER_BYTES = DEADLINE_US_OFFSET + Integer.BYTES;

    /** Messages start at multiples of this from the start of their datagram; the bytes in between are zero. */
    public static final int ALIGNMENT = 8;

    static {
        Wire.require(HEADER_BYTES == 16, "message header is 16 bytes");
        Wire.require(HEADER_BYTES % ALIGNMENT == 0, "a body starts aligned");
        Wire.require(Integer.bitCount(ALIGNMENT) == 1, "the alignment is a power of two");
    }

    private MessageLayout() {}

    /** Writes a whole header. {@code bodyLength} is without header and padding. */
    public static void writeHeader(
            MemorySegment memory,
            long message,
            int opcode,
            int status,
            int table,
            int bodyLength,
            int sequence,
            int deadlineUs) {
        Wire.putByte(memory, message + OPCODE_OFFSET, opcode);
        Wire.putByte(memory, message + STATUS_OFFSET, status);
        Wire.putShort(memory, message + TABLE_OFFSET, table);
        Wire.putInt(memory, message + LENGTH_OFFSET, HEADER_BYTES + bodyLength);
        Wire.putInt(memory, message + SEQUENCE_OFFSET, sequence);
        Wire.putInt(memory, message + DEADLINE_US_OFFSET, deadlineUs);
    }

    /**
     * Finishes a message whose body has been written: zeroes the padding behind it.
     *
     * @return the length with header and padding: the next message starts that far on
     */
    public static int pad(MemorySegment memory, long message, int bodyLength) {
        int length = HEADER_BYTES + bodyLength;
        int padded = padded(length);
        Wire.clear(memory, message + length, padded - length);
        return padded;
    }

    /** A length rounded up to {@link #ALIGNMENT}. */
    public static int padded(int length) {
        return (length + (ALIGNMENT - 1)) & -ALIGNMENT;
    }

    /** What a message with such a body takes in a datagram. */
    public static int sizeOf(int bodyLength) {
        return padded(HEADER_BYTES + bodyLength);
    }

    public static int opcode(MemorySegment memory, long message) {
        return Wire.getUnsignedByte(memory, message + OPCODE_OFFSET);
    }

    public static int status(MemorySegment memory, long message) {
        return Wire.getByte(memory, message + STATUS_OFFSET);
    }

    public static int table(MemorySegment memory, long message) {
        return Wire.getUnsignedShort(memory, message + TABLE_OFFSET);
    }

    /** With header, without padding. */
    public static int length(MemorySegment memory, long message) {
        return Wire.getInt(memory, message + LENGTH_OFFSET);
    }

    public static int sequence(MemorySegment memory, long message) {
        return Wire.getInt(memory, message + SEQUENCE_OFFSET);
    }

    /** In a reply of {@link Status#BUSY}: when to ask again, in unsigned microseconds; 0 leaves it to the client. */
    public static void setRetryAfterUs(MemorySegment memory, long message, int retryAfterUs) {
        Wire.putInt(memory, message + DEADLINE_US_OFFSET, retryAfterUs);
    }

    /** Unsigned microseconds: of a request its time, of a reply of {@link Status#BUSY} when to ask again. */
    public static int deadlineUs(MemorySegment memory, long message) {
        return Wire.getInt(memory, message + DEADLINE_US_OFFSET);
    }
}
