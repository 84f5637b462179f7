package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * Body of a {@link Opcode#DEPLOY} request: the manifest. Behind the name come the runtime's name; with {@link #FLAG_TARGET}, a u32; with {@link #FLAG_CALIBRATE}, an argument
 * list behind its length as a u32; and the module, which fills the rest.
 */
public final class DeployLayout {
    /** 0 for the server's default. */
    public static final int TIME_LIMIT_US_OFFSET = 0;
    /** 0 for the server's default. */
    public static final int MEMORY_PAGES_MAX_OFFSET = TIME_LIMIT_US_OFFSET + Long.BYTES;

    public static final int FLAGS_OFFSET = MEMORY_PAGES_MAX_OFFSET + Integer.BYTES;
    public static final int NAME_LENGTH_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int RUNTIME_LENGTH_OFFSET = NAME_LENGTH_OFFSET + Byte.BYTES;
    public static final int RESERVED_OFFSET = RUNTIME_LENGTH_OFFSET + Byte.BYTES;
    public static final int NAME_OFFSET = RESERVED_OFFSET + Byte.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = NAME_OFFSET;

    /** Replace the function of this name, if there is one. */
    public static final int FLAG_REPLACE = 1;

    /** The function may not write. */
    public static final int FLAG_READ_ONLY = 2;

    /** Each call begins with the module's initial memory, globals and tables. */
    public static final int FLAG_FRESH = 8;

    /** The function is to be tried with these arguments before anybody calls it. */
    public static final int FLAG_CALIBRATE = 16;

    /** Behind the runtime's name stands how long 99 of 100 calls should take at the most: microseconds, as a u32. */
    public static final int FLAG_TARGET = 32;

    static final int FLAGS_ALL = FLAG_REPLACE | FLAG_READ_ONLY | FLAG_FRESH | FLAG_CALIBRATE | FLAG_TARGET;

    private DeployLayout() {}

    /** How many bytes the target takes. */
    public static int targetBytes(int flags) {
        return (flags & FLAG_TARGET) == 0 ? 0 : Integer.BYTES;
    }

    /** Writes the fixed fields; {@code name} follows at {@link #NAME_OFFSET}. */
    public static void write(
            MemorySegment memory,
            long body,
            long timeLimitUs,
            int memoryPagesMax,
            int flags,
            int nameLength,
            int runtimeLength) {
        Wire.putLong(memory, body + TIME_LIMIT_US_OFFSET, timeLimitUs);
        Wire.putInt(memory, body + MEMORY_PAGES_MAX_OFFSET, memoryPagesMax);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + NAME_LENGTH_OFFSET, nameLength);
        Wire.putByte(memory, body + RUNTIME_LENGTH_OFFSET, runtimeLength);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
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

    public static int nameLength(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + NAME_LENGTH_OFFSET);
    }

    public static int runtimeLength(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + RUNTIME_LENGTH_OFFSET);
    }
}
