package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * Body of an {@link Opcode#INVOKE_ALL} request: one function, and the arguments of each of its calls. Behind the name come the argument lists, each behind
 * its length as a u32 and as an {@link InvokeLayout} has it.
 */
public final class InvokeAllLayout {
    public static final int FLAGS_OFFSET = 0;
    public static final int NAME_LENGTH_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    /** Calls, at least one. */
    public static final int COUNT_OFFSET = NAME_LENGTH_OFFSET + Byte.BYTES;

    public static final int NAME_OFFSET = COUNT_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = NAME_OFFSET;

    /** The calls may not write; only such a request is repeated on a new session. */
    public static final int FLAG_READ_ONLY = 1;

    public static final int FLAGS_ALL = FLAG_READ_ONLY;

    private InvokeAllLayout() {}

    /** Writes the fixed fields; {@code name} follows at {@link #NAME_OFFSET}. */
    public static void write(MemorySegment memory, long body, int flags, int nameLength, int count) {
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + NAME_LENGTH_OFFSET, nameLength);
        Wire.putShort(memory, body + COUNT_OFFSET, count);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }

    public static int nameLength(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + NAME_LENGTH_OFFSET);
    }

    public static int count(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + COUNT_OFFSET);
    }
}
