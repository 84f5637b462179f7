package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One core's isolates, by tenant and runtime, and the instances in them: made when they are first wanted, of those that stand ready if
 * there are any, and let go when all take too much memory, the least recently used first, or when they were not used for long. Thread:
 * the core's.
 */
final class Isolates implements AutoCloseable {
    private static final long MEASURING_INTERVAL_NS = 1_000_000;

    /** A microsecond each. */
    private static final int MEASURED_AT_ONCE_MAX = 8;

    /** Some 40 microseconds each. */
    private static final int LET_GO_AT_ONCE_MAX = 2;

    private record Key(Tenant tenant, FunctionRuntime runtime) {}

    private final StoreCalls storeCalls;
    private final FunctionRuntime preferred;
    private final IsolatesConfig config;
    private final IsolateMemory memory;
    private final Consumer<Function> forgotten;
    private final Map<Key, TenantIsolate> isolates = new HashMap<>();
    private final Deque<FunctionRuntime.Isolate> spares = new ArrayDeque<>();

    /** Used since they were measured, the longest ago first. */
    private final Deque<TenantIsolate> changed = new ArrayDeque<>();

    private @Nullable TenantIsolate coldest;
    private @Nullable TenantIsolate warmest;
    private long measuredNs;

    /**
     * For a core.
     *
     * @param preferred the runtime whose isolates stand ready
     * @param forgotten told of each function that can no longer be called as it was
     */
    Isolates(
            StoreCalls storeCalls,
            FunctionRuntime preferred,
            IsolatesConfig config,
            IsolateMemory memory,
            Consumer<Function> forgotten) {
        this.storeCalls = storeCalls;
        this.preferred = preferred;
        this.config = config;
        this.memory = memory;
        this.forgotten = forgotten;
    }

    /** A deployment's tenant's isolate of a runtime. No isolate may be entered. */
    TenantIsolate of(Deployment deployment, FunctionRuntime runtime, long nowNs) throws IOException {
        Key key = new Key(deployment.tenant(), runtime);
        TenantIsolate found = isolates.get(key);
        if (found == null) {
            if (memory.isExceeded() && coldest != null) {
                letGo(coldest);
            }
            found = new TenantIsolate(key, runtime, newIsolate(runtime));
            isolates.put(key, found);
            memory.add(found.bytes);
            use(found, nowNs);
        }
        return found;
    }

    @SuppressWarnings("ReferenceEquality") // there is one of each runtime
    private FunctionRuntime.Isolate newIsolate(FunctionRuntime runtime) throws IOException {
        FunctionRuntime.Isolate spare = runtime == preferred ? spares.poll() : null;
        return spare == null ? runtime.newIsolate(storeCalls) : spare;
    }

    /**
     * The runtime that is to run a deployment's next call on this core: the one that it is with here, until it is to leave that. What it
     * remembers is in one place.
     */
    @SuppressWarnings("ReferenceEquality") // there is one of each runtime
    FunctionRuntime runtimeOf(Deployment deployment) {
        return deployment.runtimeNow() == deployment.runtime() || isWith(deployment, deployment.runtime())
                ? deployment.runtime()
                : deployment.runtimeNow();
    }

    private boolean isWith(Deployment deployment, FunctionRuntime runtime) {
        TenantIsolate home = isolates.get(new Key(deployment.tenant(), runtime));
        return home != null && home.instances().containsKey(deployment);
    }

    /** A deployment's instance in its tenant's isolate; with what one of another runtime remembers, which it takes the place of. */
    FunctionRuntime.Instance instance(TenantIsolate home, Deployment deployment) throws IOException {
        FunctionRuntime.Instance instance = home.instances().get(deployment);
        if (instance == null) {
            instance = deployment.isFresh()
                    ? new FreshInstance(() -> newInstance(home, deployment))
                    : newInstance(home, deployment);
            HeadStart headStart = deployment.headStart();
            if (headStart != null) {
                succeed(instance, home, deployment, headStart.runtime());
            }
            home.instances().put(deployment, instance);
        }
        return instance;
    }

    @SuppressWarnings("ReferenceEquality") // this very isolate
    private void succeed(
            FunctionRuntime.Instance instance, TenantIsolate home, Deployment deployment, FunctionRuntime former) {
        TenantIsolate left = isolates.get(new Key(deployment.tenant(), former));
        FunctionRuntime.Instance predecessor =
                left == null || left == home ? null : left.instances().get(deployment);
        if (left != null && predecessor != null) {
            if (!deployment.isFresh()) {
                instance.adopt(predecessor.state(deployment.globalCount()));
            }
            drop(left, deployment);
            if (left.instances().isEmpty()) {
                letGo(left);
            }
        }
    }

    private FunctionRuntime.Instance newInstance(TenantIsolate home, Deployment deployment) throws IOException {
        FunctionRuntime.Instance instance =
                home.isolate().instantiate(deployment.module(home.runtime()), deployment.memory());
        return deployment.wantsSetUp()
                ? new InstanceSetUp(instance, storeCalls, deployment.hasInitializer(), deployment.command())
                : instance;
    }

    /** The core begins to call in an isolate, after others. */
    @SuppressWarnings("ReferenceEquality") // this very isolate
    void use(TenantIsolate used, long nowNs) {
        used.usedNs = nowNs;
        if (!used.isChanged) {
            used.isChanged = true;
            changed.add(used);
        }
        if (warmest != used) {
            unlink(used);
            used.colder = warmest;
            if (warmest == null) {
                coldest = used;
            } else {
                warmest.warmer = used;
            }
            warmest = used;
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very isolate
    private void unlink(TenantIsolate linked) {
        if (linked.colder != null) {
            linked.colder.warmer = linked.warmer;
        } else if (coldest == linked) {
            coldest = linked.warmer;
        }
        if (linked.warmer != null) {
            linked.warmer.colder = linked.colder;
        } else if (warmest == linked) {
            warmest = linked.colder;
        }
        linked.colder = null;
        linked.warmer = null;
    }

    /** Closes the instance of a deployment, if there is one. No isolate may be entered. */
    void drop(TenantIsolate home, Deployment deployment) {
        FunctionRuntime.Instance instance = home.instances().remove(deployment);
        if (instance != null) {
            forgetAll(home, deployment);
            instance.close();
        }
    }

    private void forgetAll(TenantIsolate home, Deployment deployment) {
        home.callable().removeIf(function -> function.deployment() == deployment && forget(function));
    }

    private boolean forget(Function function) {
        forgotten.accept(function);
        return true;
    }

    private void letGo(TenantIsolate leaving) {
        unlink(leaving);
        isolates.remove(leaving.key());
        memory.add(-leaving.bytes);
        leaving.callable().forEach(forgotten);
        leaving.close();
        leaving.isGone = true;
    }

    /** Closes the instances of a deployment that was removed, and isolates that this leaves empty. No isolate may be entered. */
    void dropRemoved(Deployment removed) {
        dropRemoved(removed, removed.runtime());
        HeadStart headStart = removed.headStart();
        if (headStart != null) {
            dropRemoved(removed, headStart.runtime());
        }
    }

    private void dropRemoved(Deployment removed, FunctionRuntime runtime) {
        TenantIsolate home = isolates.get(new Key(removed.tenant(), runtime));
        if (home != null) {
            drop(home, removed);
            if (home.instances().isEmpty()) {
                letGo(home);
            }
        }
    }

    /**
     * Whether {@link #maintain} is to be called: now and then in any case, so that what the core has entered and left is known. Cheap.
     *
     * @param isWarm as there
     */
    boolean wantsMaintenance(long nowNs, boolean isWarm) {
        return nowNs - measuredNs >= MEASURING_INTERVAL_NS
                || isWarm && spares.size() < config.spares()
                || coldest != null && isUnwanted(coldest, nowNs);
    }

    /**
     * Measures some, lets some go, and makes one ahead. No isolate may be entered.
     *
     * @param isWarm whether making one takes no longer than it will
     * @return how many were let go or made
     */
    int maintain(long nowNs, boolean isWarm) {
        if (nowNs - measuredNs >= MEASURING_INTERVAL_NS) {
            measuredNs = nowNs;
            measure();
        }
        int done = 0;
        while (done < LET_GO_AT_ONCE_MAX && coldest != null && isUnwanted(coldest, nowNs)) {
            letGo(coldest);
            done++;
        }
        if (isWarm && spares.size() < config.spares()) {
            try {
                spares.add(preferred.newIsolate(storeCalls));
                done++;
            } catch (IOException refused) {
                // Whoever needs one will be told.
                return done;
            }
        }
        return done;
    }

    private boolean isUnwanted(TenantIsolate cold, long nowNs) {
        return memory.isExceeded() || nowNs - cold.usedNs > TimeUnit.MILLISECONDS.toNanos(config.idleMs());
    }

    private void measure() {
        for (int i = 0; i < MEASURED_AT_ONCE_MAX && !changed.isEmpty(); i++) {
            TenantIsolate measured = changed.poll();
            if (!measured.isGone) {
                measured.isChanged = false;
                long found = measured.measure();
                memory.add(found - measured.bytes);
                measured.bytes = found;
            }
        }
    }

    int count() {
        return isolates.size();
    }

    int instanceCount() {
        return isolates.values().stream()
                .mapToInt(isolate -> isolate.instances().size())
                .sum();
    }

    int spareCount() {
        return spares.size();
    }

    @Override
    public void close() {
        List<TenantIsolate> all = new ArrayList<>(isolates.values());
        all.forEach(this::letGo);
        spares.forEach(FunctionRuntime.Isolate::close);
        spares.clear();
    }
}
