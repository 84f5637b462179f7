package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#MULTI} request: {@code count} times a {@link MultiOperationLayout}, one behind the other. */
public final class MultiLayout {
    public static final int COUNT_OFFSET = 0;
    public static final int RESERVED_OFFSET = COUNT_OFFSET + Short.BYTES;
    public static final int OPERATIONS_OFFSET = RESERVED_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = OPERATIONS_OFFSET;

    private MultiLayout() {}

    /** Writes the fixed fields; {@code operations} follows at {@link #OPERATIONS_OFFSET}. */
    public static void write(MemorySegment memory, long body, int count) {
        Wire.putShort(memory, body + COUNT_OFFSET, count);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + COUNT_OFFSET);
    }
}
