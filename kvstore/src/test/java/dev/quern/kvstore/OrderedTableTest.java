package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quern.ffi.linux.NativeMemory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ordered tables have beyond the others. */
@Timeout(60)
class OrderedTableTest {
    private static final TableConfig ORDERED = TableConfig.defaults().withKind(TableKind.ORDERED);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Store store = Store.open(new StoreConfig(4, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(64 << 20));
    private final Table table = tenant.createTable("ordered", ORDERED);
    private final Keys keys = new Keys();
    private final RangeQuery query = new RangeQuery();
    private final StoreCore core = store.attach();
    private long nowMs = 1_000;

    @AfterEach
    void close() {
        while (core.isEntered()) {
            core.exit();
        }
        core.close();
        store.close();
        keys.close();
    }

    private List<String> range() {
        List<String> seen = new ArrayList<>();
        table.range(core, query, Integer.MAX_VALUE, record -> seen.add(Keys.keyText(record)));
        return seen;
    }

    private void put(String... names) {
        for (String name : names) {
            assertEquals(StoreStatus.OK, keys.key(name).value("v").put(table, core));
        }
    }

    private int put(Transaction transaction, String name) {
        keys.key(name).value("v");
        return transaction.put(table, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 1, Record.NO_EXPIRY);
    }

    /** In keys of eight bytes whose order is the numbers'. */
    private Keys number(long number) {
        return keys.key(Long.reverseBytes(number));
    }

    private static long numberOf(long record) {
        return Long.reverseBytes(NativeMemory.getLong(Record.keyAddress(record)));
    }

    private void fill(int count) {
        keys.valueLength(8);
        for (int i = 0; i < count; i++) {
            core.enter(nowMs);
            assertEquals(StoreStatus.OK, number(i).put(table, core));
            core.exit();
        }
    }

    @Test
    void shouldWalkBothWaysWithinBounds() {
        core.enter(nowMs);
        put("b", "a", "d", "c", "ab", "a\u0001");
        assertEquals(List.of("a", "a\u0001", "ab", "b", "c", "d"), range());
        keys.key("ab");
        query.low(keys.keyAddress(), keys.keyLength(), false);
        keys.key("c");
        query.high(keys.keyAddress(), keys.keyLength(), true);
        assertEquals(List.of("b", "c"), range());
        assertEquals(List.of("c", "b"), rangeBackwards());
        keys.key("a");
        query.all().prefix(keys.keyAddress(), keys.keyLength());
        assertEquals(List.of("a", "a\u0001", "ab"), range());
    }

    private List<String> rangeBackwards() {
        query.backwards(true);
        List<String> seen = range();
        query.backwards(false);
        return seen;
    }

    @Test
    void shouldWalkAPrefixOfGreatestBytes() {
        core.enter(nowMs);
        NativeMemory.putLong(keys.keyAddress(), -1);
        for (int length = 1; length <= 8; length++) {
            keys.keyLength(length).valueLength(0).put(table, core);
        }
        query.prefix(keys.keyAddress(), 3);
        assertEquals(6, table.range(core, query, 100, record -> assertTrue(Record.keyLength(record) >= 3)));
    }

    @Test
    void shouldGoOnBehindItsLastKeyInALaterBurst() {
        fill(1_000);
        RangeCursor cursor = new RangeCursor(core);
        cursor.open(table, query);
        List<Long> seen = new ArrayList<>();
        for (boolean more = true; more; ) {
            core.enter(nowMs);
            for (int i = 0; i < 7 && more; i++) {
                long record = cursor.next();
                more = record != Record.NONE;
                if (more) {
                    seen.add(numberOf(record));
                }
            }
            cursor.pause();
            core.exit();
            // What was seen goes, and the index with it.
            core.enter(nowMs);
            number(seen.getLast()).delete(table, core);
            core.exit();
            nowMs += 100;
            core.maintain(nowMs, 64);
        }
        assertEquals(1_000, seen.size());
        for (int i = 0; i < seen.size(); i++) {
            assertEquals(i, seen.get(i));
        }
    }

    @Test
    void shouldScanByCursorWhileTheTableGrows() {
        fill(2_000);
        Set<Long> seen = new TreeSet<>();
        long cursor = 0;
        int added = 2_000;
        do {
            core.enter(nowMs);
            cursor = table.scan(core, cursor, 10, record -> seen.add(numberOf(record)));
            for (int i = 0; i < 20 && added < 6_000; i++) {
                number(added++ * 7L % 6_000 + 2_000).valueLength(8).put(table, core);
            }
            core.exit();
        } while (cursor != 0);
        for (long i = 0; i < 2_000; i++) {
            assertTrue(seen.contains(i), "missed " + i);
        }
    }

    @Test
    void shouldGiveTheSameStepForTheSameCursor() {
        fill(500);
        core.enter(nowMs);
        List<Long> first = new ArrayList<>();
        List<Long> again = new ArrayList<>();
        long cursor = table.scan(core, 0, 10, record -> {});
        table.scan(core, cursor, 10, record -> first.add(numberOf(record)));
        table.scan(core, cursor, 10, record -> again.add(numberOf(record)));
        assertEquals(first, again);
    }

    @Test
    void shouldLetOneOfTwoCommitThatLookedAndThenInserted() {
        try (StoreCore other = store.attach()) {
            core.enter(nowMs);
            other.enter(nowMs);
            Transaction one = core.begin(tenant);
            Transaction two = other.begin(tenant);
            assertEquals(0, count(one, core));
            assertEquals(0, count(two, other));
            assertEquals(StoreStatus.OK, put(one, "a"));
            assertEquals(StoreStatus.OK, put(two, "b"));
            assertEquals(StoreStatus.OK, one.commit());
            assertEquals(StoreStatus.CONFLICT, two.commit());
            other.exit();
        }
        assertEquals(List.of("a"), range());
    }

    private int count(Transaction transaction, StoreCore of) {
        RangeCursor cursor = new RangeCursor(of);
        transaction.range(table, query, cursor);
        int count = 0;
        while (cursor.next() != Record.NONE) {
            count++;
        }
        return count;
    }

    @Test
    void shouldConflictWithAnInsertionIntoAnyLeafThatWasWalkedAndWithNoOther() {
        fill(500);
        try (StoreCore other = store.attach()) {
            other.enter(nowMs);
            core.enter(nowMs);
            for (long inserted : new long[] {1_000, 499}) {
                Transaction walker = core.begin(tenant);
                number(400);
                query.all().high(keys.keyAddress(), keys.keyLength(), true);
                assertEquals(401, count(walker, core));
                number(inserted).put(table, other);
                number(2_000 + inserted).valueLength(8);
                walker.put(table, keys.keyAddress(), 8, keys.valueAddress(), 8, Record.NO_EXPIRY);
                assertEquals(StoreStatus.OK, walker.commit(), "insertion of " + inserted);
            }
            Transaction walker = core.begin(tenant);
            query.all();
            int seen = count(walker, core);
            NativeMemory.putLong(keys.keyAddress() + 8, 0);
            number(250).keyLength(9).put(table, other);
            assertEquals(503, seen);
            assertEquals(StoreStatus.CONFLICT, walker.commit());
            other.exit();
        }
    }

    /** Leaves few records in each of the leaves, so that maintenance merges them. */
    private void thinOut(int count) {
        for (int i = 0; i < count; i++) {
            if (i % 12 != 0) {
                core.enter(nowMs);
                number(i).delete(table, core);
                core.exit();
            }
        }
    }

    private void merge(StoreCore other) {
        for (int i = 0; i < 100; i++) {
            other.maintain(nowMs + 1_000 + i * 1_000L, 64);
        }
    }

    private void assertMerged(StoreCore other) {
        while (core.isEntered()) {
            core.exit();
        }
        merge(other);
        assertTrue(table.stats().indexBytes() <= 5 * 256 + 1536 + 5 * 32, () -> "index " + table.stats());
    }

    @Test
    void shouldShowNothingTwiceWhenLeavesAreMergedUnderAWalk() {
        fill(480);
        thinOut(480);
        try (StoreCore other = store.attach()) {
            for (boolean isBackwards : new boolean[] {false, true}) {
                core.enter(nowMs);
                RangeCursor cursor = new RangeCursor(core);
                cursor.open(table, query.all().backwards(isBackwards));
                List<Long> seen = new ArrayList<>();
                // Over the first leaf, and no further.
                seen.add(numberOf(cursor.next()));
                seen.add(numberOf(cursor.next()));
                if (!isBackwards) {
                    merge(other);
                }
                for (long record = cursor.next(); record != Record.NONE; record = cursor.next()) {
                    seen.add(numberOf(record));
                }
                core.exit();
                assertEquals(40, seen.size());
                assertEquals(40, new TreeSet<>(seen).size());
            }
            assertMerged(other);
        }
    }

    @Test
    void shouldConflictWhenALeafThatWasWalkedIsMergedAndThenWrittenTo() {
        fill(480);
        thinOut(480);
        try (StoreCore other = store.attach()) {
            core.enter(nowMs);
            Transaction walker = core.begin(tenant);
            assertEquals(40, count(walker, core));
            merge(other);
            other.enter(nowMs);
            number(5).valueLength(8).put(table, other);
            other.exit();
            number(1_000).valueLength(8);
            walker.put(table, keys.keyAddress(), 8, keys.valueAddress(), 8, Record.NO_EXPIRY);
            assertEquals(StoreStatus.CONFLICT, walker.commit());
            assertMerged(other);
        }
    }

    @Test
    void shouldShowATransactionItsOwnWritesAlsoWhileItWalks() {
        core.enter(nowMs);
        put("a", "c", "e");
        Transaction transaction = core.begin(tenant);
        RangeCursor cursor = new RangeCursor(core);
        transaction.range(table, query, cursor);
        assertEquals("a", Keys.keyText(cursor.next()));
        put(transaction, "b");
        put(transaction, "A");
        assertEquals("b", Keys.keyText(cursor.next()));
        keys.key("c");
        transaction.delete(table, keys.keyAddress(), keys.keyLength());
        assertEquals("e", Keys.keyText(cursor.next()));
        put(transaction, "f");
        assertEquals("f", Keys.keyText(cursor.next()));
        assertEquals(Record.NONE, cursor.next());
        assertEquals(StoreStatus.OK, transaction.commit());
        assertEquals(List.of("A", "a", "b", "e", "f"), range());
    }

    @Test
    void shouldTakeManyNeighboursInOneTransaction() {
        core.enter(nowMs);
        Transaction transaction = core.begin(tenant);
        int count = Limits.TRANSACTION_WRITES_MAX;
        for (int i = 0; i < count; i++) {
            number(i * 7919L % count).valueLength(8);
            assertEquals(
                    StoreStatus.OK,
                    transaction.put(table, keys.keyAddress(), 8, keys.valueAddress(), 8, Record.NO_EXPIRY));
        }
        assertEquals(StoreStatus.OK, transaction.commit());
        long[] next = new long[1];
        table.range(core, query, Integer.MAX_VALUE, record -> assertEquals(next[0]++, numberOf(record)));
        assertEquals(count, next[0]);
    }

    @Test
    void shouldAllocateNothingForGetPutAndRangeOnceWarm() {
        fill(10_000);
        RangeCursor cursor = new RangeCursor(core);
        long allocatedBytes = Long.MAX_VALUE;
        for (int round = 0; round < 30 && allocatedBytes != 0; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                core.enter(nowMs);
                number(i * 31L % 10_000).put(table, core);
                assertTrue(keys.find(table, core) != Record.NONE);
                if (i % 10 == 0) {
                    query.all().low(keys.keyAddress(), 8, true);
                    cursor.open(table, query);
                    for (int j = 0; j < 20; j++) {
                        cursor.next();
                    }
                }
                core.exit();
            }
            allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, allocatedBytes);
    }

    @Test
    void shouldGiveTheIndexsMemoryBackWhenAllIsDeletedOrCleared() {
        long empty = table.stats().indexBytes();
        for (int round = 0; round < 3; round++) {
            fill(50_000);
            long full = table.stats().indexBytes();
            // Keys in rising order: leaves of 24 records. Some replaced nodes wait.
            assertTrue(full < 50_000 * 14L + (256 << 10), "index " + full);
            if (round == 0) {
                core.enter(nowMs);
                table.clear(core);
                core.exit();
            } else {
                for (int i = 0; i < 50_000; i++) {
                    core.enter(nowMs);
                    number(round == 1 ? i : i * 7919L % 50_000).delete(table, core);
                    core.exit();
                }
            }
            for (int i = 0; i < 1_000; i++) {
                nowMs += 100;
                core.maintain(nowMs, 64);
            }
            assertEquals(empty, table.stats().indexBytes());
        }
        core.maintain(nowMs + 2_000, 64);
        core.maintain(nowMs + 4_000, 64);
        assertEquals(0, tenant.chargedBytes());
    }

    @Test
    void shouldRefuseRangesOfHashTables() {
        core.enter(nowMs);
        assertThrows(IllegalArgumentException.class, () -> tenant.defaultTable().range(core, query, 1, record -> {}));
    }

    @Test
    void shouldStayRightWhenTheQuotaLeavesNoMemoryForNodes() {
        Tenant small = store.createTenant("small", TenantConfig.defaults().withQuotaBytes(256 << 10));
        Table tight = small.createTable("tight", ORDERED);
        int put = 0;
        int refused = 0;
        keys.valueLength(0);
        Set<Long> there = new TreeSet<>();
        while (refused < 100) {
            long key = put * 7919L % 100_003;
            core.enter(nowMs);
            int status = number(key).put(tight, core);
            core.exit();
            assertTrue(small.chargedBytes() <= small.quotaBytes());
            if (status == StoreStatus.OK) {
                there.add(key);
            } else {
                refused++;
            }
            put++;
        }
        core.enter(nowMs);
        List<Long> seen = new ArrayList<>();
        tight.range(core, query, Integer.MAX_VALUE, record -> seen.add(numberOf(record)));
        assertArrayEquals(there.toArray(), seen.toArray());
    }
}
