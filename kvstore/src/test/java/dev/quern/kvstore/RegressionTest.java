package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What once went wrong, a test each. */
@Timeout(60)
class RegressionTest {
    private static final long NOW_MS = 1_000_000;

    private final Store store = Store.open(new StoreConfig(4, 42, true));
    private final Tenant tenant = store.createTenant("t", TenantConfig.defaults());
    private final Table table = tenant.defaultTable();
    private final Keys keys = new Keys();

    @AfterEach
    void close() {
        store.close();
        keys.close();
    }

    @Test
    void shouldNotUseAVersionAgainAfterACoreDetached() {
        keys.key("k").value("v");
        assertNotEquals(versionOfInsertionByNewCore(), versionOfInsertionByNewCore());
    }

    private long versionOfInsertionByNewCore() {
        try (StoreCore core = store.attach()) {
            core.enter(NOW_MS);
            assertEquals(StoreStatus.OK, keys.put(table, core));
            long version = core.resultVersion();
            assertEquals(StoreStatus.OK, keys.delete(table, core));
            core.exit();
            return version;
        }
    }

    @Test
    void shouldRaiseAKeysVersionsAcrossDeletionsAndSplits() {
        keys.value("v");
        try (StoreCore busy = store.attach();
                StoreCore idle = store.attach()) {
            busy.enter(NOW_MS);
            idle.enter(NOW_MS);
            for (int i = 0; i < 1_000; i++) {
                keys.key("k").put(table, busy);
            }
            long written = busy.resultVersion();
            keys.key("k").delete(table, busy);
            long deleted = busy.resultVersion();
            for (int i = 0; i < 1_000; i++) {
                keys.key(i).put(table, busy);
            }
            keys.key("k").put(table, idle);
            assertTrue(written < deleted && deleted < idle.resultVersion(), () -> "core " + idle.index());
            idle.exit();
            busy.exit();
        }
    }

    @Test
    void shouldGrowWhenTransactionsInsertInPairsAfterOneRecord() {
        int pairs = 10_000;
        try (StoreCore core = store.attach()) {
            core.enter(NOW_MS);
            keys.key("first").put(table, core);
            for (int pair = 0; pair < pairs; pair++) {
                Transaction transaction = core.begin(tenant);
                for (int half = 0; half < 2; half++) {
                    keys.key(pair * 2L + half);
                    assertEquals(
                            StoreStatus.OK,
                            transaction.put(table, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 8, 0));
                }
                assertEquals(StoreStatus.OK, transaction.commit());
            }
            core.exit();
        }
        assertEquals(pairs * 2L + 1, table.size());
        // 7 records to 2 buckets of 64 bytes: the plain buckets alone take more than this once the index has grown.
        assertTrue(table.stats().indexBytes() > pairs * 2L / 4 * 64, () -> "index " + table.stats());
    }

    @Test
    void shouldHandLargeFreedBlocksToOtherCores() {
        Tenant small = store.createTenant("small", TenantConfig.defaults().withQuotaBytes(16 << 20));
        Table values = small.defaultTable();
        int count = 12;
        keys.valueLength(1 << 20);
        // The range of addresses is twice the quota: the third core depends on what the first two freed.
        try (StoreCore first = store.attach();
                StoreCore second = store.attach();
                StoreCore third = store.attach()) {
            putAndDelete(values, first, count);
            putAndDelete(values, second, count);
            putAndDelete(values, third, count);
        }
    }

    private void putAndDelete(Table values, StoreCore core, int count) {
        core.enter(NOW_MS);
        for (int i = 0; i < count; i++) {
            assertEquals(StoreStatus.OK, keys.key(i).put(values, core), "put " + i);
        }
        for (int i = 0; i < count; i++) {
            assertEquals(StoreStatus.OK, keys.key(i).delete(values, core));
        }
        core.exit();
        while (core.maintain(NOW_MS, 64) > 0) {}
    }

    @Test
    void shouldLeaveNothingBehindWhenATransactionNamesAnotherTenant() {
        Tenant other = store.createTenant("other", TenantConfig.defaults());
        try (StoreCore core = store.attach()) {
            core.enter(NOW_MS);
            keys.key("k").value("v");
            Transaction transaction = core.begin(tenant);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> transaction.put(
                            other.defaultTable(), keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 1, 0));
            transaction.abort();
            core.exit();
        }
        assertEquals(0, other.chargedBytes());
    }

    @Test
    void shouldNotEndAScanThatIsAskedForNoRecords() {
        try (StoreCore core = store.attach()) {
            core.enter(NOW_MS);
            assertEquals(StoreStatus.OK, keys.key("k").value("v").put(table, core));
            assertNotEquals(0, table.scan(core, 0, 0, record -> {}));
            core.exit();
        }
    }
}
