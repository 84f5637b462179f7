package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Linearisability under Lincheck: random short programs on several cores, each run many times, whose results must be those of some
 * order that respects real time.
 *
 * <p>What this can see: wrong results of real runs, as the operating system and the processor happened to interleave them, over keys
 * that fall into one bucket at first, in an index that grows by splits all the while, with reclaimed memory poisoned. What it cannot
 * see: Lincheck's model checker switches threads at accesses to Java's heap, and the index lies outside of the heap, so the
 * interleavings are sampled rather than enumerated; a reordering that this processor does not do never happens.
 *
 * <p>Plain finds of several keys beside a commit are not promised to see it at one moment, so programs with transactions read in
 * transactions.
 */
@Timeout(100)
class LinearisabilityTest {
    private static final int SCENARIOS = Integer.getInteger("quern.evidence.scenarios", 6);
    private static final int RUNS = 120;

    /** What a program may do, with nothing concurrent about it. */
    public static class Model {
        private final Map<Long, Long> map = new HashMap<>();

        public int put(int core, long key, long value) {
            map.put(key, value);
            return StoreStatus.OK;
        }

        public int putIfAbsent(int core, long key, long value) {
            return map.putIfAbsent(key, value) == null ? StoreStatus.OK : StoreStatus.EXISTS;
        }

        public @Nullable Long get(int core, long key) {
            return map.get(key);
        }

        public int delete(int core, long key) {
            return map.remove(key) == null ? StoreStatus.NOT_FOUND : StoreStatus.OK;
        }

        public boolean compareAndSet(int core, long key, long expected, long value) {
            return map.replace(key, expected, value);
        }

        public long increment(int core, long key, long delta) {
            return map.merge(key, delta, Long::sum);
        }

        public Map<Long, Long> range(int core) {
            return Map.copyOf(map);
        }

        public Map<Long, Long> rangeBackwards(int core) {
            return range(core);
        }

        public long sum(int core) {
            return map.values().stream().mapToLong(Long::longValue).sum();
        }

        public long move(int core, long from, long to) {
            long taken = map.getOrDefault(from, 0L);
            map.remove(from);
            return taken + map.getOrDefault(to, 0L) == 0 ? 0 : put(to, taken + map.getOrDefault(to, 0L));
        }

        private long put(long key, long value) {
            map.put(key, value);
            return value;
        }

        /** Lincheck asks which states are the same. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Model model && model.map.equals(map);
        }

        @Override
        public int hashCode() {
            return map.hashCode();
        }
    }

    /** What a counter should do. */
    public static class Counter {
        private long number;

        public long increment() {
            number++;
            return number;
        }

        /** Lincheck asks which states are the same. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Counter counter && counter.number == number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }

    /** A counter that loses updates, to see that Lincheck would tell: its two threads read it together before either writes. */
    public static class Forgetful {
        static final int THREADS = 2;
        private final CyclicBarrier haveRead = new CyclicBarrier(THREADS);
        private volatile long number;

        @Operation
        public long increment() throws InterruptedException, BrokenBarrierException {
            long read = number;
            haveRead.await();
            number = read + 1;
            return read + 1;
        }
    }

    @Test
    void shouldFindAnOrderForEveryProgramOfSingleOperations() {
        check(LinearisabilityPrograms.Singles.class, SCENARIOS);
    }

    @Test
    void shouldFindAnOrderForEveryProgramOfSingleOperationsAndRanges() {
        // Each run takes longer, as it fills leaves first.
        check(LinearisabilityPrograms.Ranges.class, SCENARIOS / 2);
    }

    @Test
    void shouldFindAnOrderForEveryProgramOfTransactionsAndWrites() {
        check(LinearisabilityPrograms.Transactions.class, SCENARIOS);
    }

    @Test
    void shouldFindNoOrderForACounterThatForgets() {
        AssertionError error = assertThrows(
                AssertionError.class,
                () -> new StressOptions()
                        .iterations(1)
                        .invocationsPerIteration(1)
                        .threads(Forgetful.THREADS)
                        .actorsPerThread(2)
                        // Alone, a thread would wait for the other one for ever.
                        .actorsBefore(0)
                        .actorsAfter(0)
                        .minimizeFailedScenario(false)
                        .sequentialSpecification(Counter.class)
                        .check(Forgetful.class));
        assertEquals(true, String.valueOf(error.getMessage()).contains("Invalid execution results"));
    }

    private static void check(Class<? extends LinearisabilityPrograms.OnStore> operations, int scenarios) {
        try {
            new StressOptions()
                    .iterations(scenarios)
                    .invocationsPerIteration(RUNS)
                    .threads(2)
                    .actorsPerThread(3)
                    .actorsBefore(1)
                    .actorsAfter(1)
                    .sequentialSpecification(Model.class)
                    .check(operations);
        } finally {
            LinearisabilityPrograms.OnStore.reset();
        }
    }
}
