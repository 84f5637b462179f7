package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** One record in a {@link MultiGetReplyLayout}. The next entry follows the value. */
public final class MultiGetEntryLayout {
    public static final int VERSION_OFFSET = 0;
    /** −1 when there is no such record. */
    public static final int VALUE_LENGTH_OFFSET = VERSION_OFFSET + Long.BYTES;

    public static final int VALUE_OFFSET = VALUE_LENGTH_OFFSET + Integer.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = VALUE_OFFSET;

    public static final int ABSENT = -1;

    private MultiGetEntryLayout() {}

    /** Writes the fixed fields; {@code value} follows at {@link #VALUE_OFFSET}. */
    public static void write(MemorySegment memory, long body, long version, int valueLength) {
        Wire.putLong(memory, body + VERSION_OFFSET, version);
        Wire.putInt(memory, body + VALUE_LENGTH_OFFSET, valueLength);
    }

    public static long version(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + VERSION_OFFSET);
    }

    public static int valueLength(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + VALUE_LENGTH_OFFSET);
    }
}
