package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
abstract class EvictionTest {
    static final long QUOTA_BYTES = 4 << 20;
    static final int VALUE_BYTES = 500;

    final Store store = Store.open(new StoreConfig(2, 1, true));
    final Tenant tenant = store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
    private final Table kept = tenant.createTable("kept", TableConfig.defaults());
    final Table cache;
    final StoreCore core = store.attach();
    final Keys keys = new Keys();

    EvictionTest(TableKind kind) {
        cache = tenant.createTable("cache", new TableConfig(kind, WhenFull.EVICT));
    }

    @AfterEach
    void close() {
        if (core.isEntered()) {
            core.exit();
        }
        keys.close();
        core.close();
        store.close();
    }

    final int put(Table table, long key, int valueLength) {
        core.enter(0);
        try {
            return keys.key(key).valueLength(valueLength).put(table, core);
        } finally {
            core.exit();
        }
    }

    final boolean isThere(Table table, long key) {
        core.enter(0);
        try {
            return keys.key(key).find(table, core) != Record.NONE;
        } finally {
            core.exit();
        }
    }

    @Test
    void shouldTakeEveryWriteAndStayWithinTheQuota() {
        int writes = 100_000;
        for (int i = 0; i < writes; i++) {
            assertEquals(StoreStatus.OK, put(cache, i, VALUE_BYTES), "write " + i);
            assertTrue(tenant.chargedBytes() <= QUOTA_BYTES);
        }
        TableStats stats = cache.stats();
        assertEquals(writes, stats.records() + stats.evictions());
        assertTrue(stats.liveBytes() > QUOTA_BYTES * 8 / 10, stats.liveBytes() + " bytes live");
        assertEquals(0, stats.expiries());
    }

    @Test
    void shouldKeepWhatIsAskedForThroughASweep() {
        int popular = 1000;
        for (int key = 0; key < popular; key++) {
            put(cache, key, VALUE_BYTES);
            assertTrue(isThere(cache, key));
            assertTrue(isThere(cache, key));
        }
        for (int key = popular; key < 50_000; key++) {
            put(cache, key, VALUE_BYTES);
            isThere(cache, key % popular);
        }
        for (int key = 0; key < popular; key++) {
            assertTrue(isThere(cache, key), "key " + key);
        }
    }

    @Test
    void shouldNeverEvictFromARefusingTableAndLetItTakeTheCachesRoom() {
        int records = 3000;
        for (int i = 0; i < records; i++) {
            assertEquals(StoreStatus.OK, put(kept, i, VALUE_BYTES));
            assertEquals(StoreStatus.OK, put(cache, i, VALUE_BYTES));
            assertEquals(StoreStatus.OK, put(cache, records + i, VALUE_BYTES));
        }
        for (int i = 0; i < records; i++) {
            assertTrue(isThere(kept, i), "record " + i);
        }
        int more = 0;
        while (put(kept, records + more, VALUE_BYTES) == StoreStatus.OK) {
            more++;
        }
        assertTrue(
                kept.stats().liveBytes() > QUOTA_BYTES * 8 / 10,
                kept.stats().liveBytes() + " bytes before it was refused");
        assertEquals(records + more, kept.size());
        assertEquals(0, kept.stats().evictions());
    }

    @Test
    void shouldTakeAValueThatNeedsManyRecordsRoom() {
        fill();
        assertEquals(StoreStatus.OK, put(cache, -1, 1 << 20));
        assertTrue(isThere(cache, -1));
        assertTrue(cache.size() > 3000, cache.size() + " records are left");
    }

    private void fill() {
        for (int i = 0; i < 20_000; i++) {
            put(cache, i, VALUE_BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldTakeValuesOfAnyLengthsAtOnce(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            int length = random.nextInt(20) == 0 ? random.nextInt(1 << 20) : random.nextInt(2_000);
            core.enter(0);
            keys.key(random.nextInt(3_000)).valueLength(length);
            int status = switch (random.nextInt(3)) {
                case 0 -> keys.put(cache, core);
                case 1 ->
                    cache.compareAndSet(core, keys.keyAddress(), keys.keyLength(), 0, keys.valueAddress(), length, 0);
                default -> cache.expire(core, keys.keyAddress(), keys.keyLength(), 1);
            };
            core.exit();
            assertTrue(
                    status != StoreStatus.OVER_QUOTA,
                    "seed " + seed + " step " + i + ", " + length + " bytes: " + StoreStatus.describe(status));
            assertTrue(tenant.chargedBytes() <= QUOTA_BYTES);
        }
        assertTrue(cache.stats().evictions() > 1_000);
    }

    @Test
    void shouldNotMakeRoomOfWhatTheBurstFound() {
        fill();
        core.enter(0);
        long found = keys.key(19_999).find(cache, core);
        byte[] value = Record.value(found);
        assertEquals(StoreStatus.OVER_QUOTA, keys.key(-1).valueLength(1 << 20).put(cache, core));
        assertArrayEquals(value, Record.value(found));
        core.renew();
        assertEquals(StoreStatus.OK, keys.put(cache, core));
        core.exit();
    }

    @Test
    void shouldRefuseWhatIsLargerThanTheQuota() {
        for (int i = 0; i < 1000; i++) {
            put(cache, i, VALUE_BYTES);
        }
        assertEquals(StoreStatus.OVER_QUOTA, put(cache, -1, (int) QUOTA_BYTES));
        assertEquals(1000, cache.size());
    }

    @Test
    void shouldNotEvictForEverBehindAReaderThatStays() {
        try (StoreCore reader = store.attach()) {
            for (int i = 0; i < 20_000; i++) {
                put(cache, i, VALUE_BYTES);
            }
            long before = cache.size();
            reader.enter(0);
            int refused = 0;
            for (int i = 0; i < 20_000; i++) {
                refused += put(cache, 100_000 + i, VALUE_BYTES) == StoreStatus.OVER_QUOTA ? 1 : 0;
            }
            assertTrue(refused > 0);
            assertTrue(cache.size() > before * 8 / 10, cache.size() + " of " + before + " are left");
            reader.exit();
            assertEquals(StoreStatus.OK, put(cache, -1, VALUE_BYTES));
        }
    }

    @Test
    void shouldCommitOnAFullTable() {
        fill();
        int conflicts = 0;
        for (int i = 0; i < 5_000; i++) {
            core.enter(0);
            Transaction transaction = core.begin(tenant);
            for (int write = 0; write < 4; write++) {
                keys.key(50_000 + i * 4L + write).valueLength(VALUE_BYTES);
                transaction.find(cache, keys.keyAddress(), keys.keyLength());
                assertEquals(
                        StoreStatus.OK,
                        transaction.put(
                                cache, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), VALUE_BYTES, 0));
            }
            int status = transaction.commit();
            assertTrue(status == StoreStatus.OK || status == StoreStatus.CONFLICT, "commit " + i + ": " + status);
            conflicts += status == StoreStatus.CONFLICT ? 1 : 0;
            core.exit();
        }
        assertEquals(0, conflicts, "a transaction on one core has nobody to conflict with but itself");
    }

    @Test
    void shouldConflictWhenARecordThatWasReadIsEvicted() {
        put(cache, 7, VALUE_BYTES);
        try (StoreCore other = store.attach();
                Keys others = new Keys()) {
            core.enter(0);
            Transaction transaction = core.begin(tenant);
            keys.key(7);
            assertFalse(transaction.find(cache, keys.keyAddress(), keys.keyLength()) == Record.NONE);
            for (int i = 100; i < 20_000; i++) {
                other.enter(0);
                others.key(i).valueLength(VALUE_BYTES).put(cache, other);
                other.exit();
            }
            keys.key(8).valueLength(8);
            transaction.put(cache, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 8, 0);
            assertEquals(StoreStatus.CONFLICT, transaction.commit());
            core.exit();
        }
        assertNull(cache.get(core, new byte[] {8, 0, 0, 0, 0, 0, 0, 0}));
    }

    @Test
    void shouldEvictAheadOfNeedAndTidyUpAfterAClear() {
        fill();
        core.enter(0);
        cache.clear(core);
        core.exit();
        for (int step = 0; step < 20_000; step++) {
            core.maintain(step, 64);
        }
        assertEquals(0, cache.size());
        assertTrue(tenant.chargedBytes() < QUOTA_BYTES / 10, tenant.chargedBytes() + " bytes are charged");
        for (int i = 0; i < 50_000; i++) {
            assertEquals(StoreStatus.OK, put(cache, i, VALUE_BYTES));
        }
    }

    /** Against a map: what the table says is there has the value that was written last. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldHoldOnlyWhatWasWrittenLast(long seed) {
        Random random = new Random(seed);
        Map<Long, Integer> model = new HashMap<>();
        for (int i = 0; i < 60_000; i++) {
            int range = 2 << random.nextInt(15);
            long key = random.nextInt(range);
            int choice = random.nextInt(10);
            core.enter(i);
            keys.key(key);
            if (choice < 5) {
                int length = random.nextInt(1500);
                int status = keys.valueLength(length).put(cache, core);
                if (status == StoreStatus.OK) {
                    model.put(key, length);
                } else {
                    assertEquals(StoreStatus.OVER_QUOTA, status);
                }
            } else if (choice < 6) {
                int status = keys.delete(cache, core);
                assertTrue(status == StoreStatus.NOT_FOUND || model.containsKey(key), "seed " + seed + " step " + i);
                model.remove(key);
            } else if (choice < 7) {
                long expiryMs = i + 1L + random.nextInt(2000);
                int length = random.nextInt(100);
                if (keys.valueLength(length).put(cache, core, expiryMs, PutCondition.NONE) == StoreStatus.OK) {
                    model.put(key, length);
                }
            } else {
                long record = keys.find(cache, core);
                if (record != Record.NONE) {
                    assertEquals(model.get(key), Record.valueLength(record), "seed " + seed + " step " + i);
                }
            }
            core.exit();
            if (choice == 9) {
                core.maintain(i, 8);
            }
            assertTrue(tenant.chargedBytes() <= QUOTA_BYTES);
        }
        assertTrue(cache.stats().evictions() > 0);
        assertTrue(tenant.liveBytes() <= tenant.chargedBytes());
    }
}
