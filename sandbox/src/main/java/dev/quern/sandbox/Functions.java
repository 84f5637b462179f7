package dev.quern.sandbox;

import dev.quern.guest.Entries;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.check.ModuleFacts;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All tenants' functions: what is deployed, and which runtimes there are. Safe on any
 * thread; a core runs functions by a {@link FunctionCore} of its own.
 */
public final class Functions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Functions.class.getName());

    private final Runtimes runtimes;
    private final Map<Tenant, TenantFunctions> byTenant = new ConcurrentHashMap<>();
    private final AtomicInteger deployments = new AtomicInteger();
    private final Watchdog watchdog = new Watchdog();
    private final @Nullable Thread warming;
    private final @Nullable HeadStarts headStarts;
    private final long quantumNs;
    private final IsolatesConfig isolatesConfig;
    private final IsolateMemory isolateMemory;
    private final boolean keepsModules;
    private final Changes changes = new Changes();
    private volatile boolean isWarm;
    private volatile boolean closed;

    private Functions(FunctionsConfig config) {
        quantumNs = config.quantumUs() * 1000L;
        isolatesConfig = config.isolates();
        isolateMemory = new IsolateMemory(isolatesConfig.bytesMax());
        keepsModules = config.keepsModules();
        isWarm = !config.warmsUp();
        runtimes = new Runtimes(config.runtime());
        WarmUp warmUp = new WarmUp(this, () -> closed);
        warming = config.warmsUp()
                ? Thread.ofPlatform().daemon().name("quern-warm-up").start(() -> warm(warmUp))
                : null;
        headStarts = headStarts(config);
    }

    private @Nullable HeadStarts headStarts(FunctionsConfig config) {
        FunctionRuntime early = config.warmsUp() && config.runtime().equals(Manifest.AUTO) ? runtimes.early() : null;
        return early == null ? null : new HeadStarts(this, early);
    }

    /**
     * Finds the runtimes and starts the watchdog.
     *
     * @throws IllegalArgumentException when the configured runtime is none, or is not available here
     */
    public static Functions open(FunctionsConfig config) {
        return new Functions(config);
    }

    /** The names of the runtimes that can run functions here, the best first. */
    public List<String> runtimes() {
        return runtimes.names();
    }

    FunctionRuntime runtime(String name) {
        return runtimes.named(name);
    }

    /** What a runtime costs: as it was measured here, if it was, else as it declares. */
    public RuntimeCosts costs(String name) {
        return runtimes.costs(name);
    }

    /** What a runtime was measured to cost here. One that is not there is none's business. */
    public void setCosts(String name, RuntimeCosts costs) {
        runtimes.setCosts(name, costs);
    }

    private void warm(WarmUp warmUp) {
        warmUp.run();
        isWarm = true;
    }

    /** Whether the JVM has seen enough of isolates to make them fast, or was not asked to. */
    boolean isWarm() {
        return isWarm;
    }

    FunctionRuntime preferred() {
        return runtimes.preferred();
    }

    IsolatesConfig isolatesConfig() {
        return isolatesConfig;
    }

    IsolateMemory isolateMemory() {
        return isolateMemory;
    }

    /** Cores are to look at what they have. */
    void changed() {
        changes.add(null);
    }

    Changes changes() {
        return changes;
    }

    /** How long a function runs before others go first. */
    public long quantumNs() {
        return quantumNs;
    }

    /** Which runtime is in force. */
    public RuntimeReport report() {
        return runtimes.report();
    }

    /**
     * Checks a module, makes it ready and gives it its name. May take a tenth of a second: not for a core's thread.
     *
     * @param replace whether a function of that name may be replaced; calls that are running end as they began
     * @throws FunctionRefusedException saying what to change; then nothing has changed
     */
    public FunctionInfo deploy(Tenant tenant, Manifest manifest, byte[] module, boolean replace)
            throws FunctionRefusedException {
        manifest.check();
        if (module.length > Limits.MODULE_BYTES_MAX) {
            throw new FunctionRefusedException(
                    "a module of " + module.length + " bytes; the limit is " + Limits.MODULE_BYTES_MAX);
        }
        FunctionRuntime runtime = runtimes.of(manifest, of(tenant), tenant.name());
        return install(tenant, manifest, runtime, load(runtime, manifest, module), module, replace);
    }

    /**
     * As {@link #deploy}, for a function whose classes this JVM has already: for who embeds Quern, and for tenants only that are trusted
     * with runtime {@code java}. Nothing is put into its loops, so that one past its deadline ends when it next calls the store.
     *
     * @param maker makes an object for each core that calls the function
     */
    public FunctionInfo register(Tenant tenant, Manifest manifest, Supplier<? extends Entries> maker, boolean replace)
            throws FunctionRefusedException {
        manifest.check();
        FunctionRuntime runtime = runtimes.of(manifest, of(tenant), tenant.name());
        return install(tenant, manifest, runtime, runtime.load(manifest, maker), new byte[0], replace);
    }

    /** Whether a runtime is for tenants only that are {@linkplain #trust trusted} with it. */
    public boolean needsTrust(String runtime) {
        return runtimes.needsTrust(runtime);
    }

    /** Lets a tenant use a runtime that does not isolate; the others are for all. */
    public void trust(Tenant tenant, String runtime) {
        runtimes.checkNeedsTrust(runtime);
        of(tenant).trust(runtime);
    }

    private FunctionInfo install(
            Tenant tenant,
            Manifest manifest,
            FunctionRuntime runtime,
            FunctionRuntime.Loaded loaded,
            byte[] module,
            boolean replace)
            throws FunctionRefusedException {
        FunctionInfo info = new FunctionInfo(
                manifest,
                runtime.name(),
                "",
                loaded.facts().entries(),
                module.length,
                sha256(module),
                System.currentTimeMillis(),
                0,
                0,
                0,
                0);
        HeadStart headStart =
                headStarts == null || !manifest.runtime().equals(Manifest.AUTO) || !mayMove(manifest, loaded.facts())
                        ? null
                        : headStarts.of(manifest, info.sha256(), module);
        Deployment deployment = new Deployment(
                deployments.getAndIncrement(),
                tenant,
                info,
                runtime,
                loaded.module(),
                loaded.facts(),
                headStart,
                kept(info, module));
        of(tenant).put(deployment, replace);
        calibrate(deployment);
        return deployment.infoNow();
    }

    private @Nullable DeployedModule kept(FunctionInfo info, byte[] module) {
        return keepsModules && CheckedModule.isWebAssembly(module) ? DeployedModule.of(info.manifest(), module) : null;
    }

    /** A function's module, for somebody else to run; null when there is none of that name, or it is not to be had. */
    public @Nullable DeployedModule module(Tenant tenant, String name) {
        Deployment deployment = of(tenant).deployment(name);
        DeployedModule kept = deployment == null ? null : deployment.kept();
        return kept == null || deployment == null ? null : kept.withPaused(deployment.isPaused());
    }

    /** Makes the call that the manifest asks for: here and now, or on either runtime in turns where it has a head start. */
    private void calibrate(Deployment deployment) {
        byte[] arguments = deployment.info().manifest().calibrationArguments();
        Function function =
                find(deployment.tenant(), deployment.info().manifest().name());
        if (arguments.length == 0 || function == null || !deployment.runtime().isIsolating()) {
            return;
        }
        HeadStart headStart = deployment.headStart();
        if (headStart == null) {
            new DryCalls(this).run(function, deployment.runtime(), arguments);
        } else {
            Tenant tenant = deployment.tenant();
            headStart.sample(new HeadStart.Sample(tenant.store(), function, arguments, tenant.defaultTable(), false));
        }
    }

    /** Whether it can go over to another runtime between two calls: what it is to remember goes along, and those that it calls are there. */
    private static boolean mayMove(Manifest manifest, ModuleFacts facts) {
        return (manifest.fresh() || facts.isCommand() || facts.isPortable()) && !facts.callsFunctions();
    }

    /** A valid module that a runtime does not take is refused like any other: whoever deploys it gets no more than a sentence. */
    private static FunctionRuntime.Loaded load(FunctionRuntime runtime, Manifest manifest, byte[] module)
            throws FunctionRefusedException {
        try {
            return runtime.load(manifest, module);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError broken) {
            LOG.log(System.Logger.Level.WARNING, manifest.name() + " could not be loaded", broken);
            throw new FunctionRefusedException(
                    manifest.name() + ": " + runtime.name() + " cannot run this module; make its functions smaller",
                    broken);
        }
    }

    private static String sha256(byte[] module) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(module));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Takes a function away; false when there is none. Calls that are running end as they began. */
    public boolean remove(Tenant tenant, String name) {
        return of(tenant).remove(name);
    }

    /** Has calls of a function refused, until it is resumed or replaced; false when there is none. Calls that are running go on. */
    public boolean pause(Tenant tenant, String name) {
        return pause(tenant, name, true);
    }

    /** Undoes {@link #pause}; false when there is no such function. */
    public boolean resume(Tenant tenant, String name) {
        return pause(tenant, name, false);
    }

    private boolean pause(Tenant tenant, String name, boolean paused) {
        Deployment deployment = of(tenant).deployment(name);
        if (deployment != null) {
            deployment.pause(paused);
        }
        return deployment != null;
    }

    /** Whether a function is there and paused. */
    public boolean isPaused(Tenant tenant, String name) {
        Deployment deployment = of(tenant).deployment(name);
        return deployment != null && deployment.isPaused();
    }

    /** What a tenant has deployed, by name. */
    public List<FunctionInfo> list(Tenant tenant) {
        return of(tenant).deployments().stream().map(Deployment::infoNow).toList();
    }

    public @Nullable FunctionInfo describe(Tenant tenant, String name) {
        Deployment deployment = of(tenant).deployment(name);
        return deployment == null ? null : deployment.infoNow();
    }

    /** The newest lines that a tenant's functions logged, oldest first. */
    public List<String> log(Tenant tenant) {
        return of(tenant).log().lines();
    }

    /** A function by the name in native memory: {@code module.entry}, or {@code module} for its entry {@code run} or its only one. */
    public @Nullable Function find(Tenant tenant, long nameAddress, int nameLength) {
        TenantFunctions functions = byTenant.get(tenant);
        return functions == null ? null : functions.names().find(nameAddress, nameLength);
    }

    /** As {@link #find(Tenant, long, int)}. */
    public @Nullable Function find(Tenant tenant, String name) {
        return of(tenant).function(name);
    }

    /** How many tenants have had functions. */
    int tenantCount() {
        return byTenant.size();
    }

    /** Drops what a tenant has deployed. No core may have an isolate of it. */
    void forget(Tenant tenant) {
        byTenant.remove(tenant);
    }

    TenantFunctions of(Tenant tenant) {
        return byTenant.computeIfAbsent(tenant, any -> new TenantFunctions(changes::add));
    }

    /**
     * A core's way to run functions. Thread: that of the store core, from the first call on.
     *
     * @throws IllegalStateException when the system has no memory to give
     */
    public FunctionCore attach(StoreCore storeCore) {
        return attach(storeCore, storeCore.index());
    }

    /** The same, of a core that people know by this number. */
    public FunctionCore attach(StoreCore storeCore, int shownAs) {
        return attach(storeCore, shownAs, null);
    }

    /** A core that tries functions out on one runtime, shows them to nobody and commits nothing of theirs. */
    FunctionCore attachAside(StoreCore storeCore, FunctionRuntime tried) {
        return attach(storeCore, storeCore.index(), tried);
    }

    private FunctionCore attach(StoreCore storeCore, int shownAs, @Nullable FunctionRuntime tried) {
        try {
            FunctionCore core = new FunctionCore(this, storeCore, shownAs, tried);
            watchdog.add(core.coreCall());
            return core;
        } catch (IOException refused) {
            throw new IllegalStateException("no memory for a function core: " + refused.getMessage(), refused);
        }
    }

    void detach(CoreCall call) {
        watchdog.remove(call);
    }

    /** What runs right now, on whichever core. */
    public List<RunningFunction> running() {
        return watchdog.running();
    }

    /** Ends what a tenant has running; returns how many calls that were. Their writes are dropped. */
    public int kill(Tenant tenant) {
        return watchdog.kill(tenant);
    }

    static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the watchdog and the runtimes. Every core must have been closed. */
    @Override
    public void close() {
        closed = true;
        watchdog.close();
        if (headStarts != null) {
            awaitEnd(headStarts.close());
        }
        if (warming != null) {
            awaitEnd(warming);
        }
        runtimes.close();
    }
}
