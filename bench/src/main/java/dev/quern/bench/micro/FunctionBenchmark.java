package dev.quern.bench.micro;

import dev.quern.sandbox.FunctionRefusedException;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Calls of functions, as a core loop makes them and as embedders of the same runtimes would: of one that does nothing, of one that follows four keys among
 * 100,000 records and replies the last value, and of the same one with 64 keys, where what a read by the guest costs is told apart from its call. The
 * modules are the same in all ways; in Java it is the same function. The Graal compiler takes its time to warm up.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class FunctionBenchmark {
    private static final int FEW_HOPS = 4;
    private static final int GETS = 64;
    private static final int WARM_UPS_WITHOUT_GRAAL = 3;

    /** The functions in one way to call them. */
    @State(Scope.Thread)
    public abstract static class Way {
        private final SplittableRandom random = new SplittableRandom(20_261_121);
        private @Nullable CalledFunctions functions;

        abstract CalledFunctions newFunctions() throws FunctionRefusedException;

        /** Puts the records and deploys the functions. */
        @Setup(Level.Trial)
        public void open() throws FunctionRefusedException {
            functions = newFunctions();
        }

        /** Frees everything. */
        @TearDown(Level.Trial)
        public void close() {
            Objects.requireNonNull(functions).close();
        }

        int noop() {
            int code = Objects.requireNonNull(functions).noop();
            if (code != 0) {
                throw new IllegalStateException("the function returned " + code);
            }
            return code;
        }

        long lookup(int hops) {
            int start = random.nextInt(ChainedRecords.COUNT);
            long reached = Objects.requireNonNull(functions).lookup(start, hops);
            if (reached != ChainedRecords.after(start, hops)) {
                throw new IllegalStateException(
                        "the function did not follow " + hops + " keys: start=" + start + ", reached=" + reached);
            }
            return reached;
        }
    }

    /** WebAssembly in an isolate, as tenants have it. */
    public static class Isolated extends Way {
        @Override
        CalledFunctions newFunctions() throws FunctionRefusedException {
            return new CoreFunctions(false);
        }
    }

    /** Java in the same process, which trusted tenants have. */
    public static class Trusted extends Way {
        @Override
        CalledFunctions newFunctions() throws FunctionRefusedException {
            return new CoreFunctions(true);
        }
    }

    /** The same WebAssembly by GraalWasm's public API. */
    public static class Polyglot extends Way {
        @Override
        CalledFunctions newFunctions() {
            return new PolyglotFunctions();
        }
    }

    /** The same WebAssembly by Chicory's public API. */
    public static class Chicory extends Way {
        @Override
        CalledFunctions newFunctions() {
            return new ChicoryFunctions();
        }
    }

    /** One call without arguments. */
    @Benchmark
    public int functionNoop(Isolated way) {
        return way.noop();
    }

    /** The same without isolation. */
    @Benchmark
    @Warmup(iterations = WARM_UPS_WITHOUT_GRAAL, time = 1)
    public int functionNoopJava(Trusted way) {
        return way.noop();
    }

    /** The same by {@code Value.execute}. */
    @Benchmark
    public int functionNoopPolyglot(Polyglot way) {
        return way.noop();
    }

    /** The same by {@code ExportFunction.apply}. */
    @Benchmark
    @Warmup(iterations = WARM_UPS_WITHOUT_GRAAL, time = 1)
    public int functionNoopChicory(Chicory way) {
        return way.noop();
    }

    /** One call that reads four records. */
    @Benchmark
    public long functionFourHops(Isolated way) {
        return way.lookup(FEW_HOPS);
    }

    /** The same without isolation. */
    @Benchmark
    @Warmup(iterations = WARM_UPS_WITHOUT_GRAAL, time = 1)
    public long functionFourHopsJava(Trusted way) {
        return way.lookup(FEW_HOPS);
    }

    /** A guest's read of a record by key, in place, by the intrinsic. */
    @Benchmark
    @OperationsPerInvocation(GETS)
    public long intrinsicGet(Isolated way) {
        return way.lookup(GETS);
    }

    /** The same by a call from Java to Java. */
    @Benchmark
    @Warmup(iterations = WARM_UPS_WITHOUT_GRAAL, time = 1)
    @OperationsPerInvocation(GETS)
    public long intrinsicGetJava(Trusted way) {
        return way.lookup(GETS);
    }

    /** By a host function of the polyglot API, which copies. */
    @Benchmark
    @OperationsPerInvocation(GETS)
    public long intrinsicGetPolyglot(Polyglot way) {
        return way.lookup(GETS);
    }

    /** By a host function of Chicory, which copies. */
    @Benchmark
    @Warmup(iterations = WARM_UPS_WITHOUT_GRAAL, time = 1)
    @OperationsPerInvocation(GETS)
    public long intrinsicGetChicory(Chicory way) {
        return way.lookup(GETS);
    }
}
