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

    private FunctionSpec(
            String name, byte[] module, String runtime, boolean readOnly, long timeLimitUs, int memoryPagesMax) {
        this.name = name;
        this.module = module;
        this.runtime = runtime;
        this.readOnly = readOnly;
        this.timeLimitUs = timeLimitUs;
        this.memoryPagesMax = memoryPagesMax;
    }

    /** A function that may write, under the server's own limits. */
    public static FunctionSpec of(String name, byte[] module) {
        return new FunctionSpec(name, module.clone(), "", false, 0, 0);
    }

    /** Runs on this runtime, by its name, instead of the one that the server prefers. */
    public FunctionSpec runtime(String value) {
        return new FunctionSpec(name, module, value, readOnly, timeLimitUs, memoryPagesMax);
    }

    /** Its writes are refused. */
    public FunctionSpec readOnly() {
        return new FunctionSpec(name, module, runtime, true, timeLimitUs, memoryPagesMax);
    }

    /** A call that takes longer is ended. */
    public FunctionSpec timeLimit(Duration value) {
        TableRequests.require(value.toNanos() >= 1000, "a time limit is at least a microsecond: " + value);
        return new FunctionSpec(name, module, runtime, readOnly, value.toNanos() / 1000, memoryPagesMax);
    }

    /** Its memory grows no further than this many pages of 64 KiB. */
    public FunctionSpec memoryPagesMax(int value) {
        TableRequests.require(value > 0, "memoryPagesMax must be positive: " + value);
        return new FunctionSpec(name, module, runtime, readOnly, timeLimitUs, value);
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

    long timeLimitUs() {
        return timeLimitUs;
    }

    int memoryPagesMax() {
        return memoryPagesMax;
    }
}
