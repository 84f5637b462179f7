package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A core that stays inside its epoch delays the reuse of memory, never the others' work or anybody's correctness, and is seen in the
 * store's counts. All cores are driven by one thread, so that a seed repeats everything.
 */
@Timeout(60)
class EpochTest {
    private static final long QUOTA_BYTES = 1 << 20;
    private static final int CORES = 4;
    private static final int KEYS = 40;
    private static final int STEPS = 20_000;
    private static final int MAINTENANCE_STEPS = 64;

    private final Store store = Store.open(new StoreConfig(CORES, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
    private final Table table = tenant.defaultTable();
    private final Keys keys = new Keys();
    private final List<StoreCore> cores = new ArrayList<>();

    /** By core, the records that it looked at in this burst, and what it saw in them. */
    private final List<Map<Long, byte[]>> held = new ArrayList<>();

    EpochTest() {
        for (int i = 0; i < CORES; i++) {
            cores.add(store.attach());
            held.add(new HashMap<>());
        }
    }

    @AfterEach
    void close() {
        for (StoreCore core : cores) {
            if (core.isEntered()) {
                core.exit();
            }
            core.close();
        }
        keys.close();
        store.close();
    }

    @Test
    void shouldBoundWhatAStalledReaderHoldsByTheQuotaAndReclaimAllWhenItLeaves() {
        StoreCore reader = cores.get(0);
        StoreCore writer = cores.get(1);
        put(writer, 0, 500, 7);
        assertEquals(0, store.epochLag());
        reader.enter(1);
        long record = keys.key(0).find(table, reader);
        byte[] seen = Record.value(record);
        long lag = 0;
        long retiredBytes = 0;
        int writes = 0;
        while (put(writer, 0, 500, writes) == StoreStatus.OK) {
            writes++;
            assertTrue(store.epochLag() >= lag, "lag " + store.epochLag() + " after " + writes + " bursts");
            lag = store.epochLag();
            assertTrue(store.retiredBytes() >= retiredBytes, "something was reclaimed");
            retiredBytes = store.retiredBytes();
            assertTrue(retiredBytes <= tenant.chargedBytes() && tenant.chargedBytes() <= QUOTA_BYTES);
        }
        assertTrue(lag > 1, "lag " + lag + " after " + writes + " bursts");
        assertEquals(StoreStatus.OVER_QUOTA, put(writer, 0, 500, writes));
        assertTrue(retiredBytes > QUOTA_BYTES / 2, retiredBytes + " bytes retired");
        // The writer's last good value is there for others; the reader's burst still sees what it found.
        writer.enter(1);
        assertEquals((byte) (writes - 1), Record.value(keys.key(0).find(table, writer))[0]);
        writer.exit();
        assertArrayEquals(seen, Record.value(record));
        reader.exit();
        assertEquals(0, store.epochLag());
        assertEquals(StoreStatus.OK, put(writer, 0, 500, writes));
        maintainAll();
        assertEquals(0, store.retiredBytes());
    }

    @Test
    void shouldReclaimAllButTheLastFewThatWereRetiredBeforeTheStalledReaderEntered() {
        StoreCore reader = cores.get(0);
        StoreCore writer = cores.get(1);
        for (int i = 0; i < 1000; i++) {
            put(writer, 0, 500, i);
        }
        reader.enter(1);
        while (writer.maintain(1, MAINTENANCE_STEPS) > 0) {}
        // A core looks what can go at every 256th.
        assertTrue(store.retiredBytes() < 256 * 600, store.retiredBytes() + " bytes");
        for (int i = 0; i < 300; i++) {
            put(writer, 1, 500, i);
        }
        while (writer.maintain(1, MAINTENANCE_STEPS) > 0) {}
        assertTrue(store.retiredBytes() > 299 * 500, store.retiredBytes() + " bytes");
        reader.exit();
        maintainAll();
        assertEquals(0, store.retiredBytes());
    }

    @Test
    void shouldKeepWhatABurstFoundThroughAClearOfTheTable() {
        StoreCore reader = cores.get(0);
        StoreCore writer = cores.get(1);
        put(writer, 0, 500, 7);
        reader.enter(1);
        long record = keys.key(0).find(table, reader);
        byte[] seen = Record.value(record);
        writer.enter(1);
        table.clear(writer);
        writer.exit();
        for (int i = 0; i < KEYS; i++) {
            put(writer, i, 500, i);
            writer.maintain(1, MAINTENANCE_STEPS);
        }
        assertArrayEquals(seen, Record.value(record));
        reader.exit();
        maintainAll();
        assertEquals(KEYS, table.size());
    }

    @Test
    void shouldReclaimWhatAClosedCoreLeftOnceTheStalledReaderLeaves() {
        StoreCore reader = cores.get(0);
        StoreCore writer = cores.get(1);
        reader.enter(1);
        put(writer, 0, 500, 1);
        put(writer, 0, 500, 2);
        long retiredBytes = store.retiredBytes();
        cores.remove(writer);
        writer.close();
        assertEquals(retiredBytes, store.retiredBytes());
        long charged = tenant.chargedBytes();
        reader.exit();
        maintainAll();
        assertEquals(0, store.retiredBytes());
        assertTrue(tenant.chargedBytes() < charged, tenant.chargedBytes() + " of " + charged);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldKeepEveryRecordThatABurstFoundUntilTheBurstEnds(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            String where = "seed " + seed + ", step " + step;
            int number = random.nextInt(CORES);
            StoreCore core = cores.get(number);
            if (!core.isEntered()) {
                core.enter(1);
            }
            keys.key(random.nextInt(KEYS));
            switch (random.nextInt(8)) {
                case 0 -> keys.delete(table, core);
                case 1, 2, 3 -> putWithin(core, random.nextInt(3_000), random.nextInt());
                case 4 -> putInTransaction(core, random);
                default -> {
                    long record = keys.find(table, core);
                    if (record != Record.NONE) {
                        held.get(number).put(record, Record.value(record));
                    }
                }
            }
            // The first core's bursts are long ones.
            if (random.nextInt(number == 0 ? 500 : 3) == 0) {
                checkHeld(number, where);
                held.get(number).clear();
                core.exit();
                if (random.nextBoolean()) {
                    core.maintain(1, 4);
                }
            }
            assertTrue(tenant.chargedBytes() <= QUOTA_BYTES, where);
            assertTrue(store.retiredBytes() <= tenant.chargedBytes(), where);
        }
        for (int number = 0; number < CORES; number++) {
            checkHeld(number, "seed " + seed + ", at the end");
            while (cores.get(number).isEntered()) {
                cores.get(number).exit();
            }
        }
        assertEquals(0, store.epochLag());
        maintainAll();
        assertEquals(0, store.retiredBytes());
    }

    private void checkHeld(int number, String where) {
        held.get(number).forEach((record, value) -> assertArrayEquals(value, Record.value(record), where));
    }

    private int put(StoreCore core, long key, int valueLength, int fill) {
        core.enter(1);
        keys.key(key);
        int status = putWithin(core, valueLength, fill);
        core.exit();
        return status;
    }

    private int putWithin(StoreCore core, int valueLength, int fill) {
        NativeMemory.fill(keys.valueAddress(), valueLength, (byte) fill);
        return keys.valueLength(valueLength).put(table, core);
    }

    private void putInTransaction(StoreCore core, Random random) {
        Transaction transaction = core.begin(tenant);
        for (int i = 0; i < 3; i++) {
            keys.key(random.nextInt(KEYS)).valueLength(random.nextInt(200));
            transaction.put(
                    table,
                    keys.keyAddress(),
                    keys.keyLength(),
                    keys.valueAddress(),
                    keys.valueLength(),
                    Record.NO_EXPIRY);
        }
        if (random.nextInt(3) == 0) {
            transaction.abort();
        } else {
            transaction.commit();
        }
    }

    private void maintainAll() {
        for (StoreCore core : cores) {
            while (core.maintain(1, MAINTENANCE_STEPS) > 0) {}
        }
    }
}
