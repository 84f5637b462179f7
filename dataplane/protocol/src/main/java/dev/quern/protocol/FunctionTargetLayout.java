package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** A deployed function's target and how many calls met it: behind the entry points of a {@link FunctionLayout}. */
public final class FunctionTargetLayout {
    public static final int TARGET_US_OFFSET = 0;
    public static final int MET_OFFSET = TARGET_US_OFFSET + Integer.BYTES;
    public static final int MISSED_OFFSET = MET_OFFSET + Long.BYTES;

    /** The length of all of it. */
    public static final int BYTES = MISSED_OFFSET + Long.BYTES;

    private FunctionTargetLayout() {}

    /** Writes all of it. */
    public static void write(MemorySegment memory, long target, long targetUs, long met, long missed) {
        Wire.putInt(memory, target + TARGET_US_OFFSET, (int) targetUs);
        Wire.putLong(memory, target + MET_OFFSET, met);
        Wire.putLong(memory, target + MISSED_OFFSET, missed);
    }

    /** How long 99 of 100 calls should take at the most, from arrival to end. */
    public static long targetUs(MemorySegment memory, long target) {
        return Integer.toUnsignedLong(Wire.getInt(memory, target + TARGET_US_OFFSET));
    }

    /** Calls that took no longer. */
    public static long met(MemorySegment memory, long target) {
        return Wire.getLong(memory, target + MET_OFFSET);
    }

    /** Calls that took longer. */
    public static long missed(MemorySegment memory, long target) {
        return Wire.getLong(memory, target + MISSED_OFFSET);
    }
}
