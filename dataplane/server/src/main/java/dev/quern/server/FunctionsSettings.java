package dev.quern.server;

import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.IsolatesConfig;
import dev.quern.sandbox.Limits;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How functions run: the {@code functions} keys. Collected by {@link ServerConfig.Builder#functions}. */
public final class FunctionsSettings {
    private String runtime = ServerConfig.RUNTIME_AUTO;
    private @Nullable Path costs;
    private int quantumUs = FunctionsConfig.defaults().quantumUs();
    private int waitMs = 20;
    private long isolatesBytesMax = IsolatesConfig.defaults().bytesMax();
    private int isolatesIdleMs = IsolatesConfig.defaults().idleMs();
    private int isolatesSpare = IsolatesConfig.defaults().spares();
    private Pushback pushback = Pushback.NEVER;

    FunctionsSettings() {}

    /** The runtime of functions whose manifest leaves it open. */
    public FunctionsSettings runtime(String name) {
        runtime = name;
        return this;
    }

    /** A file that {@code quern calibrate} wrote. */
    public FunctionsSettings costs(Path file) {
        costs = file;
        return this;
    }

    /** How long a function runs before its core looks for short requests to serve in between. */
    public FunctionsSettings quantumUs(int us) {
        quantumUs = ConfigKey.range("functions.quantum_us", us, Limits.QUANTUM_US_MIN, Limits.QUANTUM_US_MAX);
        return this;
    }

    /** How long a call may expect to wait and still be taken in. */
    public FunctionsSettings waitMs(int ms) {
        waitMs = ConfigKey.range("functions.wait_ms", ms, 1, 60_000);
        return this;
    }

    long waitNs() {
        return TimeUnit.MILLISECONDS.toNanos(waitMs);
    }

    /** What all isolates may take together. */
    public FunctionsSettings isolatesBytesMax(long bytes) {
        isolatesBytesMax = ConfigKey.range("functions.isolates_bytes_max", bytes, Limits.ISOLATES_BYTES_MIN, 1L << 40);
        return this;
    }

    /** How long an isolate is kept that takes part in no call. */
    public FunctionsSettings isolatesIdleMs(int ms) {
        isolatesIdleMs = ConfigKey.range("functions.isolates_idle_ms", ms, 1_000, 86_400_000);
        return this;
    }

    /** How many each core keeps ready for tenants that call first. */
    public FunctionsSettings isolatesSpare(int count) {
        isolatesSpare = ConfigKey.range("functions.isolates_spare", count, 0, Limits.ISOLATES_SPARE_MAX);
        return this;
    }

    /** Which invocations go back to clients that can run them. */
    public FunctionsSettings pushback(Pushback choice) {
        pushback = choice;
        return this;
    }

    Pushback pushback() {
        return pushback;
    }

    /** Null when runtimes cost what they declare. */
    @Nullable
    Path costs() {
        return costs;
    }

    FunctionsConfig toConfig() {
        return new FunctionsConfig(
                        runtime, true, quantumUs, new IsolatesConfig(isolatesBytesMax, isolatesIdleMs, isolatesSpare))
                .withModulesKept(pushback != Pushback.NEVER);
    }
}
