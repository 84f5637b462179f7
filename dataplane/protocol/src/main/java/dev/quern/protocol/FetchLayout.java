package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#FETCH} request, which carries the sequence of the request whose reply it wants more of. */
public final class FetchLayout {
    /** A multiple of {@link Limits#partBytes}; the total length says that all has arrived, and is not answered. */
    public static final int OFFSET_OFFSET = 0;

    /** The length of this body. */
    public static final int BYTES = OFFSET_OFFSET + Integer.BYTES;

    private FetchLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, int offset) {
        Wire.putInt(memory, body + OFFSET_OFFSET, offset);
    }

    public static int offset(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + OFFSET_OFFSET);
    }
}
