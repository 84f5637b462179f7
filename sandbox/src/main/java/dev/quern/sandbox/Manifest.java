package dev.quern.sandbox;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a tenant says of a function when deploying it.
 *
 * @param name a letter, then letters, digits, {@code _} and {@code -}; up to 64
 * @param runtime a runtime's name, or {@link #AUTO}
 * @param readOnly whether its writes are refused
 * @param timeLimitUs how long an invocation may run, in microseconds
 * @param memoryPagesMax how much private memory an instance may have, in pages of 64 KiB
 * @param fresh whether each call begins with memory, globals and tables as the module has them at first, rather than as the last one
 *     left them
 * @param calibration the arguments of a call to try the function with before anybody calls it, as an invocation has them, in
 *     hexadecimal; empty for none. What it writes is dropped
 * @param targetP99Us how long 99 of 100 calls should take at the most, from arrival to end, in microseconds; 0 for no target
 */
public record Manifest(
        String name,
        String runtime,
        boolean readOnly,
        long timeLimitUs,
        int memoryPagesMax,
        boolean fresh,
        String calibration,
        long targetP99Us) {
    /** The runtime in force. */
    public static final String AUTO = "auto";

    private static final Pattern NAME =
            Pattern.compile("[a-zA-Z][a-zA-Z0-9_-]{0," + (Limits.NAME_CHARACTERS_MAX - 1) + "}");

    /** With defaults for all but the name. */
    public static Manifest named(String name) {
        return new Manifest(name, AUTO, false, Limits.TIME_LIMIT_US_DEFAULT, Limits.MEMORY_PAGES_DEFAULT, false, "", 0);
    }

    public Manifest withRuntime(String newRuntime) {
        return new Manifest(name, newRuntime, readOnly, timeLimitUs, memoryPagesMax, fresh, calibration, targetP99Us);
    }

    public Manifest withReadOnly(boolean newReadOnly) {
        return new Manifest(name, runtime, newReadOnly, timeLimitUs, memoryPagesMax, fresh, calibration, targetP99Us);
    }

    public Manifest withTimeLimitUs(long newTimeLimitUs) {
        return new Manifest(name, runtime, readOnly, newTimeLimitUs, memoryPagesMax, fresh, calibration, targetP99Us);
    }

    public Manifest withMemoryPagesMax(int newMemoryPagesMax) {
        return new Manifest(name, runtime, readOnly, timeLimitUs, newMemoryPagesMax, fresh, calibration, targetP99Us);
    }

    public Manifest withFresh(boolean newFresh) {
        return new Manifest(name, runtime, readOnly, timeLimitUs, memoryPagesMax, newFresh, calibration, targetP99Us);
    }

    /** @param arguments an argument list as an invocation has it, or nothing */
    public Manifest withCalibration(byte[] arguments) {
        return new Manifest(
                name,
                runtime,
                readOnly,
                timeLimitUs,
                memoryPagesMax,
                fresh,
                HexFormat.of().formatHex(arguments),
                targetP99Us);
    }

    public Manifest withTargetP99Us(long newTargetP99Us) {
        return new Manifest(name, runtime, readOnly, timeLimitUs, memoryPagesMax, fresh, calibration, newTargetP99Us);
    }

    /** The argument list of the call to try it with; empty when there is to be none. */
    public byte[] calibrationArguments() {
        return HexFormat.of().parseHex(calibration);
    }

    /** Whether a function can be called so. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * Says what is wrong with it, if anything.
     *
     * @throws FunctionRefusedException in one line, with what is allowed
     */
    public void check() throws FunctionRefusedException {
        if (!isName(name)) {
            throw new FunctionRefusedException("bad function name '" + name
                    + "': begin with a letter, then use letters, digits, _ and -, up to " + Limits.NAME_CHARACTERS_MAX);
        }
        if (timeLimitUs < 1 || timeLimitUs > Limits.TIME_LIMIT_US_MAX) {
            throw new FunctionRefusedException(
                    "time limit of " + timeLimitUs + " us: choose from 1 to " + Limits.TIME_LIMIT_US_MAX);
        }
        if (memoryPagesMax < Limits.MEMORY_PAGES_MIN || memoryPagesMax > Limits.MEMORY_PAGES_MAX) {
            throw new FunctionRefusedException("memory limit of " + memoryPagesMax + " pages: choose from "
                    + Limits.MEMORY_PAGES_MIN + " to " + Limits.MEMORY_PAGES_MAX);
        }
        if (targetP99Us < 0 || targetP99Us > Limits.TARGET_P99_US_MAX) {
            throw new FunctionRefusedException("target of " + targetP99Us + " us for 99 of 100 calls: choose from 1 to "
                    + Limits.TARGET_P99_US_MAX + ", or 0 for none");
        }
        if (calibration.length() / 2 > Limits.SAMPLED_BYTES_MAX) {
            throw new FunctionRefusedException("arguments of " + calibration.length() / 2
                    + " bytes to calibrate with; the limit is " + Limits.SAMPLED_BYTES_MAX);
        }
    }
}
