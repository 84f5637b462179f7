package dev.quern.server;

import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.Limits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How functions run: the {@code functions} keys. Collected by {@link ServerConfig.Builder#functions}. */
public final class FunctionsSettings {
    private String runtime = ServerConfig.RUNTIME_AUTO;
    private @Nullable Path costs;
    private int quantumUs = FunctionsConfig.defaults().quantumUs();

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

    /** Null when runtimes cost what they declare. */
    @Nullable
    Path costs() {
        return costs;
    }

    FunctionsConfig toConfig() {
        return new FunctionsConfig(runtime, true, quantumUs);
    }
}
