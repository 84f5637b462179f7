package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** A deployed function: body of a good reply to {@link Opcode#DEPLOY} and {@link Opcode#FUNCTION_DESCRIBE}. Behind the name come the runtime's name and {@code entryCount} entry points, each behind its length as a u8; with {@link #FLAG_TARGET}, behind those a {@link FunctionTargetLayout}. */
public final class FunctionLayout {
    public static final int TIME_LIMIT_US_OFFSET = 0;
    public static final int MEMORY_PAGES_MAX_OFFSET = TIME_LIMIT_US_OFFSET + Long.BYTES;
    public static final int MODULE_LENGTH_OFFSET = MEMORY_PAGES_MAX_OFFSET + Integer.BYTES;
    public static final int FLAGS_OFFSET = MODULE_LENGTH_OFFSET + Integer.BYTES;
    public static final int NAME_LENGTH_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int RUNTIME_LENGTH_OFFSET = NAME_LENGTH_OFFSET + Byte.BYTES;
    public static final int RESERVED_OFFSET = RUNTIME_LENGTH_OFFSET + Byte.BYTES;
    public static final int ENTRY_COUNT_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = ENTRY_COUNT_OFFSET + Short.BYTES;
    /** How many calls have ended since it was deployed. */
    public static final int CALLS_OFFSET = RESERVED2_OFFSET + Short.BYTES;
    /** How many of them ended otherwise than well. */
    public static final int FAILURES_OFFSET = CALLS_OFFSET + Long.BYTES;

    public static final int NAME_OFFSET = FAILURES_OFFSET + Long.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = NAME_OFFSET;

    /** The function may not write. */
    public static final int FLAG_READ_ONLY = 2;

    /** Calls are refused with {@link Status#FUNCTION_PAUSED}. */
    public static final int FLAG_PAUSED = 4;

    /** Each call begins with the module's initial memory, globals and tables. */
    public static final int FLAG_FRESH = 8;

    /** Another runtime is being made ready to run it. */
    public static final int FLAG_HEAD_START = 16;

    /** Behind the entry points stands a {@link FunctionTargetLayout}. */
    public static final int FLAG_TARGET = 32;

    private FunctionLayout() {}

    /** How many bytes stand behind the entry points. */
    public static int targetBytes(int flags) {
        return (flags & FLAG_TARGET) == 0 ? 0 : FunctionTargetLayout.BYTES;
    }

    /** Writes the fixed fields; {@code name} follows at {@link #NAME_OFFSET}. */
    public static void write(
            MemorySegment memory,
            long body,
            long timeLimitUs,
            int memoryPagesMax,
            int moduleLength,
            int flags,
            int nameLength,
            int runtimeLength,
            int entryCount,
            long calls,
            long failures) {
        Wire.putLong(memory, body + TIME_LIMIT_US_OFFSET, timeLimitUs);
        Wire.putInt(memory, body + MEMORY_PAGES_MAX_OFFSET, memoryPagesMax);
        Wire.putInt(memory, body + MODULE_LENGTH_OFFSET, moduleLength);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + NAME_LENGTH_OFFSET, nameLength);
        Wire.putByte(memory, body + RUNTIME_LENGTH_OFFSET, runtimeLength);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + ENTRY_COUNT_OFFSET, entryCount);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
        Wire.putLong(memory, body + CALLS_OFFSET, calls);
        Wire.putLong(memory, body + FAILURES_OFFSET, failures);
    }

    public static long timeLimitUs(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + TIME_LIMIT_US_OFFSET);
    }

    public static int memoryPagesMax(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + MEMORY_PAGES_MAX_OFFSET);
    }

    public static int moduleLength(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + MODULE_LENGTH_OFFSET);
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

    public static int entryCount(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + ENTRY_COUNT_OFFSET);
    }

    public static long calls(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + CALLS_OFFSET);
    }

    public static long failures(MemorySegment memory, long body) {
        return Wire.getLong(memory, body + FAILURES_OFFSET);
    }
}
