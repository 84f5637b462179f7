package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** One record in a {@link ScanReplyLayout}: its key, and behind it its value where values were asked for. The next entry follows. */
public final class ScanEntryLayout {
    public static final int KEY_LENGTH_OFFSET = 0;
    public static final int RESERVED_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;
    /** −1 when values were not asked for. */
    public static final int VALUE_LENGTH_OFFSET = RESERVED_OFFSET + Short.BYTES;

    public static final int KEY_OFFSET = VALUE_LENGTH_OFFSET + Integer.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEY_OFFSET;

    public static final int NOT_SENT = -1;

    private ScanEntryLayout() {}

    /** Writes the fixed fields; {@code key} follows at {@link #KEY_OFFSET}. */
    public static void write(MemorySegment memory, long body, int keyLength, int valueLength) {
        Wire.putShort(memory, body + KEY_LENGTH_OFFSET, keyLength);
        Wire.putShort(memory, body + RESERVED_OFFSET, 0);
        Wire.putInt(memory, body + VALUE_LENGTH_OFFSET, valueLength);
    }

    public static int keyLength(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + KEY_LENGTH_OFFSET);
    }

    public static int valueLength(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + VALUE_LENGTH_OFFSET);
    }
}
