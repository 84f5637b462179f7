package dev.quern.client;

import java.time.Duration;

/** A function to deploy: its name, its WebAssembly module and its limits. Immutable: each method returns another one. */
public final class FunctionSpec {
    private final String name;
    private final byte[] module;
    private final String runtime;
    private final boolean readOnly;
    private final long timeLimitUs;
    private final int memoryPagesMax;
    private final boolean fresh;

    /** An argument list, or nothing. */
    private final byte[] calibration;

    private final long targetP99Us;

    private FunctionSpec(
            String name,
            byte[] module,
            String runtime,
            boolean readOnly,
            long timeLimitUs,
            int memoryPagesMax,
            boolean fresh,
            byte[] calibration,
            long targetP99Us) {
        this.name = name;
        this.module = module;
        this.runtime = runtime;
        this.readOnly = readOnly;
        this.timeLimitUs = timeLimitUs;
        this.memoryPagesMax = memoryPagesMax;
        this.fresh = fresh;
        this.calibration = calibration;
        this.targetP99Us = targetP99Us;
    }

    /** A function that may write, under the server's own limits. */
    public static FunctionSpec of(String name, byte[] module) {
        return new FunctionSpec(name, module.clone(), "", false, 0, 0, false, new byte[0], 0);
    }

    /** Runs on this runtime, by its name, instead of the one that the server prefers. */
    public FunctionSpec runtime(String value) {
        return new FunctionSpec(
                name, module, value, readOnly, timeLimitUs, memoryPagesMax, fresh, calibration, targetP99Us);
    }

    /** Its writes are refused. */
    public FunctionSpec readOnly() {
        return new FunctionSpec(
                name, module, runtime, true, timeLimitUs, memoryPagesMax, fresh, calibration, targetP99Us);
    }

    /** A call that takes longer is ended. */
    public FunctionSpec timeLimit(Duration value) {
        TableRequests.require(value.toNanos() >= 1000, "a time limit is at least a microsecond: " + value);
        return new FunctionSpec(
                name,
                module,
                runtime,
                readOnly,
                value.toNanos() / 1000,
                memoryPagesMax,
                fresh,
                calibration,
                targetP99Us);
    }

    /** Its memory grows no further than this many pages of 64 KiB. */
    public FunctionSpec memoryPagesMax(int value) {
        TableRequests.require(value > 0, "memoryPagesMax must be positive: " + value);
        return new FunctionSpec(name, module, runtime, readOnly, timeLimitUs, value, fresh, calibration, targetP99Us);
    }

    /** Each call begins with memory, globals and tables as the module has them at first, not as the last one left them. */
    public FunctionSpec fresh() {
        return new FunctionSpec(
                name, module, runtime, readOnly, timeLimitUs, memoryPagesMax, true, calibration, targetP99Us);
    }

    /**
     * It is tried with these arguments before anybody calls it, so that its code is warm by then; what that writes is dropped.
     *
     * @param arguments of its entry {@code run}, or of its only one
     */
    public FunctionSpec calibrate(byte[]... arguments) {
        return new FunctionSpec(
                name,
                module,
                runtime,
                readOnly,
                timeLimitUs,
                memoryPagesMax,
                fresh,
                FunctionCall.encodeArguments(arguments),
                targetP99Us);
    }

    /**
     * How long 99 of 100 of its calls should take at the most, from arrival to end: among its tenant's calls in a queue the one comes first
     * whose time is over first, and the server counts how many were in time.
     */
    public FunctionSpec targetP99(Duration value) {
        TableRequests.require(
                value.toNanos() >= 1000 && value.toMinutes() < 60,
                "a target is a microsecond to an hour, and no more than the server takes: " + value);
        return new FunctionSpec(
                name,
                module,
                runtime,
                readOnly,
                timeLimitUs,
                memoryPagesMax,
                fresh,
                calibration,
                value.toNanos() / 1000);
    }

    String name() {
        return name;
    }

    byte[] module() {
        return module;
    }

    String runtime() {
        return runtime;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    boolean isFresh() {
        return fresh;
    }

    long timeLimitUs() {
        return timeLimitUs;
    }

    int memoryPagesMax() {
        return memoryPagesMax;
    }

    long targetP99Us() {
        return targetP99Us;
    }

    byte[] calibration() {
        return calibration;
    }
}
