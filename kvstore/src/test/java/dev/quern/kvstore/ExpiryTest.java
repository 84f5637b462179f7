package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records go in small steps soon after their time, on a clock that the test turns. */
@Timeout(60)
class ExpiryTest {
    private static final long START_MS = 1_700_000_000_000L;
    private static final int RECORDS = 100_000;
    private static final int SPREAD_MS = 60_000;
    private static final int STEPS = 64;

    private final Store store = Store.open(new StoreConfig(2, 1, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(64 << 20));
    private final Table table = tenant.defaultTable();
    private final StoreCore core = store.attach();
    private final Keys keys = new Keys();

    @AfterEach
    void close() {
        keys.close();
        core.close();
        store.close();
    }

    private void put(long key, long expiryMs, long nowMs) {
        core.enter(nowMs);
        assertEquals(StoreStatus.OK, keys.key(key).valueLength(8).put(table, core, expiryMs, PutCondition.NONE));
        core.exit();
    }

    @Test
    void shouldTakeRecordsAwayWithinASecondOfTheirTimeByOneStepAMillisecond() {
        Random random = new Random(1);
        int[] dueBySecond = new int[SPREAD_MS / 1000 + 1];
        for (int i = 0; i < RECORDS; i++) {
            int ttlMs = 1 + random.nextInt(SPREAD_MS);
            dueBySecond[(ttlMs + 999) / 1000]++;
            put(i, START_MS + ttlMs, START_MS);
        }
        long left = RECORDS;
        for (int second = 1; second <= SPREAD_MS / 1000 + 1; second++) {
            for (int ms = 1; ms <= 1000; ms++) {
                core.maintain(START_MS + (second - 1) * 1000L + ms, STEPS);
            }
            // Whatever was due a second ago has gone; what is not due is there.
            left -= dueBySecond[second - 1];
            assertTrue(table.size() <= left, table.size() + " left after " + second + " s, not " + left);
            int notDue = 0;
            for (int later = second + 1; later < dueBySecond.length; later++) {
                notDue += dueBySecond[later];
            }
            assertTrue(table.size() >= notDue);
        }
        assertEquals(0, table.size());
        assertEquals(RECORDS, table.stats().expiries());
    }

    @Test
    void shouldDoNothingWhereNothingExpires() {
        for (int i = 0; i < 10_000; i++) {
            put(i, Record.NO_EXPIRY, START_MS);
            put(-i - 1, START_MS + 3_600_000, START_MS);
        }
        while (core.maintain(START_MS, STEPS) > 0) {}
        for (int ms = 0; ms < 10_000; ms++) {
            assertEquals(0, table.removals().sweepExpired(core, START_MS + ms, STEPS));
        }
        assertEquals(20_000, table.size());
    }

    @Test
    void shouldLookAtLittleMoreThanWhatIsDue() {
        for (int i = 0; i < RECORDS; i++) {
            put(i, START_MS + 3_600_000, START_MS);
        }
        put(-1, START_MS + 1000, START_MS);
        int steps = 0;
        while (table.size() > RECORDS) {
            assertTrue(table.removals().sweepExpired(core, START_MS + 1000, STEPS) > 0);
            steps++;
        }
        // A table of so many records has 28,000 buckets.
        assertTrue(steps <= 4, steps + " steps of " + STEPS + " buckets for one record");
    }

    @Test
    void shouldSweepManyTablesInOneStep() {
        Table last = table;
        for (int i = 0; i < 40; i++) {
            last = tenant.createTable("t" + i, TableConfig.defaults());
        }
        core.enter(START_MS);
        keys.key(1).valueLength(8).put(last, core, START_MS + 10, PutCondition.NONE);
        core.exit();
        core.maintain(START_MS + 10, STEPS);
        assertEquals(0, last.size());
    }

    /** Where nothing expires a step is not made twice in a millisecond, and each table comes to its turn all the same. */
    @Test
    void shouldSweepThousandsOfTablesAFewInAMillisecond() {
        int tenants = 2_000;
        Table last = table;
        for (int i = 0; i < tenants; i++) {
            last = store.createTenant("many" + i, TenantConfig.defaults().withQuotaBytes(1 << 20))
                    .defaultTable();
        }
        core.enter(START_MS);
        keys.key(1).valueLength(8).put(last, core, START_MS + 1, PutCondition.NONE);
        core.exit();
        long nowMs = START_MS + 1;
        int steps = 0;
        while (last.size() > 0) {
            assertTrue(++steps < tenants, "steps: " + steps);
            core.maintain(nowMs, STEPS);
            core.maintain(nowMs, STEPS);
            nowMs++;
        }
        assertTrue(steps > 2_000 / 64, "steps: " + steps);
    }

    /** Expiries that move, deletions, growth and transactions: all that expires is gone in the end, and nothing else. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldMissNoExpiryWhateverHappensToTheRecord(long seed) {
        Random random = new Random(seed);
        int keysMax = 100 << random.nextInt(9);
        long nowMs = START_MS;
        for (int i = 0; i < 50_000; i++) {
            nowMs += random.nextInt(3);
            long key = random.nextInt(keysMax);
            long expiryMs = random.nextInt(10) == 0 ? Record.NO_EXPIRY : nowMs + 1 + random.nextInt(20_000);
            core.enter(nowMs);
            keys.key(key).valueLength(8);
            switch (random.nextInt(5)) {
                case 0, 1 -> assertEquals(StoreStatus.OK, keys.put(table, core, expiryMs, PutCondition.NONE));
                case 2 -> keys.delete(table, core);
                case 3 -> table.expire(core, keys.keyAddress(), keys.keyLength(), expiryMs);
                default -> {
                    Transaction transaction = core.begin(tenant);
                    transaction.put(table, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 8, expiryMs);
                    assertEquals(StoreStatus.OK, transaction.commit());
                }
            }
            core.exit();
            if (random.nextInt(4) == 0) {
                core.maintain(nowMs, 1 + random.nextInt(STEPS));
            }
        }
        nowMs += 30_000;
        for (int step = 0; step < 5_000; step++) {
            core.maintain(nowMs, STEPS);
        }
        long[] staying = new long[1];
        core.enter(START_MS);
        long cursor = 0;
        do {
            cursor = table.scan(core, cursor, 1000, record -> {
                assertEquals(Record.NO_EXPIRY, Record.expiryMs(record), "seed " + seed);
                staying[0]++;
            });
        } while (cursor != 0);
        core.exit();
        assertEquals(staying[0], table.size());
    }
}
