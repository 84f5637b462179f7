package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** One core of the soak: in each burst it plays another part, and checks all that it reads. Thread: the core's. */
final class SoakCore {
    private static final int BURST = 16;
    private static final int LONG_BURST = 2_000;
    private static final int KEYS = 4_000;
    private static final int PAIRS = 16;
    private static final int PAIR_OFFSET = 1_000;
    private static final int LIFE_MS_MAX = 50;

    private final StoreCore core;
    private final Table records;
    private final Table cache;
    private final Table pairs;
    private final SoakWalks walks;
    private final Keys keys;
    private final Random random;
    private final AtomicLong clockMs;
    private final AtomicLong grown;

    SoakCore(StoreCore core, Tenant tenant, Keys keys, Random random, AtomicLong clockMs, AtomicLong grown) {
        this.core = core;
        this.keys = keys;
        this.random = random;
        this.clockMs = clockMs;
        this.grown = grown;
        records = tenant.tables().get(1);
        cache = tenant.tables().get(2);
        pairs = tenant.tables().get(3);
        walks = new SoakWalks(core, tenant.tables().get(4), keys, random);
    }

    void burst() {
        core.enter(clockMs.get());
        switch (random.nextInt(28)) {
            case 0, 1, 2, 3, 4, 5 -> read(BURST);
            case 6, 7, 8, 9 -> write(records, false);
            case 10, 11 -> write(cache, false);
            case 12, 13, 14 -> write(records, true);
            case 15, 16, 17 -> grow();
            case 18, 19 -> changePair();
            case 20, 21 -> readPair();
            case 22 -> scan();
            case 23, 24, 25 -> walks.change();
            case 26 -> walks.walk();
            default -> seldom();
        }
        core.exit();
        clockMs.addAndGet(random.nextInt(8) == 0 ? 1 : 0);
        core.maintain(clockMs.get(), 2);
        check(records.tenant().chargedBytes() <= records.tenant().quotaBytes(), "charged more than the quota");
    }

    private void seldom() {
        switch (random.nextInt(40)) {
            case 0 -> records.clear(core);
            case 1 -> pairs.clear(core);
            case 2, 3, 4 -> read(LONG_BURST);
            default -> delete(BURST);
        }
    }

    private void read(int count) {
        for (int i = 0; i < count; i++) {
            long record = keys.key(anyKey()).find(random.nextInt(4) == 0 ? cache : records, core);
            if (record != Record.NONE) {
                check(
                        NativeMemory.getLong(Record.keyAddress(record)) == NativeMemory.getLong(keys.keyAddress()),
                        "key");
                Checksummed.check(record);
            }
        }
    }

    private long anyKey() {
        return random.nextInt(KEYS + (int) Math.min(KEYS * 4L, grown.get() % (KEYS * 16L)));
    }

    private void write(Table table, boolean expires) {
        for (int i = 0; i < BURST; i++) {
            keys.key(anyKey());
            Checksummed.fill(keys, words(), random);
            long expiryMs = expires ? core.nowMs() + 1 + random.nextInt(LIFE_MS_MAX) : Record.NO_EXPIRY;
            int conditions = random.nextInt(4) == 0 ? PutCondition.KEEP_EXPIRY : PutCondition.NONE;
            if (keys.put(table, core, expiryMs, conditions) == StoreStatus.OVER_QUOTA) {
                delete(BURST);
            }
        }
    }

    private int words() {
        return 1 + random.nextInt(random.nextInt(200) == 0 ? 8_000 : 60);
    }

    private void grow() {
        for (int i = 0; i < BURST; i++) {
            keys.key(KEYS + grown.incrementAndGet() % (KEYS * 16L));
            Checksummed.fill(keys, 1 + random.nextInt(4), random);
            if (keys.put(records, core) == StoreStatus.OVER_QUOTA) {
                delete(BURST);
            }
        }
    }

    private void delete(int count) {
        for (int i = 0; i < count; i++) {
            keys.key(random.nextInt(KEYS * 17)).delete(records, core);
            keys.key(anyKey()).delete(random.nextInt(8) == 0 ? cache : records, core);
        }
    }

    private void scan() {
        long cursor = random.nextInt(1_000);
        for (int i = 0; i < BURST; i++) {
            cursor = records.scan(core, cursor, BURST, Checksummed::check);
        }
    }

    /** The two records of a pair are written and deleted together, and hold the same words. */
    private void changePair() {
        long pair = random.nextInt(PAIRS);
        Transaction transaction = core.begin(pairs.tenant());
        boolean isDelete = random.nextInt(4) == 0;
        long seed = random.nextLong();
        int words = 1 + random.nextInt(40);
        boolean isGood = true;
        for (int half = 0; half < 2; half++) {
            keys.key(pair + (long) half * PAIR_OFFSET);
            int status;
            if (isDelete) {
                status = transaction.delete(pairs, keys.keyAddress(), keys.keyLength());
            } else {
                Checksummed.fill(keys, words, new Random(seed));
                status = transaction.put(
                        pairs,
                        keys.keyAddress(),
                        keys.keyLength(),
                        keys.valueAddress(),
                        keys.valueLength(),
                        Record.NO_EXPIRY);
            }
            isGood &= status != StoreStatus.OVER_QUOTA;
        }
        if (isGood) {
            transaction.commit();
        } else {
            transaction.abort();
        }
    }

    private void readPair() {
        long pair = random.nextInt(PAIRS);
        Transaction transaction = core.begin(pairs.tenant());
        long first = half(transaction, pair);
        long second = half(transaction, pair + PAIR_OFFSET);
        if (transaction.commit() == StoreStatus.OK) {
            boolean areEqual = first == Record.NONE || second == Record.NONE
                    ? first == second
                    : Record.valueLength(first) == Record.valueLength(second)
                            && NativeMemory.equal(
                                    Record.valueAddress(first) + Long.BYTES,
                                    Record.valueAddress(second) + Long.BYTES,
                                    Record.valueLength(first) - Long.BYTES);
            check(areEqual, "half of a transaction");
        }
    }

    private long half(Transaction transaction, long key) {
        keys.key(key);
        long record = transaction.find(pairs, keys.keyAddress(), keys.keyLength());
        if (record != Record.NONE) {
            Checksummed.check(record);
        }
        return record;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
