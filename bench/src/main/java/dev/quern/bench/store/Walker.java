package dev.quern.bench.store;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.infra.ThreadParams;

/** One measuring thread: its session, and its place in the sequence of keys. Threads begin far apart. */
@State(Scope.Thread)
public class Walker {
    /** Multiplier and increment of the MMIX generator, which chooses between reads and writes. */
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;

    private static final long INCREMENT = 1_442_695_040_888_963_407L;

    private Subject.Session session = Idle.SESSION;
    private int[] numbers = new int[1];
    private final CpuMeter meter = new CpuMeter();
    private long gets;
    private long puts;
    private int position;
    private long generation;
    private long random;

    /** Opens the session. */
    @Setup(Level.Trial)
    public void open(Loaded loaded, ThreadParams thread) {
        session = Loaded.subject().open();
        numbers = loaded.numbers();
        position = (int) ((long) numbers.length * thread.getThreadIndex() / thread.getThreadCount());
        generation = (long) thread.getThreadIndex() << Integer.SIZE;
        random = thread.getThreadIndex();
    }

    /** Closes the session. */
    @TearDown(Level.Trial)
    public void close() {
        session.close();
        session = Idle.SESSION;
    }

    /** Starts the meter. */
    @Setup(Level.Iteration)
    public void start() {
        meter.start();
        puts = 0;
        gets = 0;
    }

    /** Reads the meter. */
    @TearDown(Level.Iteration)
    public void stop(BenchmarkParams benchmark, IterationParams iteration) {
        meter.add(gets + puts);
        boolean isGroup = benchmark.getThreadGroups().length > 1;
        meter.stop(isGroup ? puts == 0 ? "reader" : "writer" : CpuMeter.name(benchmark), benchmark, iteration);
    }

    /** The number of the next record in the sequence, which begins again at its end. */
    int next() {
        return numbers[position++ & numbers.length - 1];
    }

    void get() {
        gets++;
        int number = next();
        long seed = Entry.seed(number);
        long sum = session.get(seed, number);
        if (sum != Entry.sum(seed)) {
            throw wrong(number, sum);
        }
    }

    private static IllegalStateException wrong(int number, long sum) {
        return new IllegalStateException(
                "a record is not as it was put: number=" + number + (sum == Entry.MISSING ? ", missing" : ", torn"));
    }

    void put() {
        puts++;
        int number = next();
        session.put(Entry.seed(number), number, ++generation);
    }

    /** Reads or writes, writing one time in {@code 2^32 / writeBelow}. */
    void getOrPut(long writeBelow) {
        random = random * MULTIPLIER + INCREMENT;
        if (random >>> Integer.SIZE < writeBelow) {
            put();
        } else {
            get();
        }
    }

    /** Stands for no session. */
    private static final class Idle implements Subject.Session {
        private static final Idle SESSION = new Idle();

        @Override
        public long get(long seed, long number) {
            throw new IllegalStateException("the session is not open");
        }

        @Override
        public void put(long seed, long number, long generation) {
            throw new IllegalStateException("the session is not open");
        }

        @Override
        public void close() {}
    }
}
