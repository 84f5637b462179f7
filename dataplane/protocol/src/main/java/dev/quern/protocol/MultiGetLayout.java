package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#MULTI_GET} request: keys one behind the other, each behind its length as a u16. */
public final class MultiGetLayout {
    public static final int COUNT_OFFSET = 0;
    public static final int RESERVED_OFFSET = COUNT_OFFSET + Short.BYTES;
    public static final int KEYS_OFFSET = RESERVED_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEYS_OFFSET;

    private MultiGetLayout() {}

    /** Writes the fixed fields; {@code keys} follows at {@link #KEYS_OFFSET}. */
    public static void write(MemorySegment memory, long body, int count) {
        Wire.putShort(memory, body + COUNT_OFFSET, count);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + COUNT_OFFSET);
    }
}
