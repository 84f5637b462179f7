package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transaction writes after a mark can be dropped by itself; against a model, and without a byte left behind. */
@Timeout(60)
class TransactionMarkTest {
    private static final long NOW_MS = 1_000_000;

    private final Store store = Store.open(new StoreConfig(2, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(16 << 20));
    private final Table hash = tenant.defaultTable();
    private final Table ordered =
            tenant.createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));
    private final StoreCore core = store.attach();
    private final StoreCore other = store.attach();
    private final Keys keys = new Keys();

    @BeforeEach
    void enter() {
        core.enter(NOW_MS);
        other.enter(NOW_MS);
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

    private int put(Transaction in, Table into, String key, String value) {
        keys.key(key).value(value);
        return in.put(
                into, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), keys.valueLength(), Record.NO_EXPIRY);
    }

    private int delete(Transaction in, Table from, String key) {
        keys.key(key);
        return in.delete(from, keys.keyAddress(), keys.keyLength());
    }

    private String find(Transaction in, Table from, String key) {
        keys.key(key);
        long record = in.find(from, keys.keyAddress(), keys.keyLength());
        return record == Record.NONE ? "" : Keys.text(record);
    }

    private Table table(TableKind kind) {
        return kind == TableKind.HASH ? hash : ordered;
    }

    /** Everything in the table, as the transaction sees it by each of its ways. */
    private Map<String, String> seen(Transaction in, Table from) {
        Map<String, String> seen = new TreeMap<>();
        long cursor = 0;
        do {
            cursor = in.scan(from, cursor, 5, record -> seen.put(Keys.keyText(record), Keys.text(record)));
        } while (cursor != 0);
        if (from.config().kind() == TableKind.ORDERED) {
            Map<String, String> ranged = new TreeMap<>();
            RangeCursor range = in.newRangeCursor();
            in.range(from, new RangeQuery().all(), range);
            for (long record = range.next(); record != Record.NONE; record = range.next()) {
                ranged.put(Keys.keyText(record), Keys.text(record));
            }
            assertEquals(seen, ranged);
        }
        return seen;
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void shouldDropWhatCameAfterAMark(TableKind kind) {
        Table table = table(kind);
        Map<String, String> committed = new TreeMap<>();
        Random random = new Random(31);
        for (int round = 0; round < 120; round++) {
            Transaction transaction = core.begin(tenant);
            Map<String, String> model = new TreeMap<>(committed);
            Deque<Long> marks = new ArrayDeque<>();
            Deque<Map<String, String>> before = new ArrayDeque<>();
            for (int step = random.nextInt(40); step >= 0; step--) {
                String key = "k" + random.nextInt(12);
                switch (random.nextInt(6)) {
                    case 0 -> {
                        marks.push(transaction.mark());
                        before.push(new TreeMap<>(model));
                    }
                    case 1 -> {
                        if (!marks.isEmpty()) {
                            transaction.rollBack(marks.pop());
                            model = before.pop();
                        }
                    }
                    case 2 ->
                        assertEquals(
                                model.remove(key) == null ? StoreStatus.NOT_FOUND : StoreStatus.OK,
                                delete(transaction, table, key));
                    default -> {
                        String value = round + "/" + step;
                        model.put(key, value);
                        assertEquals(StoreStatus.OK, put(transaction, table, key, value));
                    }
                }
                assertEquals(model.getOrDefault(key, ""), find(transaction, table, key));
            }
            assertEquals(model, seen(transaction, table));
            if (random.nextInt(3) == 0) {
                transaction.abort();
            } else {
                assertEquals(StoreStatus.OK, transaction.commit());
                committed = model;
            }
            Transaction after = core.begin(tenant);
            assertEquals(committed, seen(after, table));
            after.abort();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveNothingBehind(boolean commits) {
        long liveBytes = tenant.liveBytes();
        Transaction transaction = core.begin(tenant);
        put(transaction, hash, "x", "1");
        long mark = transaction.mark();
        put(transaction, hash, "x", "2");
        put(transaction, hash, "x", "3");
        delete(transaction, hash, "x");
        put(transaction, hash, "y", "2");
        if (commits) {
            transaction.rollBack(mark);
            delete(transaction, hash, "x");
            assertEquals(StoreStatus.OK, transaction.commit());
        } else {
            transaction.abort();
        }
        core.exit();
        other.exit();
        for (int i = 0; i < 10; i++) {
            core.maintain(NOW_MS, 1000);
        }
        core.enter(NOW_MS);
        other.enter(NOW_MS);
        assertEquals(liveBytes, tenant.liveBytes());
    }

    @Test
    void shouldSayOfAnAbandonedOneWhetherItsReadsHeld() {
        keys.key("x").value("1").put(hash, other);
        Transaction transaction = core.begin(tenant);
        assertEquals("1", find(transaction, hash, "x"));
        put(transaction, hash, "y", "mine");
        assertEquals(StoreStatus.OK, transaction.abandon());
        transaction = core.begin(tenant);
        assertEquals("", find(transaction, hash, "y"));
        put(transaction, hash, "y", "mine");
        keys.key("x").value("2").put(hash, other);
        assertEquals(StoreStatus.OK, transaction.abandon(), "x was not read by this one");
        transaction = core.begin(tenant);
        find(transaction, hash, "x");
        keys.key("x").value("3").put(hash, other);
        assertEquals(StoreStatus.CONFLICT, transaction.abandon());
        assertEquals(1, hash.stats().conflicts());
    }
}
