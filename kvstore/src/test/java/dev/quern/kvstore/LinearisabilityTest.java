package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.kvstore.index.Index;
import java.util.HashMap;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.LongGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
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
    private static final int KEYS = 3;

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

    /** The store, one core to a thread; every run has keys of its own, so that the index grows from run to run. */
    public abstract static class OnStore {
        private static final int CORES = 4;
        private static final int RUNS_PER_STORE = 1_200;
        private static final Keys[] KEYS_OF = {new Keys(), new Keys(), new Keys(), new Keys()};
        private static final StoreCore[] CORE_OF = new StoreCore[CORES];
        private static @Nullable Store store;
        private static int runs;

        protected final Tenant tenant;
        protected final Table table;
        private final long[] keyNumbers = new long[KEYS];

        // Lincheck makes one object at a time, and tells nobody when it is done with it.
        @SuppressWarnings("StaticAssignmentInConstructor")
        protected OnStore() {
            if (runs % RUNS_PER_STORE == 0) {
                closeAll();
                Store fresh = Store.open(new StoreConfig(CORES, runs, true));
                fresh.createTenant("t", TenantConfig.defaults().withQuotaBytes(16 << 20));
                for (int i = 0; i < CORES; i++) {
                    CORE_OF[i] = fresh.attach();
                }
                store = fresh;
            }
            runs++;
            Store current = store;
            if (current == null) {
                throw new IllegalStateException("no store");
            }
            tenant = current.tenants().getFirst();
            table = tenant.defaultTable();
            long number = (long) runs << 32;
            for (int i = 0; i < KEYS; i++) {
                // The keys of a run share the bucket that they had in an index of the first size.
                do {
                    number++;
                } while (i > 0 && (hash(number) ^ hash(keyNumbers[0])) % 64 != 0);
                keyNumbers[i] = number;
            }
        }

        static void closeAll() {
            for (StoreCore core : CORE_OF) {
                if (core != null) {
                    core.close();
                }
            }
            if (store != null) {
                store.close();
                store = null;
            }
        }

        private long hash(long number) {
            Keys keys = KEYS_OF[0].key(number);
            Index index = table.index();
            return index.hash(keys.keyAddress(), keys.keyLength());
        }

        protected StoreCore enter(int core) {
            CORE_OF[core].enter(1);
            return CORE_OF[core];
        }

        protected void exit(StoreCore core) {
            core.exit();
            core.maintain(1, 1);
        }

        protected Keys key(int core, long key) {
            return KEYS_OF[core].key(keyNumbers[(int) key]);
        }

        protected static Keys value(Keys keys, long value) {
            return keys.value(Long.toString(value));
        }

        @Operation
        public int put(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long value) {
            StoreCore entered = enter(core);
            int status = value(key(core, key), value).put(table, entered);
            exit(entered);
            return status;
        }

        @Operation
        public int delete(
                @Param(gen = ThreadIdGen.class) int core, @Param(gen = LongGen.class, conf = "0:2") long key) {
            StoreCore entered = enter(core);
            int status = key(core, key).delete(table, entered);
            exit(entered);
            return status;
        }

        @Operation
        public long increment(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long delta) {
            StoreCore entered = enter(core);
            Keys keys = key(core, key);
            int status = table.increment(entered, keys.keyAddress(), keys.keyLength(), delta);
            exit(entered);
            return status == StoreStatus.OK ? entered.resultLong() : status;
        }
    }

    /** Operations on single keys. */
    public static class Singles extends OnStore {
        @Operation
        public int putIfAbsent(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long value) {
            StoreCore entered = enter(core);
            int status = value(key(core, key), value).put(table, entered, Record.NO_EXPIRY, PutCondition.IF_ABSENT);
            exit(entered);
            return status;
        }

        @Operation
        public @Nullable Long get(
                @Param(gen = ThreadIdGen.class) int core, @Param(gen = LongGen.class, conf = "0:2") long key) {
            StoreCore entered = enter(core);
            long record = key(core, key).find(table, entered);
            Long value = record == Record.NONE ? null : Long.valueOf(Keys.text(record));
            exit(entered);
            return value;
        }

        /** By value, for a model without versions: looks, and goes on only from what it saw. */
        @Operation
        public boolean compareAndSet(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long expected,
                @Param(gen = LongGen.class, conf = "1:9") long value) {
            StoreCore entered = enter(core);
            Keys keys = value(key(core, key), value);
            int status = StoreStatus.CONFLICT;
            while (status == StoreStatus.CONFLICT) {
                long record = keys.find(table, entered);
                status = record == Record.NONE || !Keys.text(record).equals(Long.toString(expected))
                        ? StoreStatus.NOT_FOUND
                        : table.compareAndSet(
                                entered,
                                keys.keyAddress(),
                                keys.keyLength(),
                                Record.version(record),
                                keys.valueAddress(),
                                keys.valueLength(),
                                Record.NO_EXPIRY);
            }
            exit(entered);
            return status == StoreStatus.OK;
        }
    }

    /** Transactions over several keys beside writes of single ones. */
    public static class Transactions extends OnStore {
        @Operation
        public long sum(@Param(gen = ThreadIdGen.class) int core) {
            StoreCore entered = enter(core);
            long sum;
            Transaction transaction;
            do {
                transaction = entered.begin(tenant);
                sum = 0;
                for (int key = 0; key < KEYS; key++) {
                    sum += number(transaction, key(core, key));
                }
            } while (transaction.commit() == StoreStatus.CONFLICT);
            exit(entered);
            return sum;
        }

        @Operation
        public long move(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long from,
                @Param(gen = LongGen.class, conf = "0:2") long to) {
            StoreCore entered = enter(core);
            long moved;
            Transaction transaction;
            do {
                transaction = entered.begin(tenant);
                Keys keys = key(core, from);
                moved = number(transaction, keys);
                transaction.delete(table, keys.keyAddress(), keys.keyLength());
                keys = key(core, to);
                moved += number(transaction, keys);
                if (moved != 0) {
                    value(keys, moved);
                    transaction.put(
                            table,
                            keys.keyAddress(),
                            keys.keyLength(),
                            keys.valueAddress(),
                            keys.valueLength(),
                            Record.NO_EXPIRY);
                }
            } while (transaction.commit() == StoreStatus.CONFLICT);
            exit(entered);
            return moved;
        }

        private long number(Transaction transaction, Keys keys) {
            long record = transaction.find(table, keys.keyAddress(), keys.keyLength());
            return record == Record.NONE ? 0 : Long.parseLong(Keys.text(record));
        }
    }

    /** A counter that loses updates, to see that Lincheck would tell. */
    public static class Forgetful {
        private static final int SPINS = 50;
        private volatile long number;

        @Operation
        @SuppressWarnings("NonAtomicVolatileUpdate") // the point
        public long increment() {
            long read = number;
            for (int i = 0; i < SPINS; i++) {
                Thread.onSpinWait();
            }
            number = read + 1;
            return read + 1;
        }
    }

    @Test
    void shouldFindAnOrderForEveryProgramOfSingleOperations() {
        check(Singles.class);
    }

    @Test
    void shouldFindAnOrderForEveryProgramOfTransactionsAndWrites() {
        check(Transactions.class);
    }

    @Test
    void shouldFindNoOrderForACounterThatForgets() {
        AssertionError error = assertThrows(
                AssertionError.class,
                () -> new StressOptions()
                        .iterations(10)
                        .invocationsPerIteration(RUNS)
                        .threads(2)
                        .minimizeFailedScenario(false)
                        .check(Forgetful.class));
        assertEquals(true, String.valueOf(error.getMessage()).contains("Invalid execution results"));
    }

    private static void check(Class<? extends OnStore> operations) {
        try {
            new StressOptions()
                    .iterations(SCENARIOS)
                    .invocationsPerIteration(RUNS)
                    .threads(2)
                    .actorsPerThread(3)
                    .actorsBefore(1)
                    .actorsAfter(1)
                    .sequentialSpecification(Model.class)
                    .check(operations);
        } finally {
            OnStore.closeAll();
            OnStore.runs = 0;
        }
    }
}
