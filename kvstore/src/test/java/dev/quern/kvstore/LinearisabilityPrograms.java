package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.Index;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jetbrains.lincheck.datastructures.LongGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;

/** What the programs that Lincheck makes up may do with a store. */
final class LinearisabilityPrograms {
    static final int KEYS = 3;

    private LinearisabilityPrograms() {}

    /** The store, one core to a thread; every run has keys of its own, so that the index grows from run to run. */
    public abstract static class OnStore {
        private static final int CORES = 4;
        private static final int RUNS_PER_STORE = 1_200;
        private static final Keys[] KEYS_OF = {new Keys(), new Keys(), new Keys(), new Keys()};
        private static final StoreCore[] CORE_OF = new StoreCore[CORES];
        static final RangeCursor[] CURSOR_OF = new RangeCursor[CORES];
        private static @Nullable Store store;
        private static int runs;

        protected final Tenant tenant;
        protected final Table table;
        protected final long[] keyNumbers = new long[KEYS];

        // Lincheck makes one object at a time, and tells nobody when it is done with it.
        @SuppressWarnings("StaticAssignmentInConstructor")
        protected OnStore(TableKind kind) {
            if (runs % RUNS_PER_STORE == 0) {
                closeAll();
                Store fresh = Store.open(new StoreConfig(CORES, runs, true));
                fresh.createTenant("t", TenantConfig.defaults().withQuotaBytes(16 << 20))
                        .createTable("table", TableConfig.defaults().withKind(kind));
                for (int i = 0; i < CORES; i++) {
                    CORE_OF[i] = fresh.attach();
                    CURSOR_OF[i] = new RangeCursor(CORE_OF[i]);
                }
                store = fresh;
            }
            runs++;
            Store current = store;
            if (current == null) {
                throw new IllegalStateException("no store");
            }
            tenant = current.tenants().getFirst();
            table = tenant.tables().getLast();
            long number = (long) runs << 32;
            for (int i = 0; i < KEYS; i++) {
                if (kind == TableKind.ORDERED) {
                    // In the order of the keys, which is that of bytes; with room for others behind each.
                    keyNumbers[i] = Long.reverseBytes(((long) runs * KEYS + i) << 8);
                    continue;
                }
                // The keys of a run share the bucket that they had in an index of the first size.
                do {
                    number++;
                } while (i > 0 && (hash(number) ^ hash(keyNumbers[0])) % 64 != 0);
                keyNumbers[i] = number;
            }
        }

        private static void closeAll() {
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

        /** After a check: the next one starts with a store of its own kind. */
        static void reset() {
            closeAll();
            runs = 0;
        }

        private long hash(long number) {
            Keys keys = KEYS_OF[0].key(number);
            Index index = table.index();
            return index.hash(keys.keyAddress(), keys.keyLength());
        }

        /** What one core does in a burst of its own. */
        protected interface Work<T> {
            T with(StoreCore core, Keys keys);
        }

        /** In a burst. */
        protected static <T> T inBurst(int core, Work<T> work) {
            StoreCore entered = CORE_OF[core];
            entered.enter(1);
            T result = work.with(entered, KEYS_OF[core]);
            entered.exit();
            entered.maintain(1, 1);
            return result;
        }

        /** In a burst, with this key set. */
        protected <T> T onKey(int core, long key, Work<T> work) {
            return inBurst(core, (entered, keys) -> work.with(entered, key(keys, key)));
        }

        /** In a transaction in a burst, again for as long as it conflicts. */
        protected <T> T inTransaction(int core, Function<Transaction, T> work) {
            return inBurst(core, (entered, keys) -> {
                for (; ; ) {
                    Transaction transaction = entered.begin(tenant);
                    T result = work.apply(transaction);
                    if (transaction.commit() == StoreStatus.OK) {
                        return result;
                    }
                }
            });
        }

        protected Keys key(Keys keys, long key) {
            return keys.key(keyNumbers[(int) key]);
        }

        protected Keys keysOf(int core, long key) {
            return key(KEYS_OF[core], key);
        }

        protected static Keys value(Keys keys, long value) {
            return keys.value(Long.toString(value));
        }

        @Operation
        public int put(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long value) {
            return onKey(core, key, (entered, keys) -> value(keys, value).put(table, entered));
        }

        @Operation
        public int delete(
                @Param(gen = ThreadIdGen.class) int core, @Param(gen = LongGen.class, conf = "0:2") long key) {
            return onKey(core, key, (entered, keys) -> keys.delete(table, entered));
        }

        @Operation
        public long increment(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long delta) {
            return onKey(core, key, (entered, keys) -> {
                int status = table.increment(entered, keys.keyAddress(), keys.keyLength(), delta);
                return status == StoreStatus.OK ? entered.resultLong() : status;
            });
        }
    }

    /** Operations on single keys. */
    public static class Singles extends OnStore {
        public Singles() {
            this(TableKind.HASH);
        }

        protected Singles(TableKind kind) {
            super(kind);
        }

        @Operation
        public int putIfAbsent(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long value) {
            return onKey(
                    core,
                    key,
                    (entered, keys) ->
                            value(keys, value).put(table, entered, Record.NO_EXPIRY, PutCondition.IF_ABSENT));
        }

        @Operation
        public @Nullable Long get(
                @Param(gen = ThreadIdGen.class) int core, @Param(gen = LongGen.class, conf = "0:2") long key) {
            String value = onKey(core, key, (entered, keys) -> {
                long record = keys.find(table, entered);
                return record == Record.NONE ? "" : Keys.text(record);
            });
            return value.isEmpty() ? null : Long.valueOf(value);
        }

        /** By value, for a model without versions: looks, and goes on only from what it saw. */
        @Operation
        public boolean compareAndSet(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long key,
                @Param(gen = LongGen.class, conf = "1:9") long expected,
                @Param(gen = LongGen.class, conf = "1:9") long value) {
            return onKey(core, key, (entered, keys) -> {
                value(keys, value);
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
                return status == StoreStatus.OK;
            });
        }
    }

    /** Operations on single keys of an ordered table, and walks over all of them in a transaction, which sees one moment. */
    public static class Ranges extends Singles {
        private static final int NEIGHBOURS = 8;
        private static final RangeQuery[] QUERY_OF = {
            new RangeQuery(), new RangeQuery(), new RangeQuery(), new RangeQuery()
        };

        /** Neighbours stand between the keys, so that these are in several leaves. */
        public Ranges() {
            super(TableKind.ORDERED);
            inBurst(0, (entered, keys) -> {
                for (long first : keyNumbers) {
                    for (int neighbour = 1; neighbour <= NEIGHBOURS; neighbour++) {
                        keys.key(first + Long.reverseBytes(neighbour))
                                .valueLength(0)
                                .put(table, entered);
                    }
                }
                return StoreStatus.OK;
            });
        }

        @Operation
        public Map<Long, Long> range(@Param(gen = ThreadIdGen.class) int core) {
            return walk(core, false);
        }

        @Operation
        public Map<Long, Long> rangeBackwards(@Param(gen = ThreadIdGen.class) int core) {
            return walk(core, true);
        }

        private Map<Long, Long> walk(int core, boolean isBackwards) {
            RangeQuery query = QUERY_OF[core].backwards(isBackwards);
            inBurst(core, (entered, keys) -> {
                key(keys, 0);
                query.low(keys.keyAddress(), keys.keyLength(), true);
                key(keys, KEYS - 1);
                return query.high(keys.keyAddress(), keys.keyLength(), true);
            });
            return inTransaction(core, transaction -> {
                Map<Long, Long> seen = new HashMap<>();
                RangeCursor cursor = CURSOR_OF[core];
                transaction.range(table, query, cursor);
                for (long record = cursor.next(); record != Record.NONE; record = cursor.next()) {
                    long number = NativeMemory.getLong(Record.keyAddress(record));
                    for (int i = 0; i < KEYS; i++) {
                        if (keyNumbers[i] == number && seen.put((long) i, Long.valueOf(Keys.text(record))) != null) {
                            throw new IllegalStateException("a key twice");
                        }
                    }
                }
                return seen;
            });
        }
    }

    /** Transactions over several keys beside writes of single ones. */
    public static class Transactions extends OnStore {
        public Transactions() {
            super(TableKind.HASH);
        }

        @Operation
        public long sum(@Param(gen = ThreadIdGen.class) int core) {
            return inTransaction(core, transaction -> {
                long sum = 0;
                for (int key = 0; key < KEYS; key++) {
                    sum += number(transaction, keysOf(core, key));
                }
                return sum;
            });
        }

        @Operation
        public long move(
                @Param(gen = ThreadIdGen.class) int core,
                @Param(gen = LongGen.class, conf = "0:2") long from,
                @Param(gen = LongGen.class, conf = "0:2") long to) {
            return inTransaction(core, transaction -> {
                Keys keys = keysOf(core, from);
                long moved = number(transaction, keys);
                transaction.delete(table, keys.keyAddress(), keys.keyLength());
                moved += number(transaction, keysOf(core, to));
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
                return moved;
            });
        }

        private long number(Transaction transaction, Keys keys) {
            long record = transaction.find(table, keys.keyAddress(), keys.keyLength());
            return record == Record.NONE ? 0 : Long.parseLong(Keys.text(record));
        }
    }
}
