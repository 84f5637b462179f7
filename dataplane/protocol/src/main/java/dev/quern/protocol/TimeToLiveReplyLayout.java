package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#TIME_TO_LIVE}. */
public final class TimeToLiveReplyLayout {
    /** What is left; −1 when the record never expires. */
    public static final int TTL_MS_OFFSET = 0;

    /** The length of this body. */
    public static final int BYTES = TTL_MS_OFFSET + Long.BYTES;

    public static final long TTL_NONE = -1;

    private TimeToLiveReplyLayout() {}

    /** Writes the fixed fields. */
    public static void write(MemorySegment memory, long body, long ttlMs) {
        Wire.putLong(memory, body + TTL_MS_OFFSET, ttlMs);
    }

    public static long ttlMs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + TTL_MS_OFFSET);
    }
}
