package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.HashIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several cores at one table, with reclaimed memory poisoned: a reader of freed memory would see it. */
@Timeout(60)
class ManyCoresTest {
    private static final int CORES = 3;
    private static final int BURSTS = 4_000;
    private static final int BURST = 16;
    private static final int ACCOUNTS = 32;
    private static final long DEPOSIT = 1_000;
    private static final int WORDS_MAX = 50;
    private static final int KEYS = 20_000;
    private static final long GROWN = 100_000;

    private final Store store = Store.open(new StoreConfig(CORES + 1, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(4 << 20));
    private final Table table = tenant.defaultTable();
    private final Table accounts = tenant.createTable("accounts", TableConfig.defaults());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldShowWholeRecordsWithinTheQuotaWhileOthersWriteAndExpire() throws Exception {
        onEveryCore((core, keys, random) -> {
            for (int burst = 0; burst < BURSTS; burst++) {
                core.enter(burst);
                for (int i = 0; i < BURST; i++) {
                    keys.key(random.nextInt(1 + KEYS * burst / BURSTS));
                    int choice = random.nextInt(10);
                    if (choice < 5) {
                        checkWhole(keys.find(table, core), keys);
                    } else if (choice < 9) {
                        int words = 1 + random.nextInt(WORDS_MAX);
                        fill(keys, words, random.nextLong());
                        long expiryMs = random.nextInt(4) == 0 ? burst + 1L + random.nextInt(100) : 0;
                        int status = keys.put(table, core, expiryMs, PutCondition.NONE);
                        assertTrue(status == StoreStatus.OK || status == StoreStatus.OVER_QUOTA, "put " + status);
                    } else {
                        keys.delete(table, core);
                    }
                    assertTrue(tenant.chargedBytes() <= tenant.quotaBytes());
                }
                core.exit();
                core.maintain(burst, 4);
            }
            return 0L;
        });
        try (StoreCore core = store.attach()) {
            core.enter(0);
            table.clear(core);
            core.exit();
            while (core.maintain(0, 64) > 0 || tenant.recordCount() > 0) {}
        }
        assertEquals(0, tenant.liveBytes());
        assertEquals(0, tenant.chargedBytes());
    }

    @Test
    void shouldLoseNoIncrement() throws Exception {
        List<Long> counts = onEveryCore((core, keys, random) -> {
            keys.key("counter");
            long count = 0;
            for (int burst = 0; burst < BURSTS; burst++) {
                core.enter(0);
                if (table.increment(core, keys.keyAddress(), keys.keyLength(), 1) == StoreStatus.OK) {
                    count++;
                }
                core.exit();
            }
            return count;
        });
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            core.enter(0);
            long record = keys.key("counter").find(table, core);
            assertEquals(counts.stream().mapToLong(Long::longValue).sum(), Long.parseLong(Keys.text(record)));
            core.exit();
        }
    }

    @Test
    void shouldKeepTheSumOfAccountsInEveryCommittedTransaction() throws Exception {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            core.enter(0);
            for (int account = 0; account < ACCOUNTS; account++) {
                fill(keys.key(account), 1, DEPOSIT);
                assertEquals(StoreStatus.OK, keys.put(accounts, core));
            }
            core.exit();
        }
        List<Long> commits = onEveryCore((core, keys, random) -> {
            long committed = 0;
            for (int burst = 0; burst < BURSTS; burst++) {
                core.enter(0);
                Transaction transaction = core.begin(tenant);
                long sum = DEPOSIT * ACCOUNTS;
                if (burst % 4 == 0) {
                    sum = 0;
                    for (int account = 0; account < ACCOUNTS; account++) {
                        sum += balance(transaction, keys.key(account));
                    }
                } else {
                    int from = random.nextInt(ACCOUNTS);
                    int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
                    change(transaction, keys.key(from), -burst);
                    change(transaction, keys.key(to), burst);
                }
                int status = transaction.commit();
                assertTrue(status == StoreStatus.OK || status == StoreStatus.CONFLICT, "commit " + status);
                if (status == StoreStatus.OK) {
                    assertEquals(DEPOSIT * ACCOUNTS, sum);
                    committed++;
                }
                core.exit();
            }
            return committed;
        });
        assertTrue(commits.stream().allMatch(committed -> committed > 0));
    }

    /** Nothing is ever deleted here. Readers look for what the next split moves, so that they meet it. */
    @Test
    void shouldFindEveryRecordWhileItsBucketIsSplit() throws Exception {
        Table growing = store.createTenant("growing", TenantConfig.defaults().withQuotaBytes(64 << 20))
                .defaultTable();
        AtomicLong growers = new AtomicLong();
        AtomicBoolean isGrown = new AtomicBoolean();
        List<Long> found = onEveryCore((core, keys, random) -> {
            if (growers.getAndIncrement() == 0) {
                for (long key = 0; key < GROWN; key++) {
                    core.enter(0);
                    assertEquals(StoreStatus.OK, keys.key(key).valueLength(8).put(growing, core));
                    core.exit();
                }
                isGrown.set(true);
                return 1L;
            }
            long[] finds = new long[1];
            while (!isGrown.get()) {
                core.enter(0);
                HashIndex index = (HashIndex) growing.index();
                long count = index.bucketCount();
                index.forEach(index.bucketAt(count - Long.highestOneBit(count)), (slot, record) -> {
                    finds[0]++;
                    assertEquals(record, growing.find(core, Record.keyAddress(record), Record.keyLength(record)));
                });
                core.exit();
            }
            return finds[0];
        });
        assertTrue(found.stream().allMatch(finds -> finds > 0));
    }

    /** One core writes again and again what the next split moves, and must find what it wrote. */
    @Test
    void shouldWriteToTheRightPlaceWhileItsBucketIsSplit() throws Exception {
        Tenant owner = store.createTenant("growing", TenantConfig.defaults().withQuotaBytes(64 << 20));
        Table growing = owner.defaultTable();
        AtomicLong started = new AtomicLong();
        AtomicLong growersLeft = new AtomicLong(CORES - 1L);
        onEveryCore((core, keys, random) -> {
            long number = started.getAndIncrement();
            keys.valueLength(8);
            if (number > 0) {
                for (long key = 0; key < GROWN; key++) {
                    core.enter(0);
                    assertEquals(StoreStatus.OK, keys.key(key * CORES + number).put(growing, core));
                    core.exit();
                }
                growersLeft.decrementAndGet();
                return 0L;
            }
            boolean inTransaction = false;
            while (growersLeft.get() > 0) {
                core.enter(0);
                inTransaction = !inTransaction;
                List<Long> next = new ArrayList<>();
                HashIndex index = (HashIndex) growing.index();
                long count = index.bucketCount();
                index.forEach(
                        index.bucketAt(count - Long.highestOneBit(count)),
                        (slot, record) -> next.add(NativeMemory.getLong(Record.keyAddress(record))));
                for (long key : next) {
                    keys.key(key);
                    assertEquals(StoreStatus.OK, inTransaction ? commit(core, owner, keys) : keys.put(growing, core));
                    long written = core.resultVersion();
                    assertEquals(written, Record.version(keys.find(growing, core)));
                }
                core.exit();
                core.maintain(0, 4);
            }
            return 0L;
        });
        assertEquals(GROWN * (CORES - 1), growing.size());
    }

    private static int commit(StoreCore core, Tenant owner, Keys keys) {
        Transaction transaction = core.begin(owner);
        assertEquals(
                StoreStatus.OK,
                transaction.put(
                        owner.defaultTable(),
                        keys.keyAddress(),
                        keys.keyLength(),
                        keys.valueAddress(),
                        keys.valueLength(),
                        Record.NO_EXPIRY));
        return transaction.commit();
    }

    private long balance(Transaction transaction, Keys keys) {
        long record = transaction.find(accounts, keys.keyAddress(), keys.keyLength());
        return NativeMemory.getLong(Record.valueAddress(record));
    }

    private void change(Transaction transaction, Keys keys, long delta) {
        fill(keys, 1, balance(transaction, keys) + delta);
        assertEquals(
                StoreStatus.OK,
                transaction.put(
                        accounts,
                        keys.keyAddress(),
                        keys.keyLength(),
                        keys.valueAddress(),
                        keys.valueLength(),
                        Record.NO_EXPIRY));
    }

    private static void fill(Keys keys, int words, long word) {
        for (int i = 0; i < words; i++) {
            NativeMemory.putLong(keys.valueAddress() + (long) i * Long.BYTES, word);
        }
        keys.valueLength(words * Long.BYTES);
    }

    private static void checkWhole(long record, Keys keys) {
        if (record == Record.NONE) {
            return;
        }
        long value = Record.valueAddress(record);
        long word = NativeMemory.getLong(value);
        for (int offset = 0; offset < Record.valueLength(record); offset += Long.BYTES) {
            assertEquals(word, NativeMemory.getLong(value + offset), "torn or freed at " + offset);
        }
        assertEquals(NativeMemory.getLong(keys.keyAddress()), NativeMemory.getLong(Record.keyAddress(record)));
    }

    /** What one core does. */
    private interface Work {
        long run(StoreCore core, Keys keys, Random random) throws Exception;
    }

    private List<Long> onEveryCore(Work work) throws Exception {
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < CORES; i++) {
            long seed = i;
            tasks.add(() -> {
                try (StoreCore core = store.attach();
                        Keys keys = new Keys()) {
                    try {
                        return work.run(core, keys, new Random(seed));
                    } finally {
                        while (core.isEntered()) {
                            core.exit();
                        }
                    }
                }
            });
        }
        List<Long> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CORES)) {
            for (Future<Long> result : threads.invokeAll(tasks, 50, TimeUnit.SECONDS)) {
                results.add(result.get());
            }
        }
        return results;
    }
}
