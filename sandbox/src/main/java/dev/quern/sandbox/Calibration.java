package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Limits;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Measures what a runtime costs on this machine, by example functions in a store of its own. Thread: the caller's, which is its core. */
public final class Calibration {
    private static final String NOOP = "noop";
    private static final String LOOKUP = "lookup";
    private static final int KEY_LENGTH = 16;
    private static final int KEY_OFFSET = 2 * Integer.BYTES;
    private static final int ARGUMENTS_LENGTH = KEY_OFFSET + KEY_LENGTH + 2 * Integer.BYTES;
    private static final int HOPS = 16;
    private static final int ROUNDS = 7;

    private static final long READY_MAX_NS = 60_000_000_000L;
    private static final long READY_LOOK_NS = 1_000_000;

    private final Functions functions;
    private final FunctionRuntime runtime;
    private final int tenantCount;
    private final long warmUpNs;

    private Calibration(Functions functions, FunctionRuntime runtime, int tenantCount, long warmUpNs) {
        this.functions = functions;
        this.runtime = runtime;
        this.tenantCount = tenantCount;
        this.warmUpNs = warmUpNs;
    }

    /**
     * Measures one runtime.
     *
     * @param tenants how many isolates are made, at least 2
     * @param warmUpNs for how long each kind of call is made before it counts
     * @throws IllegalArgumentException when there is no such runtime here
     */
    public static RuntimeCosts measure(Functions functions, String runtime, int tenants, long warmUpNs) {
        FunctionRuntime measured = functions.runtime(runtime);
        int count = Math.max(2, Math.min(tenants, measured.isolatesMax() / 2));
        return new Calibration(functions, measured, count, warmUpNs).measure();
    }

    private RuntimeCosts measure() {
        List<Tenant> tenants = new ArrayList<>();
        try (Store store = Store.open();
                StoreCore core = store.attach();
                FunctionCore functionCore = functions.attach(core);
                Arena arena = Arena.ofConfined()) {
            long arguments = arena.allocate(ARGUMENTS_LENGTH, Long.BYTES).address();
            try {
                for (int i = 0; i < tenantCount; i++) {
                    tenants.add(tenant(store, i));
                }
                return measure(core, functionCore, tenants, arguments);
            } finally {
                tenants.forEach(functions::forget);
            }
        } catch (IOException | FunctionRefusedException refused) {
            throw new IllegalStateException("an example function could not be deployed", refused);
        }
    }

    private Tenant tenant(Store store, int number) throws IOException, FunctionRefusedException {
        Tenant tenant = store.createTenant(
                "calibration-" + number, TenantConfig.defaults().withQuotaBytes(Limits.QUOTA_BYTES_MIN));
        if (!runtime.isIsolating()) {
            functions.trust(tenant, runtime.name());
        }
        deploy(tenant, NOOP);
        return tenant;
    }

    private void deploy(Tenant tenant, String name) throws IOException, FunctionRefusedException {
        String path = runtime.isIsolating() ? "examples/" + name + ".wasm" : "examples/java/" + name + ".jar";
        try (InputStream module = Calibration.class.getResourceAsStream(path)) {
            if (module == null) {
                throw new IOException("no example function " + path + " beside the classes");
            }
            Manifest manifest = Manifest.named(name)
                    .withRuntime(runtime.name())
                    .withTimeLimitUs(dev.quern.sandbox.Limits.TIME_LIMIT_US_MAX);
            functions.deploy(tenant, manifest, module.readAllBytes(), false);
        }
    }

    private RuntimeCosts measure(StoreCore core, FunctionCore functionCore, List<Tenant> tenants, long arguments)
            throws IOException, FunctionRefusedException {
        // The first makes the JVM load what all share.
        call(functionCore, tenants.getFirst(), NOOP, arguments, 0);
        long heapBefore = heapBytes();
        double[] createNs = new double[tenants.size() - 1];
        for (int i = 0; i < createNs.length; i++) {
            long startNs = System.nanoTime();
            call(functionCore, tenants.get(i + 1), NOOP, arguments, 0);
            createNs[i] = System.nanoTime() - startNs;
        }
        long memoryBytes = Math.max(0, heapBytes() - heapBefore) / createNs.length;
        Tenant tenant = tenants.getFirst();
        deploy(tenant, LOOKUP);
        putOwnKey(core, tenant, arguments);
        Call noop = i -> call(functionCore, tenant, NOOP, arguments, 0);
        Call other = i -> call(functionCore, tenants.get(i & 1), NOOP, arguments, 0);
        Call one = i -> lookup(functionCore, tenant, arguments, 1);
        Call many = i -> lookup(functionCore, tenant, arguments, HOPS);
        // All before any counts, as compilers warm up, too.
        for (Call call : List.of(noop, other, one, many)) {
            warmUp(call);
        }
        double callNs = steadyNs(noop);
        double otherNs = steadyNs(other);
        double oneNs = steadyNs(one);
        double manyNs = steadyNs(many);
        return new RuntimeCosts(
                median(createNs) / 1e3,
                Math.max(0, otherNs - callNs),
                callNs,
                Math.max(0, (manyNs - oneNs) / (HOPS - 1)),
                memoryBytes);
    }

    private static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** A record whose value begins with its own key, which the argument list holds, too. */
    private static void putOwnKey(StoreCore core, Tenant tenant, long arguments) {
        NativeMemory.putInt(arguments, 2);
        NativeMemory.putInt(arguments + Integer.BYTES, KEY_LENGTH);
        NativeMemory.putInt(arguments + KEY_OFFSET + KEY_LENGTH, Integer.BYTES);
        core.enter(0);
        long key = arguments + KEY_OFFSET;
        tenant.defaultTable().put(core, key, KEY_LENGTH, key, KEY_LENGTH, Record.NO_EXPIRY, PutCondition.NONE);
        core.exit();
    }

    private void lookup(FunctionCore core, Tenant tenant, long arguments, int hops) {
        NativeMemory.putInt(arguments + ARGUMENTS_LENGTH - Integer.BYTES, hops);
        call(core, tenant, LOOKUP, arguments, ARGUMENTS_LENGTH);
    }

    private void call(FunctionCore core, Tenant tenant, String name, long arguments, int length) {
        Function function = functions.find(tenant, name);
        Invocation call = core.invocation();
        int status = FunctionStatus.NOT_READY;
        long endNs = System.nanoTime() + READY_MAX_NS;
        while (function != null && status == FunctionStatus.NOT_READY && System.nanoTime() < endNs) {
            call.set(arguments, length, tenant.defaultTable(), true, 0);
            status = core.invoke(function, call, System.nanoTime(), 0);
            if (status == FunctionStatus.NOT_READY) {
                LockSupport.parkNanos(READY_LOOK_NS); // Espresso's contexts take seconds to make, in the background.
            }
        }
        if (status != FunctionStatus.OK) {
            throw new IllegalStateException("calibration of " + runtime.name() + " failed: " + call.error());
        }
    }

    /** Makes call number so much. */
    @FunctionalInterface
    private interface Call {
        void make(int number);
    }

    /** Returns how many calls there were. */
    private int warmUp(Call call) {
        long endNs = System.nanoTime() + warmUpNs;
        int count = 0;
        while (System.nanoTime() < endNs || count == 0) {
            call.make(count++);
        }
        return count;
    }

    private double steadyNs(Call call) {
        int perRound = Math.clamp(warmUp(call) / 10, 1, 100_000);
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long startNs = System.nanoTime();
            for (int i = 0; i < perRound; i++) {
                call.make(i);
            }
            rounds[round] = (double) (System.nanoTime() - startNs) / perRound;
        }
        return median(rounds);
    }

    private static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
