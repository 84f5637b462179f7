package dev.quern.bench.micro;

import dev.quern.bench.BenchFailedException;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A call of a function that does nothing, in the runtime that is in force, as a core loop makes it. Warm-up takes its time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FunctionBenchmark {
    private static final String NOOP = "noop";
    private static final String MODULE = "/dev/quern/sandbox/examples/noop.wasm";

    /** The first, cold call on a busy machine takes its time. */
    private static final long TIME_LIMIT_US = 1_000_000;

    private final Arena arena = Arena.ofShared();
    private final Store store = Store.open(StoreConfig.defaults());
    private final Functions functions = Functions.open(FunctionsConfig.defaults());
    private final StoreCore core = store.attach();
    private final FunctionCore functionCore = functions.attach(core);
    private final Tenant tenant = store.createTenant("bench", TenantConfig.defaults());
    private @Nullable Function function;
    private long arguments;

    /** Deploys the function. */
    @Setup
    public void deploy() throws IOException, FunctionRefusedException {
        arguments = arena.allocate(Integer.BYTES, Integer.BYTES).address();
        try (InputStream module = FunctionBenchmark.class.getResourceAsStream(MODULE)) {
            if (module == null) {
                throw new BenchFailedException("no example function " + MODULE + ": run scripts/build-guests");
            }
            functions.deploy(tenant, Manifest.named(NOOP).withTimeLimitUs(TIME_LIMIT_US), module.readAllBytes(), false);
        }
        function = functions.find(tenant, NOOP);
    }

    /** One call without arguments. */
    @Benchmark
    public int functionNoop() {
        Function called = function;
        if (called == null) {
            throw new IllegalStateException("the function is not deployed");
        }
        Invocation invocation = functionCore.invocation();
        invocation.set(arguments, Integer.BYTES, tenant.defaultTable(), false, 0);
        int status = functionCore.invoke(called, invocation);
        if (status != FunctionStatus.OK) {
            throw new IllegalStateException("the call failed: " + invocation.error());
        }
        return status;
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        functionCore.close();
        core.close();
        functions.close();
        store.close();
        arena.close();
    }
}
