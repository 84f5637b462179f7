package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.check.ModuleCheck;
import dev.quern.sandbox.check.ModuleFacts;

/** A module as one tenant deployed it. Immutable, but for being removed. Safe on any thread. */
final class Deployment {
    /** What a module may export, as {@code () -> ()}, to have it called before anything else in an instance. */
    static final String INITIALIZER = ModuleCheck.INITIALIZER;

    private final int id;
    private final Tenant tenant;
    private final FunctionInfo info;
    private final FunctionRuntime runtime;
    private final FunctionRuntime.Module module;
    private final ModuleFacts facts;
    private volatile boolean isRemoved;

    Deployment(
            int id,
            Tenant tenant,
            FunctionInfo info,
            FunctionRuntime runtime,
            FunctionRuntime.Module module,
            ModuleFacts facts) {
        this.id = id;
        this.tenant = tenant;
        this.info = info;
        this.runtime = runtime;
        this.module = module;
        this.facts = facts;
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

    FunctionRuntime runtime() {
        return runtime;
    }

    FunctionRuntime.InstanceMemory memory() {
        return new FunctionRuntime.InstanceMemory(
                facts.memoryPages(), facts.memoryPagesMax(), tenant.arenaAddress(), tenant.arenaLength());
    }

    FunctionRuntime.Module module() {
        return module;
    }

    boolean hasInitializer() {
        return facts.hasInitializer();
    }

    /** Whether its instances are {@link InstanceSetUp}s. */
    boolean wantsSetUp() {
        return facts.hasInitializer() || facts.usesWasi();
    }

    boolean isRemoved() {
        return isRemoved;
    }

    void remove() {
        isRemoved = true;
    }
}
