package dev.quern.bench.evict;

import dev.quern.bench.BenchFailedException;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Limits;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import dev.quern.kvstore.WhenFull;
import java.lang.foreign.Arena;

/** A table that evicts, read through by one core: every request is a burst of its own. Thread: the one that made it. */
final class RealTable implements CachePolicy, AutoCloseable {
    private static final int VALUE_BYTES = 100;

    /** About what a record of that size takes in all: block, index, queues, fingerprint. */
    private static final int RECORD_BYTES = 160;

    /** By the table's clock. */
    private static final int REQUESTS_PER_MS = 1000;

    private static final int REQUESTS_PER_MAINTENANCE = 64;
    private static final int MAINTENANCE_STEPS = 16;

    private final Arena arena = Arena.ofConfined();
    private final long key = arena.allocate(Long.BYTES, Long.BYTES).address();
    private final long value = arena.allocate(VALUE_BYTES, Long.BYTES).address();
    private final Store store = Store.open();
    private final StoreCore core = store.attach();
    private final Tenant tenant;
    private final Table table;
    private long requests;
    private long sizes;
    private long sizesTaken;

    /** A table with a quota for about so many records. */
    RealTable(TableKind kind, int records) {
        tenant = store.createTenant(
                "bench",
                TenantConfig.defaults()
                        .withQuotaBytes(Math.max(Limits.QUOTA_BYTES_MIN, (long) records * RECORD_BYTES))
                        .withDefaultTable(new TableConfig(kind, WhenFull.EVICT)));
        table = tenant.defaultTable();
    }

    @Override
    public boolean access(int number) {
        NativeMemory.putLong(key, number);
        long nowMs = requests / REQUESTS_PER_MS;
        core.enter(nowMs);
        long record = table.find(core, key, Long.BYTES);
        boolean hit = record != Record.NONE;
        if (hit && NativeMemory.getLong(Record.valueAddress(record)) != number) {
            throw new BenchFailedException("wrong result: key " + number + " has another key's value");
        }
        if (!hit) {
            NativeMemory.putLong(value, number);
            int status = table.put(core, key, Long.BYTES, value, VALUE_BYTES, Record.NO_EXPIRY, PutCondition.NONE);
            if (status != StoreStatus.OK) {
                throw new BenchFailedException("a put failed: " + StoreStatus.describe(status));
            }
        }
        core.exit();
        if (++requests % REQUESTS_PER_MAINTENANCE == 0) {
            core.maintain(nowMs, MAINTENANCE_STEPS);
            sizes += table.size();
            sizesTaken++;
        }
        return hit;
    }

    /** Forgets the sizes seen so far. */
    void beginMeanSize() {
        sizes = 0;
        sizesTaken = 0;
    }

    /** How many records there were on average. */
    int meanSize() {
        return (int) (sizes / Math.max(1, sizesTaken));
    }

    boolean isWithinQuota() {
        return tenant.chargedBytes() <= tenant.quotaBytes();
    }

    long evictions() {
        return table.stats().evictions();
    }

    @Override
    public void close() {
        core.close();
        store.close();
        arena.close();
    }
}
