package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a good reply to {@link Opcode#FUNCTION_FETCH}. The module fills the rest, or nothing when the client has it already. */
public final class FunctionModuleLayout {
    public static final int SHA256_OFFSET = 0;
    public static final int TIME_LIMIT_US_OFFSET = SHA256_OFFSET + PushbackLayout.SHA256_BYTES;
    public static final int MEMORY_PAGES_MAX_OFFSET = TIME_LIMIT_US_OFFSET + Long.BYTES;
    public static final int FLAGS_OFFSET = MEMORY_PAGES_MAX_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int MODULE_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = MODULE_OFFSET;

    /** As {@link FunctionLayout#FLAG_READ_ONLY} and {@link FunctionLayout#FLAG_FRESH}. */
    public static final int FLAGS_ALL = FunctionLayout.FLAG_READ_ONLY | FunctionLayout.FLAG_FRESH;

    private FunctionModuleLayout() {}

    /** Writes the fixed fields; the module follows at {@link #MODULE_OFFSET}. */
    public static void write(
            MemorySegment memory, long body, byte[] sha256, long timeLimitUs, int memoryPagesMax, int flags) {
        long ignored = Wire.putBytes(memory, body + SHA256_OFFSET, sha256);
        Wire.putLong(memory, body + TIME_LIMIT_US_OFFSET, timeLimitUs);
        Wire.putInt(memory, body + MEMORY_PAGES_MAX_OFFSET, memoryPagesMax);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static byte[] sha256(MemorySegment memory, long body) {
        return Wire.bytes(memory, body + SHA256_OFFSET, PushbackLayout.SHA256_BYTES);
    }

    public static long timeLimitUs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + TIME_LIMIT_US_OFFSET);
    }

    public static int memoryPagesMax(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + MEMORY_PAGES_MAX_OFFSET);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }
}
