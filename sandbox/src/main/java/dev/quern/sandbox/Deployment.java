package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.check.ModuleCheck;
import dev.quern.sandbox.check.ModuleFacts;
import dev.quern.sandbox.guest.InitialImage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A module as one tenant deployed it. Immutable, but for being paused and removed. Safe on any thread. */
final class Deployment {
    /** What a module may export, as {@code () -> ()}, to have it called before anything else in an instance. */
    static final String INITIALIZER = ModuleCheck.INITIALIZER;

    private final int id;
    private final Tenant tenant;
    private final FunctionInfo info;
    private final FunctionRuntime runtime;
    private final FunctionRuntime.Module module;
    private final ModuleFacts facts;

    /** How its instances come back to what they were at first; null when they are to stay as calls leave them, or cannot. */
    private final FunctionRuntime.@Nullable Renewal renewal;

    /** What runs it at first, if that is another runtime. */
    private final @Nullable HeadStart headStart;

    /** For whoever is to run it elsewhere; null when nobody is, or it is no WebAssembly. */
    private final @Nullable DeployedModule kept;

    private final Map<Integer, Tally> tallies = new ConcurrentHashMap<>();

    private final long targetNs;
    private final LongAdder targetMet = new LongAdder();
    private final LongAdder targetMissed = new LongAdder();

    private volatile boolean isRemoved;
    private volatile boolean isPaused;

    Deployment(
            int id,
            Tenant tenant,
            FunctionInfo info,
            FunctionRuntime runtime,
            FunctionRuntime.Module module,
            ModuleFacts facts,
            @Nullable HeadStart headStart,
            @Nullable DeployedModule kept) {
        this.kept = kept;
        targetNs = TimeUnit.MICROSECONDS.toNanos(info.manifest().targetP99Us());
        this.id = id;
        this.tenant = tenant;
        this.info = info;
        this.runtime = runtime;
        this.module = module;
        this.facts = facts;
        this.headStart = headStart;
        renewal = isFresh() && facts.isRenewable()
                ? new FunctionRuntime.Renewal(new InitialImage(), facts.globalCount())
                : null;
    }

    /** Counts deployments up from 0, over all tenants. */
    int id() {
        return id;
    }

    Tenant tenant() {
        return tenant;
    }

    FunctionInfo info() {
        return info;
    }

    /** As it is now. */
    @SuppressWarnings("ReferenceEquality") // there is one of each
    FunctionInfo infoNow() {
        FunctionRuntime now = runtimeNow();
        long calls = 0;
        long failures = 0;
        for (Tally tally : tallies.values()) {
            calls += tally.calls();
            failures += tally.failures();
        }
        return info.now(
                now.name(), now == runtime ? "" : runtime.name(), calls, failures, targetMet.sum(), targetMissed.sum());
    }

    /** How long 99 of 100 calls should take at the most; 0 for no target. */
    long targetNs() {
        return targetNs;
    }

    /** A call ended so long after it arrived. */
    void took(long tookNs) {
        if (targetNs > 0) {
            (tookNs <= targetNs ? targetMet : targetMissed).increment();
        }
    }

    /** Where a core counts its calls. */
    Tally tally(int core) {
        return tallies.computeIfAbsent(core, any -> new Tally());
    }

    /** Whether calls are refused. */
    boolean isPaused() {
        return isPaused;
    }

    void pause(boolean newPaused) {
        isPaused = newPaused;
    }

    FunctionRuntime runtime() {
        return runtime;
    }

    FunctionRuntime.InstanceMemory memory() {
        return new FunctionRuntime.InstanceMemory(
                facts.memoryPages(), facts.memoryPagesMax(), tenant.arenaAddress(), tenant.arenaLength(), renewal);
    }

    /** Whether its instances are {@link FreshInstance}s. */
    boolean isFresh() {
        return info.manifest().fresh() || facts.isCommand();
    }

    /** Its name as a command; empty for what is none. */
    String command() {
        return facts.isCommand() ? info.manifest().name() : "";
    }

    /** As this runtime has it, which is one of the two that may run it. */
    @SuppressWarnings("ReferenceEquality") // there is one of each
    FunctionRuntime.Module module(FunctionRuntime wanted) {
        return headStart != null && wanted == headStart.runtime() ? headStart.module() : module;
    }

    /** What is to run its calls now: {@link #runtime}, or another one at first. */
    FunctionRuntime runtimeNow() {
        return headStart == null || headStart.isOver() ? runtime : headStart.runtime();
    }

    /** Whether a runtime ran it at first, and is to do so no longer. */
    @SuppressWarnings("ReferenceEquality") // there is one of each
    boolean isToLeave(FunctionRuntime former) {
        return headStart != null && headStart.isOver() && former == headStart.runtime();
    }

    @Nullable
    DeployedModule kept() {
        return kept;
    }

    @Nullable
    HeadStart headStart() {
        return headStart;
    }

    int globalCount() {
        return facts.globalCount();
    }

    boolean hasInitializer() {
        return facts.hasInitializer();
    }

    /** Whether its instances are {@link InstanceSetUp}s. */
    boolean wantsSetUp() {
        return facts.hasInitializer() || facts.usesWasi() || facts.isCommand();
    }

    boolean isRemoved() {
        return isRemoved;
    }

    void remove() {
        isRemoved = true;
    }
}
