package dev.quern.bench.store;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * What every subject does. Each value read is checked. Run by {@link SubjectMain}, which says for how long; JMH is called for a batch
 * at a time, so that its own cost does not count.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SubjectBenchmark {
    static final int BATCH = 256;

    /** Shares of writes, of 2^32. */
    static final long ALWAYS = 1L << Integer.SIZE;

    static final long ONE_IN_TWENTY = ALWAYS / 20;
    static final long ONE_IN_TWO = ALWAYS / 2;

    /** Only reads. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void get(Walker walker) {
        for (int i = 0; i < BATCH; i++) {
            walker.get();
        }
    }

    /** Only writes, of records that are there. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void put(Walker walker) {
        for (int i = 0; i < BATCH; i++) {
            walker.put();
        }
    }

    /** 95 reads to 5 writes. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void mixed95(Walker walker) {
        for (int i = 0; i < BATCH; i++) {
            walker.getOrPut(ONE_IN_TWENTY);
        }
    }

    /** As many reads as writes. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void mixed50(Walker walker) {
        for (int i = 0; i < BATCH; i++) {
            walker.getOrPut(ONE_IN_TWO);
        }
    }

    /** A reader with a writer beside it. */
    @Benchmark
    @Group("besideWriter")
    @GroupThreads(1)
    @OperationsPerInvocation(BATCH)
    public void reader(Walker walker) {
        get(walker);
    }

    /** The writer beside the reader. */
    @Benchmark
    @Group("besideWriter")
    @GroupThreads(1)
    @OperationsPerInvocation(BATCH)
    public void writer(Walker walker) {
        put(walker);
    }
}
