package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Structured records, and that their elements go when they do, however that comes about. */
@Timeout(60)
class StructuresTest {
    private static final int ELEMENTS = 100;
    private static final int MAINTENANCE_STEPS = 8;

    private final Store store = Store.open(new StoreConfig(4, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(64 << 20));
    private final Table table = tenant.defaultTable();
    private final Keys keys = new Keys();
    private final StoreCore core = store.attach();
    private final Arena arena = Arena.ofConfined();
    private final long value = arena.allocate(Structures.WORD_BYTES).address();
    private final long element =
            arena.allocate(Structures.ID_BYTES + Integer.BYTES).address();
    private long nowMs = 1_000;

    @AfterEach
    void close() {
        while (core.isEntered()) {
            core.exit();
        }
        core.close();
        store.close();
        keys.close();
        arena.close();
    }

    private long begin(String key, long expiryMs) {
        core.enter(nowMs);
        Transaction transaction = core.begin(tenant);
        long id = write(transaction, key, expiryMs);
        assertEquals(StoreStatus.OK, transaction.commit());
        core.exit();
        return id;
    }

    private long write(Transaction transaction, String key, long expiryMs) {
        long id = tenant.structures().newId();
        NativeMemory.putLong(value, id << Structures.KIND_BITS | 3);
        keys.key(key);
        assertEquals(
                StoreStatus.OK,
                transaction.putStructured(
                        table, keys.keyAddress(), keys.keyLength(), value, Structures.WORD_BYTES, expiryMs));
        NativeMemory.putLong(element, Long.reverseBytes(id));
        for (int i = 0; i < ELEMENTS; i++) {
            NativeMemory.putInt(element + Structures.ID_BYTES, Integer.reverseBytes(i));
            assertEquals(
                    StoreStatus.OK,
                    transaction.put(
                            tenant.structures().elementsToWrite(),
                            element,
                            Structures.ID_BYTES + Integer.BYTES,
                            value,
                            0,
                            Record.NO_EXPIRY));
        }
        return id;
    }

    private void maintain() {
        for (int i = 0; i < 10 * ELEMENTS; i++) {
            core.maintain(nowMs, MAINTENANCE_STEPS);
        }
    }

    private long elements() {
        Table elements = tenant.structures().elements();
        return elements == null ? 0 : elements.size();
    }

    private boolean isStructured(String key) {
        core.enter(nowMs);
        keys.key(key);
        long record = table.find(core, keys.keyAddress(), keys.keyLength());
        boolean is = record != Record.NONE && Record.isStructured(record);
        core.exit();
        return is;
    }

    @Test
    void shouldHideTheElements() {
        begin("a", Record.NO_EXPIRY);
        assertEquals(1, tenant.tables().size());
        assertNull(tenant.table(1));
        assertNull(tenant.table(Limits.TABLES_MAX));
        assertNull(tenant.table(tenant.structures().elementsToWrite().name()));
        assertEquals(1, tenant.recordCount());
        assertTrue(tenant.liveBytes() > ELEMENTS * 16);
        maintain();
        assertEquals(ELEMENTS, elements());
    }

    @Test
    void shouldTakeElementsAwayWithADeletedRecord() {
        begin("a", Record.NO_EXPIRY);
        begin("b", Record.NO_EXPIRY);
        core.enter(nowMs);
        keys.key("a");
        assertEquals(StoreStatus.OK, table.delete(core, keys.keyAddress(), keys.keyLength()));
        core.exit();
        maintain();
        assertEquals(ELEMENTS, elements());
    }

    @Test
    void shouldTakeElementsAwayWithARecordWrittenOver() {
        begin("a", Record.NO_EXPIRY);
        assertTrue(isStructured("a"));
        core.enter(nowMs);
        keys.key("a").value("plain").put(table, core);
        core.exit();
        assertFalse(isStructured("a"));
        maintain();
        assertEquals(0, elements());
    }

    @Test
    void shouldTakeElementsAwayOfAStructureInWhosePlaceAnotherComes() {
        begin("a", nowMs + 1);
        nowMs += 2;
        begin("a", Record.NO_EXPIRY);
        assertEquals(2 * ELEMENTS, elements());
        maintain();
        assertEquals(ELEMENTS, elements());
        assertTrue(isStructured("a"));
    }

    @Test
    void shouldTakeElementsAwayWithAnExpiredRecord() {
        begin("a", nowMs + 1);
        nowMs += 5_000;
        maintain();
        assertEquals(0, elements());
    }

    @Test
    void shouldTakeElementsAwayWithAClearedTable() {
        begin("a", Record.NO_EXPIRY);
        begin("b", Record.NO_EXPIRY);
        core.enter(nowMs);
        table.clear(core);
        core.exit();
        maintain();
        assertEquals(0, elements());
    }

    @Test
    void shouldTakeElementsAwayOfAStructureThatItsTransactionGaveUp() {
        core.enter(nowMs);
        Transaction transaction = core.begin(tenant);
        write(transaction, "a", Record.NO_EXPIRY);
        keys.key("a");
        assertEquals(StoreStatus.OK, transaction.delete(table, keys.keyAddress(), keys.keyLength()));
        write(transaction, "a", Record.NO_EXPIRY);
        assertEquals(StoreStatus.OK, transaction.commit());
        core.exit();
        assertEquals(2 * ELEMENTS, elements());
        maintain();
        assertEquals(ELEMENTS, elements());
    }

    @Test
    void shouldKeepAStructureWhoseExpiryChanges() {
        begin("a", Record.NO_EXPIRY);
        core.enter(nowMs);
        keys.key("a");
        assertEquals(StoreStatus.OK, table.expire(core, keys.keyAddress(), keys.keyLength(), nowMs + 100_000));
        core.exit();
        maintain();
        assertTrue(isStructured("a"));
        assertEquals(ELEMENTS, elements());
    }
}
