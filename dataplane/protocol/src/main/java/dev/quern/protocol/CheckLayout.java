package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#CHECK} inside a {@link Opcode#MULTI}. The key fills the rest. */
public final class CheckLayout {
    /** 0: the record must be absent. */
    public static final int EXPECTED_VERSION_OFFSET = 0;

    public static final int KEY_OFFSET = EXPECTED_VERSION_OFFSET + Long.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = KEY_OFFSET;

    private CheckLayout() {}

    /** Writes the fixed field; {@code key} follows at {@link #KEY_OFFSET}. */
    public static void write(MemorySegment memory, long body, long expectedVersion) {
        Wire.putLong(memory, body + EXPECTED_VERSION_OFFSET, expectedVersion);
    }

    public static long expectedVersion(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + EXPECTED_VERSION_OFFSET);
    }
}
