package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a reply to {@link Opcode#INVOKE} with {@link Status#PUSHED_BACK}: which module the client is to run itself, and the time that its call sees. */
public final class PushbackLayout {
    public static final int SHA256_OFFSET = 0;
    public static final int SHA256_BYTES = 32;
    public static final int UNIX_MS_OFFSET = SHA256_OFFSET + SHA256_BYTES;

    /** The length of this body. */
    public static final int BYTES = UNIX_MS_OFFSET + Long.BYTES;

    private PushbackLayout() {}

    /** Writes all of it. */
    public static void write(MemorySegment memory, long body, byte[] sha256, long unixMs) {
        long ignored = Wire.putBytes(memory, body + SHA256_OFFSET, sha256);
        Wire.putLong(memory, body + UNIX_MS_OFFSET, unixMs);
    }

    public static byte[] sha256(MemorySegment memory, long body) {
        return Wire.bytes(memory, body + SHA256_OFFSET, SHA256_BYTES);
    }

    public static long unixMs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + UNIX_MS_OFFSET);
    }
}
