package dev.quern.bench.micro;

import dev.quern.bench.BenchFailedException;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
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
import java.util.SplittableRandom;
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

/**
 * Calls of functions in the runtime that is in force, as a core loop makes them: one that does nothing, and one that follows four keys
 * of 16 bytes among 100,000 records of 100 and replies the last. Warm-up takes its time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 15, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FunctionBenchmark {
    private static final String NOOP = "noop";
    private static final String LOOKUP = "lookup";
    private static final String EXAMPLES = "/dev/quern/sandbox/examples/";
    private static final int KEYS = 100_000;
    private static final int KEY_LENGTH = 16;
    private static final int VALUE_LENGTH = 100;
    private static final int HOPS = 4;

    /** How far the key that a value starts with is from its own; shares no factor with their number. */
    private static final int STRIDE = 40_501;

    private static final int KEY_OFFSET = 2 * Integer.BYTES;
    private static final int LOOKUP_ARGUMENTS_LENGTH = KEY_OFFSET + KEY_LENGTH + 2 * Integer.BYTES;

    /** The first, cold call on a busy machine takes its time. */
    private static final long TIME_LIMIT_US = 1_000_000;

    private final Arena arena = Arena.ofShared();
    private final Store store = Store.open(StoreConfig.defaults());
    private final Functions functions = Functions.open(
            new FunctionsConfig(Manifest.AUTO, false, FunctionsConfig.defaults().quantumUs()));
    private final StoreCore core = store.attach();
    private final FunctionCore functionCore = functions.attach(core);
    private final Tenant tenant = store.createTenant("bench", TenantConfig.defaults());
    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private @Nullable Function noop;
    private @Nullable Function lookup;
    private long noArguments;
    private long lookupArguments;

    /** Puts the records and deploys the functions. */
    @Setup
    public void deploy() throws IOException, FunctionRefusedException {
        noArguments = arena.allocate(Integer.BYTES, Long.BYTES).address();
        lookupArguments = arena.allocate(LOOKUP_ARGUMENTS_LENGTH, Long.BYTES).address();
        NativeMemory.putInt(lookupArguments, 2);
        NativeMemory.putInt(lookupArguments + Integer.BYTES, KEY_LENGTH);
        NativeMemory.putInt(lookupArguments + KEY_OFFSET + KEY_LENGTH, Integer.BYTES);
        NativeMemory.putInt(lookupArguments + KEY_OFFSET + KEY_LENGTH + Integer.BYTES, HOPS);
        load();
        noop = deploy(NOOP);
        lookup = deploy(LOOKUP);
    }

    private void load() {
        long key = arena.allocate(KEY_LENGTH, Long.BYTES).address();
        long value = arena.allocate(VALUE_LENGTH, Long.BYTES).address();
        for (int i = 0; i < KEYS; i++) {
            NativeMemory.putLong(key, i);
            NativeMemory.putLong(value, next(i));
            core.enter(0);
            int status = tenant.defaultTable()
                    .put(core, key, KEY_LENGTH, value, VALUE_LENGTH, Record.NO_EXPIRY, PutCondition.NONE);
            core.exit();
            if (status != StoreStatus.OK) {
                throw new IllegalStateException("a record was not put: " + StoreStatus.describe(status));
            }
        }
    }

    private static long next(long index) {
        return (index + STRIDE) % KEYS;
    }

    private @Nullable Function deploy(String name) throws IOException, FunctionRefusedException {
        String resource = EXAMPLES + name + ".wasm";
        try (InputStream module = FunctionBenchmark.class.getResourceAsStream(resource)) {
            if (module == null) {
                throw new BenchFailedException("no example function " + resource + ": run scripts/build-guests");
            }
            Manifest manifest = Manifest.named(name).withReadOnly(true).withTimeLimitUs(TIME_LIMIT_US);
            functions.deploy(tenant, manifest, module.readAllBytes(), false);
        }
        return functions.find(tenant, name);
    }

    private Invocation call(@Nullable Function function, long arguments, int length) {
        if (function == null) {
            throw new IllegalStateException("the function is not deployed");
        }
        Invocation invocation = functionCore.invocation();
        invocation.set(arguments, length, tenant.defaultTable(), true, 0);
        if (functionCore.invoke(function, invocation, System.nanoTime(), 0) != FunctionStatus.OK) {
            throw new IllegalStateException("the call failed: " + invocation.error());
        }
        return invocation;
    }

    /** One call without arguments. */
    @Benchmark
    public int functionNoop() {
        return call(noop, noArguments, Integer.BYTES).resultCode();
    }

    /** One call that reads four records. */
    @Benchmark
    public long functionFourHops() {
        int start = random.nextInt(KEYS);
        NativeMemory.putLong(lookupArguments + KEY_OFFSET, start);
        Invocation answered = call(lookup, lookupArguments, LOOKUP_ARGUMENTS_LENGTH);
        long reached = answered.replyLength() == VALUE_LENGTH ? NativeMemory.getLong(answered.replyAddress()) : -1;
        if (reached != (start + (long) HOPS * STRIDE) % KEYS) {
            throw new IllegalStateException(
                    "the function did not follow four keys: start=" + start + ", reached=" + reached);
        }
        return reached;
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
