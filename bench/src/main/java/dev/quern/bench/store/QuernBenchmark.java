package dev.quern.bench.store;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What Quern is measured at beside itself and beside the memory below it. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class QuernBenchmark {
    private static final int BATCH = 256;
    private static final int TRANSACTIONS = 64;

    /** The bare memory, filled for its own trials only. */
    @State(Scope.Benchmark)
    public static class Memory {
        private @Nullable PointerChase chase;

        /** Fills it. */
        @Setup(Level.Trial)
        public void fill() {
            chase = new PointerChase(Loaded.records());
        }

        /** Frees it. */
        @TearDown(Level.Trial)
        public void free() {
            chase().close();
            chase = null;
        }

        private PointerChase chase() {
            PointerChase filled = chase;
            if (filled == null) {
                throw new IllegalStateException("the memory is not filled");
            }
            return filled;
        }
    }

    /** Loads that depend on each other: which record comes next is known only when the one before was read. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void chase(QuernWalker walker, Memory memory) {
        PointerChase chase = memory.chase();
        int length = Entry.VALUE_BYTES;
        for (int i = 0; i < BATCH; i++) {
            length = chase.valueLength(walker.next() + length - Entry.VALUE_BYTES);
        }
        check(length);
        walker.done(BATCH);
    }

    /** The same through the store. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void find(QuernWalker walker) {
        int length = Entry.VALUE_BYTES;
        for (int i = 0; i < BATCH; i++) {
            length = walker.valueLength(walker.next() + length - Entry.VALUE_BYTES);
        }
        check(length);
        walker.done(BATCH);
    }

    private static void check(int length) {
        if (length != Entry.VALUE_BYTES) {
            throw new IllegalStateException("a record is not as it was put: valueLength=" + length);
        }
    }

    /** Gets, as in SubjectBenchmark, but a burst at a time. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void getBurst(QuernWalker walker) {
        bursts(walker, 0);
    }

    /** Puts, a burst at a time. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void putBurst(QuernWalker walker) {
        bursts(walker, SubjectBenchmark.ALWAYS);
    }

    /** 95 gets to 5 puts, a burst at a time. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void mixed95Burst(QuernWalker walker) {
        bursts(walker, SubjectBenchmark.ONE_IN_TWENTY);
    }

    /** As many gets as puts, a burst at a time. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void mixed50Burst(QuernWalker walker) {
        bursts(walker, SubjectBenchmark.ONE_IN_TWO);
    }

    private static void bursts(QuernWalker walker, long writeBelow) {
        for (int i = 0; i < BATCH / QuernWalker.BURST; i++) {
            walker.burst(writeBelow);
        }
        walker.done(BATCH);
    }

    /** Transactions of four reads and a write. */
    @Benchmark
    @OperationsPerInvocation(TRANSACTIONS)
    public void transaction(QuernWalker walker) {
        for (int i = 0; i < TRANSACTIONS; i++) {
            walker.transact();
        }
        walker.done(TRANSACTIONS);
    }

    /** The five operations of such a transaction without one. */
    @Benchmark
    @OperationsPerInvocation(TRANSACTIONS)
    public void bare(QuernWalker walker) {
        for (int i = 0; i < TRANSACTIONS; i++) {
            walker.operateBare();
        }
        walker.done(TRANSACTIONS);
    }
}
