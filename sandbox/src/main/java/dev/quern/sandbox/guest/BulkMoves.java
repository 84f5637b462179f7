package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;

/**
 * Fills and copies guest memory in steps, between which the guest may be ended: one instruction of a guest moves up to 256 MiB, which
 * takes longer than its deadline may be away.
 */
public final class BulkMoves {
    /** Some ten microseconds of copying, a few hundred when the pages are new. */
    static final long STEP_BYTES = 256 << 10;

    private BulkMoves() {}

    /** Sets every byte; {@code betweenSteps} may end it by throwing. */
    public static void fill(long address, long length, byte value, Runnable betweenSteps) {
        long done = 0;
        for (; length - done > STEP_BYTES; done += STEP_BYTES) {
            NativeMemory.fill(address + done, STEP_BYTES, value);
            betweenSteps.run();
        }
        NativeMemory.fill(address + done, length - done, value);
    }

    /** Copies; the ranges may overlap; {@code betweenSteps} may end it by throwing. */
    public static void copy(long source, long target, long length, Runnable betweenSteps) {
        if (target > source && target - source < length) {
            copyFromTheEnd(source, target, length, betweenSteps);
            return;
        }
        long done = 0;
        for (; length - done > STEP_BYTES; done += STEP_BYTES) {
            NativeMemory.copy(source + done, target + done, STEP_BYTES);
            betweenSteps.run();
        }
        NativeMemory.copy(source + done, target + done, length - done);
    }

    private static void copyFromTheEnd(long source, long target, long length, Runnable betweenSteps) {
        long left = length;
        for (; left > STEP_BYTES; left -= STEP_BYTES) {
            NativeMemory.copy(source + left - STEP_BYTES, target + left - STEP_BYTES, STEP_BYTES);
            betweenSteps.run();
        }
        NativeMemory.copy(source, target, left);
    }
}
