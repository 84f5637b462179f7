package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several cores at one ordered table, with reclaimed records and nodes poisoned: a reader of freed memory would see it. */
@Timeout(120)
class OrderedManyCoresTest {
    private static final int READERS = 2;
    private static final int WRITERS = 2;
    private static final int STAYING = 2_000;
    private static final int BETWEEN = 50;
    private static final int BURSTS = 1_500;
    private static final int BURST = 16;
    private static final int PLACES = 400;
    private static final int COINS = 60;

    private final Store store = Store.open(new StoreConfig(READERS + WRITERS + 1, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(64 << 20));
    private final Table table =
            tenant.createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));

    @AfterEach
    void close() {
        store.close();
    }

    /** What one core does in a burst of its own; the number of bursts it may take is the caller's. */
    private interface Work {
        void burst(StoreCore core, Keys keys, Random random, int burst);
    }

    private void run(Work writing, Work reading) throws Exception {
        AtomicBoolean isWritten = new AtomicBoolean();
        List<Future<Integer>> writers = new ArrayList<>();
        List<Future<Integer>> readers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS + WRITERS)) {
            for (int i = 0; i < WRITERS; i++) {
                long seed = i;
                writers.add(threads.submit(() -> bursts(writing, seed, BURSTS, new AtomicBoolean())));
            }
            for (int i = 0; i < READERS; i++) {
                long seed = 100L + i;
                readers.add(threads.submit(() -> bursts(reading, seed, Integer.MAX_VALUE, isWritten)));
            }
            try {
                for (Future<Integer> writer : writers) {
                    writer.get(90, TimeUnit.SECONDS);
                }
            } finally {
                isWritten.set(true);
            }
            for (Future<Integer> reader : readers) {
                assertTrue(reader.get(90, TimeUnit.SECONDS) > 0);
            }
        }
    }

    private int bursts(Work work, long seed, int burstsMax, AtomicBoolean stop) {
        Random random = new Random(seed);
        int burst = 0;
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            try {
                for (; burst == 0 || burst < burstsMax && !stop.get(); burst++) {
                    core.enter(burst);
                    work.burst(core, keys, random, burst);
                    core.exit();
                    core.maintain(burst * 10L, 4);
                }
            } finally {
                while (core.isEntered()) {
                    core.exit();
                }
            }
        }
        return burst;
    }

    private static Keys number(Keys keys, long number) {
        return keys.key(Long.reverseBytes(number));
    }

    private static long numberOf(long record) {
        return Long.reverseBytes(NativeMemory.getLong(Record.keyAddress(record)));
    }

    private static Keys fill(Keys keys, long number) {
        NativeMemory.putLong(keys.valueAddress(), number);
        return number(keys, number).valueLength(Long.BYTES);
    }

    private void putStaying(int count, int between) {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            for (int i = 0; i < count; i++) {
                core.enter(0);
                assertEquals(StoreStatus.OK, fill(keys, (long) i * between).put(table, core));
                core.exit();
            }
        }
    }

    @Test
    void shouldShowInOrderOnceAndWithoutGapsWhatStaysWhileOthersInsertAndDelete() throws Exception {
        putStaying(STAYING, BETWEEN);
        RangeQuery[] queries = new RangeQuery[READERS + WRITERS + 1];
        RangeCursor[] cursors = new RangeCursor[queries.length];
        run(
                (core, keys, random, burst) -> {
                    // By turns some stretch of the keys becomes dense, and is emptied again.
                    long from = (long) (burst / 500) * 7919 % STAYING * BETWEEN;
                    boolean isFilling = burst % 500 < 250;
                    for (int i = 0; i < BURST; i++) {
                        long key = (from + random.nextInt(STAYING * BETWEEN / 8)) % ((long) STAYING * BETWEEN);
                        if (key % BETWEEN == 0) {
                            assertEquals(StoreStatus.OK, fill(keys, key).put(table, core));
                        } else if (isFilling) {
                            long expiryMs = random.nextInt(4) == 0 ? burst + 20L : Record.NO_EXPIRY;
                            fill(keys, key);
                            assertEquals(StoreStatus.OK, keys.put(table, core, expiryMs, PutCondition.NONE));
                        } else {
                            number(keys, key).delete(table, core);
                        }
                    }
                },
                (core, keys, random, burst) -> {
                    int me = core.index();
                    if (burst == 0) {
                        queries[me] = new RangeQuery();
                        cursors[me] = new RangeCursor(core);
                    }
                    for (int i = 0; i < BURST; i++) {
                        long key = (long) random.nextInt(STAYING) * BETWEEN;
                        long record = number(keys, key).find(table, core);
                        assertNotEquals(Record.NONE, record, "missed " + key);
                        assertEquals(key, NativeMemory.getLong(Record.valueAddress(record)));
                    }
                    walk(queries[me].all().backwards(burst % 2 == 0), cursors[me], burst % 2 == 0);
                });
        try (StoreCore core = store.attach()) {
            core.enter(0);
            assertEquals(table.size(), table.range(core, new RangeQuery(), Integer.MAX_VALUE, record -> {}));
            core.exit();
        }
    }

    private void walk(RangeQuery query, RangeCursor cursor, boolean isBackwards) {
        cursor.open(table, query);
        long last = isBackwards ? Long.MAX_VALUE : -1;
        long staying = 0;
        for (long record = cursor.next(); record != Record.NONE; record = cursor.next()) {
            long key = numberOf(record);
            assertTrue(isBackwards ? key < last : key > last, key + " after " + last);
            assertEquals(key, NativeMemory.getLong(Record.valueAddress(record)), "torn or freed");
            staying += key % BETWEEN == 0 ? 1 : 0;
            last = key;
        }
        assertEquals(STAYING, staying);
    }

    /** Coins are moved from place to place by deleting one and inserting another: who commits a count must have seen all. */
    @Test
    void shouldCountTheSameInEveryCommittedWalk() throws Exception {
        putStaying(COINS, PLACES / COINS);
        RangeCursor[] cursors = new RangeCursor[READERS + WRITERS + 1];
        int[] committed = new int[cursors.length];
        RangeQuery all = new RangeQuery();
        run(
                (core, keys, random, burst) -> {
                    Transaction transaction = core.begin(tenant);
                    long from = random.nextInt(PLACES);
                    long to = random.nextInt(PLACES);
                    number(keys, from);
                    boolean isThere = transaction.find(table, keys.keyAddress(), 8) != Record.NONE;
                    fill(keys, to);
                    boolean isFree = transaction.find(table, keys.keyAddress(), 8) == Record.NONE;
                    if (isThere && isFree) {
                        transaction.put(table, keys.keyAddress(), 8, keys.valueAddress(), 8, Record.NO_EXPIRY);
                        number(keys, from);
                        // Not found when another one was here meanwhile: then the commit conflicts.
                        transaction.delete(table, keys.keyAddress(), 8);
                    }
                    int status = transaction.commit();
                    assertTrue(status == StoreStatus.OK || status == StoreStatus.CONFLICT, "commit " + status);
                },
                (core, keys, random, burst) -> {
                    int me = core.index();
                    if (burst == 0) {
                        cursors[me] = new RangeCursor(core);
                    }
                    Transaction transaction = core.begin(tenant);
                    transaction.range(table, all, cursors[me]);
                    int count = 0;
                    while (cursors[me].next() != Record.NONE) {
                        count++;
                    }
                    if (transaction.commit() == StoreStatus.OK) {
                        assertEquals(COINS, count);
                        committed[me]++;
                    }
                });
        int walks = 0;
        for (int each : committed) {
            walks += each;
        }
        assertTrue(walks > 0);
    }
}
