package dev.quern.bench.store;

import dev.quern.kvstore.Limits;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.lang.foreign.Arena;

/**
 * Quern's store, each operation in a burst of its own: it enters and leaves the epoch as a peer takes and releases its lock. A server
 * does that once for many requests.
 */
final class QuernSubject implements Subject {
    /** How many writes there are to a round of reclaiming, as in a core's loop between bursts. */
    private static final int MAINTAIN_EVERY = 64;

    private static final int MAINTAIN_STEPS = 256;

    /** Of the quota for each record; more than it takes. */
    private static final long RECORD_BYTES_MAX = 200;

    private static final long QUOTA_BYTES_LEAST = 64L << 20;

    /** The same in every run, so that runs compare. */
    private static final long HASH_SEED = 20_261_121;

    private static final int CORES_MAX = 8;

    private final Store store = Store.open(new StoreConfig(CORES_MAX, HASH_SEED, false));
    private final Tenant tenant;
    private final Table table;

    /** As a server has one. */
    private final Thread memoryThread;

    QuernSubject(long records) {
        long quota = Math.min(Limits.QUOTA_BYTES_MAX, Math.max(QUOTA_BYTES_LEAST, records * RECORD_BYTES_MAX));
        tenant = store.createTenant("bench", TenantConfig.defaults().withQuotaBytes(quota));
        table = tenant.defaultTable();
        memoryThread = Thread.ofPlatform().daemon().start(this::serveMemory);
    }

    private void serveMemory() {
        try {
            store.commitAhead().serve();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    Tenant tenant() {
        return tenant;
    }

    Table table() {
        return table;
    }

    @Override
    public QuernSession open() {
        return new QuernSession(store.attach());
    }

    @Override
    public void close() {
        memoryThread.interrupt();
        try {
            memoryThread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    /** A core of the store. */
    final class QuernSession implements Session {
        private final Arena arena = Arena.ofShared();
        private final long key = arena.allocate(Entry.KEY_BYTES, Long.BYTES).address();
        private final long value = arena.allocate(Entry.VALUE_BYTES, Long.BYTES).address();
        private final StoreCore core;
        private int puts;

        private QuernSession(StoreCore core) {
            this.core = core;
        }

        StoreCore core() {
            return core;
        }

        Tenant tenant() {
            return tenant;
        }

        Table table() {
            return table;
        }

        /** Where {@link #name} puts a key. */
        long key() {
            return key;
        }

        long value() {
            return value;
        }

        /** Takes memory for so many records, in another table. */
        void shift(int records) {
            Table other = tenant.createTable("other", TableConfig.defaults());
            for (int i = 0; i < records; i++) {
                name(Entry.seed(i), i);
                core.enter(0);
                check(other.put(
                        core, key, Entry.KEY_BYTES, value, Entry.VALUE_BYTES, Record.NO_EXPIRY, PutCondition.NONE));
                core.exit();
            }
        }

        private static void check(int status) {
            if (status != StoreStatus.OK) {
                throw new IllegalStateException("a record was not put: " + StoreStatus.describe(status));
            }
        }

        void name(long seed, long number) {
            Entry.writeKey(key, seed, number);
        }

        @Override
        public long get(long seed, long number) {
            name(seed, number);
            core.enter(0);
            long record = table.find(core, key, Entry.KEY_BYTES);
            long sum = record == Record.NONE ? Entry.MISSING : Entry.sumOfValue(Record.valueAddress(record));
            core.exit();
            return sum;
        }

        @Override
        public void put(long seed, long number, long generation) {
            name(seed, number);
            Entry.writeValue(value, seed, generation);
            core.enter(0);
            int status = table.put(
                    core, key, Entry.KEY_BYTES, value, Entry.VALUE_BYTES, Record.NO_EXPIRY, PutCondition.NONE);
            core.exit();
            check(status);
            if (++puts % MAINTAIN_EVERY == 0) {
                core.maintain(0, MAINTAIN_STEPS);
            }
        }

        @Override
        public void close() {
            core.close();
            arena.close();
        }
    }
}
