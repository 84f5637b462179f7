package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a transaction does when another core comes in between: both are driven by one thread, so that each case is exactly one. */
@Timeout(60)
class TransactionTest {
    private static final long NOW_MS = 1_000_000;
    private static final int MANY = 2_000;

    private final Store store = Store.open(new StoreConfig(2, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(16 << 20));
    private final Table table = tenant.defaultTable();
    private final Table second = tenant.createTable("second", TableConfig.defaults());
    private final StoreCore core = store.attach();
    private final StoreCore other = store.attach();
    private final Keys keys = new Keys();
    private Transaction transaction = new Transaction(core);

    @BeforeEach
    void begin() {
        core.enter(NOW_MS);
        other.enter(NOW_MS);
        assertEquals(StoreStatus.OK, keys.key("x").value("1").put(table, other));
        assertEquals(StoreStatus.OK, keys.key("y").value("1").put(second, other));
        transaction = core.begin(tenant);
    }

    @AfterEach
    void close() {
        other.exit();
        core.exit();
        other.close();
        core.close();
        keys.close();
        store.close();
    }

    private String find(Table from, String key) {
        keys.key(key);
        long record = transaction.find(from, keys.keyAddress(), keys.keyLength());
        return record == Record.NONE ? "" : Keys.text(record);
    }

    private int put(Transaction in, Table into, String key, String value) {
        keys.key(key).value(value);
        return in.put(
                into, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), keys.valueLength(), Record.NO_EXPIRY);
    }

    private String stored(Table in, String key) {
        long record = keys.key(key).find(in, other);
        return record == Record.NONE ? "" : Keys.text(record);
    }

    private void assertConflict() {
        long conflicts = table.stats().conflicts() + second.stats().conflicts();
        assertEquals(StoreStatus.CONFLICT, transaction.commit());
        assertEquals(conflicts + 1, table.stats().conflicts() + second.stats().conflicts());
    }

    private void assertConflict(Table in) {
        assertEquals(StoreStatus.CONFLICT, transaction.commit());
        assertEquals(1, in.stats().conflicts());
    }

    @Test
    void shouldShowItsOwnWritesAndNobodyElseUntilItCommits() {
        put(transaction, table, "x", "2");
        keys.key("y");
        assertEquals(StoreStatus.OK, transaction.delete(second, keys.keyAddress(), keys.keyLength()));
        assertEquals("2", find(table, "x"));
        assertEquals("", find(second, "y"));
        assertEquals("1", stored(table, "x"));
        assertEquals("1", stored(second, "y"));
        assertEquals(StoreStatus.OK, transaction.commit());
        assertEquals("2", stored(table, "x"));
        assertEquals("", stored(second, "y"));
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsAborted() {
        long liveBytes = tenant.liveBytes();
        put(transaction, table, "x", "2");
        put(transaction, second, "z", "2");
        transaction.abort();
        assertEquals("1", stored(table, "x"));
        assertEquals("", stored(second, "z"));
        assertEquals(liveBytes, tenant.liveBytes());
    }

    /** All keys and values, by steps of a few buckets. */
    private Map<String, String> scan(Table from) {
        Map<String, String> seen = new TreeMap<>();
        long cursor = 0;
        do {
            cursor = transaction.scan(from, cursor, 3, record -> seen.put(Keys.keyText(record), Keys.text(record)));
        } while (cursor != 0);
        return seen;
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void shouldScanAndCountWithItsOwnWrites(TableKind kind) {
        Table scanned = tenant.createTable("scanned", TableConfig.defaults().withKind(kind));
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < MANY; i++) {
            keys.key("k" + i).value("old").put(scanned, other);
            expected.put("k" + i, "old");
        }
        assertEquals(expected, scan(scanned));
        for (int i = 0; i < MANY; i += 3) {
            put(transaction, scanned, "k" + i, "new");
            expected.put("k" + i, "new");
            put(transaction, scanned, "added" + i, "new");
            expected.put("added" + i, "new");
            keys.key("k" + (i + 1));
            if (transaction.delete(scanned, keys.keyAddress(), keys.keyLength()) == StoreStatus.OK) {
                expected.remove("k" + (i + 1));
            }
        }
        put(transaction, table, "x", "another table's");
        assertEquals(expected, scan(scanned));
        assertEquals(expected.size(), transaction.size(scanned));
        assertEquals(1, transaction.size(table));
        assertEquals(MANY, scanned.size());
        assertEquals(StoreStatus.OK, transaction.commit());
        assertEquals(expected.size(), scanned.size());
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void shouldConflictWhenARecordCameToWhatItScanned(TableKind kind) {
        Table scanned = tenant.createTable("scanned", TableConfig.defaults().withKind(kind));
        for (int i = 0; i < MANY; i++) {
            keys.key("k" + i).value("old").put(scanned, other);
        }
        assertEquals(MANY, scan(scanned).size());
        keys.key("z").value("5").put(scanned, other);
        put(transaction, second, "y", "2");
        assertConflict(scanned);
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void shouldConflictWhenWhatItScansGrowsMeanwhile(TableKind kind) {
        Table scanned = tenant.createTable("scanned", TableConfig.defaults().withKind(kind));
        for (int i = 0; i < MANY; i++) {
            keys.key("k" + i).value("old").put(scanned, other);
        }
        long cursor = transaction.scan(scanned, 0, 10, record -> {});
        for (int i = 0; i < MANY; i++) {
            keys.key("k" + i + "x").value("new").put(scanned, other);
        }
        while (cursor != 0) {
            cursor = transaction.scan(scanned, cursor, 10, record -> {});
        }
        assertConflict(scanned);
    }

    @Test
    void shouldConflictWhenWhatItReadWasReplaced() {
        assertEquals("1", find(table, "x"));
        keys.key("x").value("5").put(table, other);
        put(transaction, table, "x", "2");
        assertConflict();
        assertEquals("5", stored(table, "x"));
    }

    @Test
    void shouldConflictWhenWhatItReadWasDeleted() {
        assertEquals("1", find(table, "x"));
        keys.key("x").delete(table, other);
        put(transaction, second, "y", "2");
        assertConflict();
        assertEquals("1", stored(second, "y"));
    }

    @Test
    void shouldConflictWhenWhatItMissedWasInserted() {
        assertEquals("", find(table, "z"));
        keys.key("z").value("5").put(table, other);
        put(transaction, second, "y", "2");
        assertConflict();
    }

    @Test
    void shouldConflictWhenWhatItMissedWasInsertedAndSplitAway() {
        assertEquals("", find(table, "z"));
        for (int i = 0; i < MANY; i++) {
            keys.key(i).put(table, other);
        }
        keys.key("z").value("5").put(table, other);
        put(transaction, second, "y", "2");
        assertConflict();
    }

    @Test
    void shouldConflictWhenWhatItReadWasSweptOrItsExpiryChanged() {
        assertEquals("1", find(table, "x"));
        keys.key("x");
        assertEquals(StoreStatus.OK, table.expire(other, keys.keyAddress(), keys.keyLength(), NOW_MS + 1));
        assertConflict();
        transaction = core.begin(tenant);
        assertEquals("1", find(table, "x"));
        other.exit();
        for (int i = 0; i < MANY && table.size() > 0; i++) {
            other.maintain(NOW_MS + 1_000, 16);
        }
        other.enter(NOW_MS + 1_000);
        assertEquals(0, table.size());
        assertConflict();
    }

    @Test
    void shouldConflictWhenATableWasCleared() {
        assertEquals("1", find(table, "x"));
        table.clear(other);
        put(transaction, second, "y", "2");
        assertConflict();
        assertEquals("1", stored(second, "y"));
    }

    @Test
    void shouldConflictInOneOfTwoThatReadWhatTheOtherWrites() {
        Transaction others = other.begin(tenant);
        assertEquals("1", find(table, "x"));
        keys.key("y");
        assertTrue(others.find(second, keys.keyAddress(), keys.keyLength()) != Record.NONE);
        put(transaction, second, "y", "2");
        put(others, table, "x", "2");
        assertEquals(StoreStatus.OK, others.commit());
        assertConflict();
        assertEquals("1", stored(second, "y"));
    }

    @Test
    void shouldCommitWhenOthersOnlyReadOrWroteWhatItDidNotRead() {
        Transaction others = other.begin(tenant);
        put(transaction, table, "x", "2");
        keys.key("x");
        assertTrue(others.find(table, keys.keyAddress(), keys.keyLength()) != Record.NONE);
        keys.key("y").value("7").put(second, other);
        assertEquals(StoreStatus.OK, transaction.commit());
        // A reader does not make a writer conflict; the writer made the reader conflict.
        assertEquals(StoreStatus.CONFLICT, others.commit());
        assertEquals("2", stored(table, "x"));
        assertEquals("7", stored(second, "y"));
    }

    @Test
    void shouldConflictAsAReaderThatSawTwoMoments() {
        assertEquals("1", find(table, "x"));
        Transaction others = other.begin(tenant);
        put(others, table, "x", "2");
        put(others, second, "y", "2");
        assertEquals(StoreStatus.OK, others.commit());
        assertEquals("2", find(second, "y"));
        assertConflict();
    }

    @Test
    void shouldRefuseToBeginOutsideOfTheEpoch() {
        core.exit();
        assertThrows(IllegalStateException.class, () -> core.begin(tenant));
        core.enter(NOW_MS);
    }
}
