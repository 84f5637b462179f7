package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final long NOW_MS = 1_000_000;

    private final Store store = Store.open(new StoreConfig(4, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(64 << 20));
    private final Table table = tenant.defaultTable();
    private final StoreCore core = store.attach();
    private final Keys keys = new Keys();

    @BeforeEach
    void enter() {
        core.enter(NOW_MS);
    }

    @AfterEach
    void close() {
        core.exit();
        core.close();
        keys.close();
        store.close();
    }

    @Test
    void shouldFindWhatWasPutUntilItIsDeleted() {
        assertEquals(Record.NONE, keys.key("k").find(table, core));
        assertEquals(StoreStatus.OK, keys.value("v1").put(table, core));
        long first = core.resultVersion();
        assertEquals("v1", Keys.text(keys.find(table, core)));
        assertEquals(StoreStatus.OK, keys.value("").put(table, core));
        assertEquals("", Keys.text(keys.find(table, core)));
        assertTrue(core.resultVersion() > first);
        assertEquals(1, table.size());
        assertEquals(StoreStatus.OK, keys.delete(table, core));
        assertEquals(StoreStatus.NOT_FOUND, keys.delete(table, core));
        assertEquals(0, table.size());
        assertEquals(0, tenant.liveBytes());
    }

    @Test
    void shouldKeepEveryRecordInsideTheArena() {
        for (int i = 0; i < 20_000; i++) {
            keys.key("key-" + i).valueLength(i % 2000).put(table, core);
            long record = keys.find(table, core);
            assertEquals(0, record % 8);
            assertTrue(record >= tenant.arenaAddress()
                    && record + Record.bytes(record) <= tenant.arenaAddress() + tenant.arenaLength());
        }
        for (int i = 0; i < 20_000; i++) {
            assertEquals(i % 2000, Record.valueLength(keys.key("key-" + i).find(table, core)));
        }
        assertTrue(table.stats().indexBytes() > 20_000 * 16);
    }

    @Test
    void shouldObeyConditions() {
        keys.key("k").value("a");
        assertEquals(StoreStatus.NOT_FOUND, keys.put(table, core, 0, PutCondition.IF_PRESENT));
        assertEquals(StoreStatus.OK, keys.put(table, core, NOW_MS + 50, PutCondition.IF_ABSENT));
        assertEquals(StoreStatus.EXISTS, keys.value("b").put(table, core, 0, PutCondition.IF_ABSENT));
        assertEquals("a", Keys.text(keys.find(table, core)));
        int keepExpiry = PutCondition.IF_PRESENT | PutCondition.KEEP_EXPIRY;
        assertEquals(StoreStatus.OK, keys.put(table, core, 0, keepExpiry));
        assertEquals(NOW_MS + 50, Record.expiryMs(keys.find(table, core)));
    }

    @Test
    void shouldCompareVersions() {
        keys.key("k").value("a");
        long key = keys.keyAddress();
        long value = keys.valueAddress();
        assertEquals(StoreStatus.CONFLICT, table.compareAndSet(core, key, 1, 5, value, 1, 0));
        assertEquals(StoreStatus.OK, table.compareAndSet(core, key, 1, 0, value, 1, 0));
        long version = core.resultVersion();
        assertEquals(StoreStatus.CONFLICT, table.compareAndSet(core, key, 1, 0, value, 1, 0));
        assertEquals(StoreStatus.OK, table.compareAndSet(core, key, 1, version, value, 1, 0));
        assertNotEquals(version, core.resultVersion());
    }

    @Test
    void shouldIncrementDecimalText() {
        keys.key("n");
        assertEquals(StoreStatus.OK, table.increment(core, keys.keyAddress(), 1, -7));
        assertEquals("-7", Keys.text(keys.find(table, core)));
        assertEquals(StoreStatus.OK, table.increment(core, keys.keyAddress(), 1, Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE - 7, core.resultLong());
        assertEquals(StoreStatus.OVERFLOW, table.increment(core, keys.keyAddress(), 1, 8));
        for (String bad : new String[] {"", " 1", "1 ", "+1", "01", "-", "-0", "1e3", "9223372036854775808"}) {
            keys.value(bad).put(table, core);
            assertEquals(StoreStatus.NOT_A_NUMBER, table.increment(core, keys.keyAddress(), 1, 1), bad);
        }
        keys.value("-9223372036854775808").put(table, core);
        assertEquals(StoreStatus.OK, table.increment(core, keys.keyAddress(), 1, 0));
        assertEquals(Long.MIN_VALUE, core.resultLong());
        assertEquals("-9223372036854775808", Keys.text(keys.find(table, core)));
    }

    @Test
    void shouldExpireLazilyAndBySweeping() {
        for (int i = 0; i < 1000; i++) {
            keys.key("e" + i).value("x").put(table, core, NOW_MS + 10, PutCondition.NONE);
        }
        assertEquals(StoreStatus.OK, table.expire(core, keys.keyAddress(), keys.keyLength(), Record.NO_EXPIRY));
        core.exit();
        core.enter(NOW_MS + 10);
        assertEquals(Record.NONE, keys.key("e0").find(table, core));
        assertEquals(StoreStatus.NOT_FOUND, table.expire(core, keys.keyAddress(), keys.keyLength(), 0));
        assertEquals("x", Keys.text(keys.key("e999").find(table, core)));
        core.exit();
        for (int i = 0; i < 10_000 && table.size() > 1; i++) {
            core.maintain(NOW_MS + 10, 16);
        }
        core.enter(NOW_MS + 10);
        assertEquals(1, table.size());
        assertEquals(999, table.stats().expiries());
    }

    @Test
    void shouldScanEveryRecordAcrossGrowth() {
        for (int i = 0; i < 1000; i++) {
            keys.key("s" + i).value("x").put(table, core);
        }
        Set<String> seen = new HashSet<>();
        long cursor = 0;
        int added = 0;
        do {
            cursor = table.scan(
                    core, cursor, 10, record -> seen.add(new String(Record.key(record), StandardCharsets.UTF_8)));
            for (int i = 0; i < 100 && added < 20_000; i++) {
                keys.key("new" + added++).value("y").put(table, core);
            }
        } while (cursor != 0);
        for (int i = 0; i < 1000; i++) {
            assertTrue(seen.contains("s" + i), "s" + i);
        }
    }

    @Test
    void shouldClearAtOnceAndReturnTheMemoryInSteps() {
        for (int i = 0; i < 5000; i++) {
            keys.key("c" + i).value("some value").put(table, core);
        }
        long charged = tenant.chargedBytes();
        table.clear(core);
        assertEquals(0, table.size());
        assertEquals(Record.NONE, keys.key("c1").find(table, core));
        keys.key("after").put(table, core);
        assertEquals(1, table.size());
        core.exit();
        for (int i = 0; i < 10_000 && tenant.liveBytes() > 200; i++) {
            core.maintain(NOW_MS, 16);
        }
        core.enter(NOW_MS);
        assertEquals(1, table.size());
        assertEquals(1, tenant.recordCount());
        assertTrue(tenant.chargedBytes() < charged, tenant.chargedBytes() + " of " + charged);
    }

    @Test
    void shouldRefuseWhatIsOutOfBounds() {
        assertEquals(StoreStatus.BAD_KEY, table.put(core, keys.keyAddress(), 0, keys.valueAddress(), 0, 0, 0));
        assertEquals(
                StoreStatus.TOO_LARGE,
                table.put(core, keys.keyAddress(), Limits.KEY_BYTES_MAX + 1, keys.valueAddress(), 0, 0, 0));
        assertEquals(
                StoreStatus.TOO_LARGE,
                table.put(core, keys.keyAddress(), 1, keys.valueAddress(), Limits.VALUE_BYTES_MAX + 1, 0, 0));
        assertThrows(StoreException.class, () -> store.createTenant("t", TenantConfig.defaults()));
        assertThrows(StoreException.class, () -> store.createTenant("a b", TenantConfig.defaults()));
        assertThrows(StoreException.class, () -> tenant.createTable(Tenant.DEFAULT_TABLE, TableConfig.defaults()));
        assertThrows(StoreException.class, () -> TenantConfig.defaults().withQuotaBytes(1));
    }

    @Test
    void shouldServeArraysAndBytesWithoutAddresses() {
        byte[] key = {1, 2, 3};
        assertNull(table.get(core, key));
        assertEquals(StoreStatus.OK, table.put(core, key, new byte[] {9, 8}));
        assertArrayEquals(new byte[] {9, 8}, table.get(core, key));
        keys.key("b").value("bytes in place").put(table, core);
        assertEquals("bytes in place", Table.value(keys.find(table, core)).toString());
    }
}
