package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of an {@link Opcode#INVOKE} request. Behind the name come the arguments: their count as a u32, then each behind its length as a u32; with {@link #FLAG_MEASURED}, behind those a {@link RunFiguresLayout}. */
public final class InvokeLayout {
    public static final int FLAGS_OFFSET = 0;
    public static final int NAME_LENGTH_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int RESERVED_OFFSET = NAME_LENGTH_OFFSET + Byte.BYTES;
    public static final int NAME_OFFSET = RESERVED_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = NAME_OFFSET;

    /** The call may not write; only such a call is repeated on a new session. */
    public static final int FLAG_READ_ONLY = 1;

    /** The client can run the function itself: {@link Status#PUSHED_BACK} may be the answer. */
    public static final int FLAG_CLIENT_RUNS = 2;

    /** Behind the arguments stands a {@link RunFiguresLayout}. */
    public static final int FLAG_MEASURED = 4;

    public static final int FLAGS_ALL = FLAG_READ_ONLY | FLAG_CLIENT_RUNS | FLAG_MEASURED;

    private InvokeLayout() {}

    /** Writes the fixed fields; {@code name} follows at {@link #NAME_OFFSET}. */
    public static void write(MemorySegment memory, long body, int flags, int nameLength) {
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + NAME_LENGTH_OFFSET, nameLength);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }

    /** How many bytes stand behind the arguments. */
    public static int figuresBytes(int flags) {
        return (flags & FLAG_MEASURED) == 0 ? 0 : RunFiguresLayout.BYTES;
    }

    public static int nameLength(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + NAME_LENGTH_OFFSET);
    }
}
