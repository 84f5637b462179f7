package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.lang.foreign.Arena;

/**
 * A store with one tenant's 100,000 records, keys of 16 bytes and values of 100, each of which begins with the key of another: what functions follow.
 * Thread: the one that made it, whose core it has.
 */
final class ChainedRecords implements AutoCloseable {
    static final int COUNT = 100_000;
    static final int KEY_LENGTH = 16;
    static final int VALUE_LENGTH = 100;

    /** How far the key that a value starts with is from its own; shares no factor with their number. */
    private static final int STRIDE = 40_501;

    private final Arena arena = Arena.ofShared();
    private final Store store = Store.open(StoreConfig.defaults());
    private final StoreCore core = store.attach();
    private final Tenant tenant = store.createTenant("bench", TenantConfig.defaults());

    /** Puts the records. */
    ChainedRecords() {
        long key = arena.allocate(KEY_LENGTH, Long.BYTES).address();
        long value = arena.allocate(VALUE_LENGTH, Long.BYTES).address();
        for (int i = 0; i < COUNT; i++) {
            NativeMemory.putLong(key, i);
            NativeMemory.putLong(value, after(i, 1));
            core.enter(0);
            int status = table().put(core, key, KEY_LENGTH, value, VALUE_LENGTH, Record.NO_EXPIRY, PutCondition.NONE);
            core.exit();
            if (status != StoreStatus.OK) {
                throw new IllegalStateException("a record was not put: " + StoreStatus.describe(status));
            }
        }
    }

    /** The number of the key that so many hops lead to. */
    static long after(long start, int hops) {
        return (start + (long) hops * STRIDE) % COUNT;
    }

    /** For arguments and the like; freed with the records. */
    Arena arena() {
        return arena;
    }

    StoreCore core() {
        return core;
    }

    Tenant tenant() {
        return tenant;
    }

    Table table() {
        return tenant.defaultTable();
    }

    /** Copies a key's value out, as whoever embeds the store does. */
    void copyValue(long key, byte[] value) {
        core.enter(0);
        long record = table().find(core, key, KEY_LENGTH);
        if (record == Record.NONE || Record.valueLength(record) != value.length) {
            throw new IllegalStateException("no record of this key");
        }
        NativeMemory.copyToArray(Record.valueAddress(record), value, 0, value.length);
        core.exit();
    }

    @Override
    public void close() {
        core.close();
        store.close();
        arena.close();
    }
}
