package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#PUT} and {@link Opcode#COMPARE_AND_SET}. */
public final class WrittenReplyLayout {
    /** The version that was written. */
    public static final int VERSION_OFFSET = 0;

    /** The length of this body. */
    public static final int BYTES = VERSION_OFFSET + Long.BYTES;

    private WrittenReplyLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, long version) {
        Wire.putLong(memory, body + VERSION_OFFSET, version);
    }

    public static long version(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + VERSION_OFFSET);
    }
}
