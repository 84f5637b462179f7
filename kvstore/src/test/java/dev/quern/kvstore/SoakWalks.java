package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.util.Random;

/**
 * The soak's part on an ordered table in which some keys last while others between them come, go and expire: every walk, either way, is in
 * strict order and shows each lasting key once. Thread: the core's.
 */
final class SoakWalks {
    private static final int LASTING = 300;
    private static final int BETWEEN = 16;
    private static final int BURST = 16;
    private static final int LIFE_MS_MAX = 20;

    private final StoreCore core;
    private final Table table;
    private final Keys keys;
    private final Random random;
    private final RangeQuery query = new RangeQuery();
    private final RangeCursor cursor;

    SoakWalks(StoreCore core, Table table, Keys keys, Random random) {
        this.core = core;
        this.table = table;
        this.keys = keys;
        this.random = random;
        cursor = new RangeCursor(core);
    }

    /** Before all else: inserts the keys that last. */
    static void putLasting(Table table, StoreCore core, Keys keys, long nowMs) {
        core.enter(nowMs);
        for (int i = 0; i < LASTING; i++) {
            number(keys, (long) i * BETWEEN);
            Checksummed.fill(keys, 2, new Random(i));
            if (keys.put(table, core) != StoreStatus.OK) {
                throw new AssertionError("no room for what lasts");
            }
        }
        core.exit();
    }

    /** In keys whose order is the numbers'. */
    private static Keys number(Keys keys, long number) {
        return keys.key(Long.reverseBytes(number));
    }

    /** Fills or empties a stretch of the keys, so that leaves are split and merged; replaces what lasts by other values. */
    void change() {
        int stretch = LASTING * BETWEEN / 8;
        int from = random.nextInt(8) * stretch;
        boolean isDelete = random.nextInt(5) < 2;
        for (int i = 0; i < BURST; i++) {
            long number = (long) from + random.nextInt(stretch);
            boolean lasts = number % BETWEEN == 0;
            number(keys, number);
            if (isDelete && !lasts) {
                keys.delete(table, core);
                continue;
            }
            Checksummed.fill(keys, 1 + random.nextInt(8), random);
            boolean expires = !lasts && random.nextInt(3) == 0;
            // Over the quota, what is there stays.
            keys.put(
                    table,
                    core,
                    expires ? core.nowMs() + 1 + random.nextInt(LIFE_MS_MAX) : Record.NO_EXPIRY,
                    PutCondition.NONE);
        }
    }

    void walk() {
        boolean isBackwards = random.nextBoolean();
        cursor.open(table, query.all().backwards(isBackwards));
        long last = isBackwards ? Long.MAX_VALUE : -1;
        int lasting = 0;
        for (long record = cursor.next(); record != Record.NONE; record = cursor.next()) {
            Checksummed.check(record);
            long number = Long.reverseBytes(NativeMemory.getLong(Record.keyAddress(record)));
            if (isBackwards ? number >= last : number <= last) {
                throw new AssertionError(number + " after " + last + (isBackwards ? " backwards" : ""));
            }
            lasting += number % BETWEEN == 0 ? 1 : 0;
            last = number;
        }
        if (lasting != LASTING) {
            throw new AssertionError(lasting + " of " + LASTING + " lasting keys" + (isBackwards ? " backwards" : ""));
        }
    }
}
