package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#PART}: this piece has arrived. */
public final class PartReplyLayout {
    public static final int OFFSET_OFFSET = 0;

    /** The length of this body. */
    public static final int BYTES = OFFSET_OFFSET + Integer.BYTES;

    private PartReplyLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, int offset) {
        Wire.putInt(memory, body + OFFSET_OFFSET, offset);
    }

    public static int offset(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + OFFSET_OFFSET);
    }
}
