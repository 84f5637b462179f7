package dev.quern.bench.functions;

import dev.quern.bench.BenchFailedException;
import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.Invocation;
import dev.quern.sandbox.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A store with as many tenants as are wanted, their functions, and one core: the thread that made this. */
final class FunctionRig implements AutoCloseable {
    /** Long past what any call here needs, also interpreted and on a busy machine. */
    static final long TIME_LIMIT_US = 10_000_000;

    private static final String EXAMPLES = "/dev/quern/sandbox/examples/";

    private final Arena arena = Arena.ofConfined();
    private final Store store = Store.open(StoreConfig.defaults().withHugePages(false));
    private final StoreCore core = store.attach();
    private final Functions functions;
    private final FunctionCore functionCore;
    private int tenants;

    /** The runtime that a server would choose; nothing runs beside. */
    static FunctionsConfig config() {
        FunctionsConfig defaults = FunctionsConfig.defaults();
        return new FunctionsConfig(defaults.runtime(), false, defaults.quantumUs());
    }

    FunctionRig(FunctionsConfig config) {
        functions = Functions.open(config);
        functionCore = functions.attach(core);
    }

    /** The module of an example that comes with the sandbox. */
    static byte[] example(String name) {
        try (InputStream module = FunctionRig.class.getResourceAsStream(EXAMPLES + name + ".wasm")) {
            if (module == null) {
                throw new BenchFailedException("no example function " + name + ": run scripts/build-guests");
            }
            return module.readAllBytes();
        } catch (IOException unreadable) {
            throw new BenchFailedException("cannot read the example function " + name, unreadable);
        }
    }

    Tenant newTenant() {
        return newTenant(Limits.QUOTA_BYTES_MIN);
    }

    Tenant newTenant(long quotaBytes) {
        return store.createTenant("tenant-" + tenants++, TenantConfig.defaults().withQuotaBytes(quotaBytes));
    }

    /** Deploys a module to a tenant, and returns the entry that its bare name stands for. */
    Function deploy(Tenant tenant, Manifest manifest, byte[] module) throws FunctionRefusedException {
        functions.deploy(tenant, manifest.withTimeLimitUs(TIME_LIMIT_US), module, false);
        Function deployed = functions.find(tenant, manifest.name());
        if (deployed == null) {
            throw new BenchFailedException(manifest.name() + " has no entry of its name");
        }
        return deployed;
    }

    /** Deploys a module to a tenant, and {@link JavaCalls}, which have the same function, as {@code trusted}. */
    static void deployBoth(Functions functions, Tenant tenant, String name, byte[] module)
            throws FunctionRefusedException {
        functions.trust(tenant, Caller.JAVA);
        functions.register(tenant, Caller.manifest("trusted").withRuntime(Caller.JAVA), JavaCalls::new, false);
        functions.deploy(tenant, Caller.manifest(name), module, false);
    }

    Functions functions() {
        return functions;
    }

    FunctionCore functionCore() {
        return functionCore;
    }

    StoreCore storeCore() {
        return core;
    }

    /** A list of arguments in native memory; {@link #callNs(Function, MemorySegment)} takes it. */
    MemorySegment arguments(byte[]... values) {
        long bytes = Integer.BYTES;
        for (byte[] value : values) {
            bytes += Integer.BYTES + value.length;
        }
        MemorySegment list = arena.allocate(bytes);
        ByteBuffer buffer = list.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).putInt(values.length);
        for (byte[] value : values) {
            buffer.putInt(value.length).put(value);
        }
        return list;
    }

    void put(Tenant tenant, byte[] key, byte[] value) {
        core.enter(0);
        try {
            if (tenant.defaultTable().put(core, key, value) != StoreStatus.OK) {
                throw new BenchFailedException("a record was not put");
            }
        } finally {
            core.exit();
        }
    }

    /** Calls without arguments, and checks that the call came to its end; returns how long it took. */
    long callNs(Function function) {
        return callNs(function, MemorySegment.NULL);
    }

    /** As {@link #callNs(Function)}. */
    long callNs(Function function, MemorySegment arguments) {
        Invocation call = functionCore.invocation();
        long startNs = System.nanoTime();
        call.set(
                arguments.address(),
                (int) arguments.byteSize(),
                function.tenant().defaultTable(),
                false,
                0);
        int status = functionCore.invoke(function, call, startNs, System.currentTimeMillis());
        long tookNs = System.nanoTime() - startNs;
        if (status != FunctionStatus.OK) {
            throw new BenchFailedException("a call failed: " + call.error());
        }
        return tookNs;
    }

    @Override
    public void close() {
        functionCore.close();
        functions.close();
        core.close();
        store.close();
        arena.close();
    }
}
