package dev.quern.sandbox;

/**
 * How functions are run.
 *
 * @param runtime the name of the runtime for manifests that name none, or {@link Manifest#AUTO} for the best there is
 * @param warmsUp whether a thread calls small functions at first, for up to three seconds once in a JVM, so that a tenant's first call
 *     takes a millisecond and not a hundred; and whether functions that leave their runtime open run at first on one that is fast at
 *     once, until another thread has had the best one compile them
 * @param quantumUs how long a function runs before its core looks for short requests to serve in between, in microseconds; and again
 *     after each such {@link Interlude}
 * @param isolates how many isolates are kept
 * @param keepsModules whether modules stay in memory as they were deployed, for those that are to run them elsewhere
 */
public record FunctionsConfig(
        String runtime, boolean warmsUp, int quantumUs, IsolatesConfig isolates, boolean keepsModules) {
    /** One that does not keep modules. */
    public FunctionsConfig(String runtime, boolean warmsUp, int quantumUs, IsolatesConfig isolates) {
        this(runtime, warmsUp, quantumUs, isolates, false);
    }

    /** With defaults for the isolates. */
    public FunctionsConfig(String runtime, boolean warmsUp, int quantumUs) {
        this(runtime, warmsUp, quantumUs, IsolatesConfig.defaults());
    }

    public static FunctionsConfig defaults() {
        return new FunctionsConfig(Manifest.AUTO, true, Limits.QUANTUM_US_DEFAULT);
    }

    public FunctionsConfig withIsolates(IsolatesConfig newIsolates) {
        return new FunctionsConfig(runtime, warmsUp, quantumUs, newIsolates, keepsModules);
    }

    public FunctionsConfig withModulesKept(boolean newKeepsModules) {
        return new FunctionsConfig(runtime, warmsUp, quantumUs, isolates, newKeepsModules);
    }
}
