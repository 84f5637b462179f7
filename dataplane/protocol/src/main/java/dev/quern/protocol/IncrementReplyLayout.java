package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#INCREMENT}. */
public final class IncrementReplyLayout {
    public static final int VALUE_OFFSET = 0;
    public static final int VERSION_OFFSET = VALUE_OFFSET + Long.BYTES;

    /** The length of this body. */
    public static final int BYTES = VERSION_OFFSET + Long.BYTES;

    private IncrementReplyLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, long value, long version) {
        Wire.putLong(memory, body + VALUE_OFFSET, value);
        Wire.putLong(memory, body + VERSION_OFFSET, version);
    }

    public static long value(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + VALUE_OFFSET);
    }

    public static long version(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + VERSION_OFFSET);
    }
}
