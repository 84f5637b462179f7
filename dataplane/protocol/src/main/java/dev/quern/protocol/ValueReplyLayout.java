package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#GET}. The value fills the rest. */
public final class ValueReplyLayout {
    public static final int VERSION_OFFSET = 0;
    public static final int VALUE_OFFSET = VERSION_OFFSET + Long.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = VALUE_OFFSET;

    private ValueReplyLayout() {}

    /** Writes the fixed fields; {@code value} follows at {@link #VALUE_OFFSET}. */
    public static void write(MemorySegment memory, long body, long version) {
        Wire.putLong(memory, body + VERSION_OFFSET, version);
    }

    public static long version(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + VERSION_OFFSET);
    }
}
