package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;
import org.jspecify.annotations.Nullable;

/** An entry of a deployed module, ready to be invoked by any core. A replaced module's functions stay callable by who holds them. */
public final class Function {
    private final Deployment deployment;
    private final String entry;
    private final String fullName;

    /** Calls that were seen to be short before all are taken to be. */
    private static final int SHORT_CALLS_MIN = 16;

    // Written by any core that calls it, without order: that a count is lost or seen late does not matter.
    private volatile boolean isLong;
    private volatile int shortCalls;

    Function(Deployment deployment, String entry, String fullName) {
        this.deployment = deployment;
        this.entry = entry;
        this.fullName = fullName;
    }

    public Tenant tenant() {
        return deployment.tenant();
    }

    /** {@code module}, or {@code module.entry}. */
    public String name() {
        return fullName;
    }

    /** What it runs on. */
    public String runtime() {
        return deployment.runtime().name();
    }

    public Manifest manifest() {
        return deployment.info().manifest();
    }

    /** How long 99 of 100 of its module's calls should take at the most, from arrival to end, in nanoseconds; 0 for no target. Any thread. */
    public long targetNs() {
        return deployment.targetNs();
    }

    /** A call ended so many nanoseconds after it arrived: within the target or past it. Any thread. */
    public void took(long tookNs) {
        deployment.took(tookNs);
    }

    /** Whether all its calls so far, and not too few, ended before a second quantum was over. That the first one was may be due to the machine. */
    public boolean isShort() {
        return !isLong && shortCalls >= SHORT_CALLS_MIN;
    }

    /** A call goes on after a second quantum. */
    void noteLong() {
        if (!isLong) {
            isLong = true;
        }
    }

    /** A call ended. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // see above
    void noteEnd() {
        if (shortCalls < SHORT_CALLS_MIN) {
            shortCalls++;
        }
    }

    /**
     * The hash of its {@link DeployedModule}, for somebody else who is to run it now: not to be changed. Null when nobody else can: it is paused, no
     * WebAssembly, or modules are not {@linkplain FunctionsConfig#keepsModules kept}.
     */
    public byte @Nullable [] sha256ToRunElsewhere() {
        DeployedModule kept = deployment.kept();
        return kept == null || deployment.isPaused() ? null : kept.sha256();
    }

    Deployment deployment() {
        return deployment;
    }

    String entry() {
        return entry;
    }
}
