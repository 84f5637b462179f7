package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.openhft.hashing.LongHashFunction;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Readers, writers, transactions, expiry, eviction and growth on several cores at once. Every value carries its key and a checksum, and
 * reclaimed memory is poisoned.
 */
@Timeout(120)
class EvictionSoakTest {
    private static final int CORES = 3;
    private static final int BURSTS = 8_000;
    private static final int BURST = 16;
    private static final int KEYS = 60_000;
    private static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final int BODY_BYTES_MAX = 600;
    private static final int LARGE_BYTES_MAX = 600_000;
    private static final long QUOTA_BYTES = 8 << 20;
    private static final int WRITES_MIN = 10_000;
    private static final long REFUSING_KEYS = 500;

    private final LongHashFunction checksum = LongHashFunction.xx3(7);
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong written = new AtomicLong();

    @ParameterizedTest
    @CsvSource({"1, HASH", "2, HASH", "3, ORDERED", "4, ORDERED"})
    void shouldShowWholeValuesWithinTheQuotaAndLoseNoRecordFromTheQueues(long seed, TableKind kind) throws Exception {
        try (Store store = Store.open(new StoreConfig(CORES, seed, true))) {
            Tenant tenant = store.createTenant(
                    "t",
                    TenantConfig.defaults()
                            .withQuotaBytes(QUOTA_BYTES)
                            .withDefaultTable(new TableConfig(kind, WhenFull.EVICT)));
            Table kept = tenant.createTable("kept", TableConfig.defaults());
            fillKept(store, kept);
            onEveryCore(store, tenant, seed);
            Table cache = tenant.defaultTable();
            TableEviction eviction = Objects.requireNonNull(cache.eviction());
            assertTrue(cache.stats().evictions() > 0);
            assertTrue(cache.stats().expiries() > 0);
            // How many are refused depends on how long a core loses its processor for inside a burst.
            assertTrue(written.get() - refused.get() > WRITES_MIN, refused + " of " + written + " writes were refused");
            try (StoreCore core = store.attach();
                    Keys keys = new Keys()) {
                checkKept(core, kept, keys);
                core.enter(0);
                // A record that no queue names would stay.
                eviction.evict(core, Long.MAX_VALUE, Integer.MAX_VALUE);
                core.exit();
                assertEquals(0, cache.size(), "seed " + seed);
                assertEquals(0, eviction.entries());
                checkKept(core, kept, keys);
            }
        }
    }

    private void fillKept(Store store, Table kept) {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            for (long key = 0; key < REFUSING_KEYS; key++) {
                core.enter(0);
                fill(keys.key(key), key, 64);
                assertEquals(StoreStatus.OK, keys.put(kept, core));
                core.exit();
            }
        }
    }

    private void checkKept(StoreCore core, Table kept, Keys keys) {
        for (long key = 0; key < REFUSING_KEYS; key++) {
            core.enter(0);
            assertTrue(isWhole(keys.key(key).find(kept, core), keys), "key " + key);
            core.exit();
        }
    }

    private void onEveryCore(Store store, Tenant tenant, long seed) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int index = 0; index < CORES; index++) {
            Random random = new Random(seed * 100 + index);
            tasks.add(() -> {
                try (StoreCore core = store.attach();
                        Keys keys = new Keys()) {
                    for (int burst = 0; burst < BURSTS; burst++) {
                        core.enter(burst);
                        try {
                            for (int i = 0; i < BURST; i++) {
                                oneRequest(core, tenant, keys, random, burst);
                                assertTrue(tenant.chargedBytes() <= QUOTA_BYTES);
                                core.renew();
                            }
                        } finally {
                            core.exit();
                        }
                        if (burst % 4 == 0) {
                            core.maintain(burst, 8);
                        }
                    }
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(CORES)) {
            for (Future<Void> result : threads.invokeAll(tasks, 100, TimeUnit.SECONDS)) {
                result.get();
            }
        }
    }

    private void oneRequest(StoreCore core, Tenant tenant, Keys keys, Random random, int burst) {
        Table cache = tenant.defaultTable();
        // The product of two draws: low keys are popular.
        long key = (long) (KEYS * random.nextDouble() * random.nextDouble());
        keys.key(key);
        int choice = random.nextInt(100);
        if (choice < 50) {
            long record = keys.find(cache, core);
            assertTrue(record == Record.NONE || isWhole(record, keys), "a torn or freed value");
        } else if (choice < 85) {
            fill(keys, key, random.nextInt(random.nextInt(200) == 0 ? LARGE_BYTES_MAX : BODY_BYTES_MAX));
            long expiryMs = random.nextInt(4) == 0 ? burst + 1L + random.nextInt(500) : Record.NO_EXPIRY;
            check(keys.put(cache, core, expiryMs, PutCondition.NONE));
        } else if (choice < 90) {
            keys.delete(cache, core);
        } else {
            Transaction transaction = core.begin(tenant);
            long record = transaction.find(cache, keys.keyAddress(), keys.keyLength());
            assertTrue(record == Record.NONE || isWhole(record, keys), "a torn or freed value in a transaction");
            for (long other = key; other < key + 3; other++) {
                fill(keys.key(other), other, random.nextInt(BODY_BYTES_MAX));
                int status = transaction.put(
                        cache, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), keys.valueLength(), 0);
                if (status != StoreStatus.OK) {
                    check(status);
                    transaction.abort();
                    return;
                }
            }
            int status = transaction.commit();
            if (status != StoreStatus.CONFLICT) {
                check(status);
            }
        }
    }

    private void check(int status) {
        assertTrue(status == StoreStatus.OK || status == StoreStatus.OVER_QUOTA, StoreStatus.describe(status));
        written.incrementAndGet();
        if (status == StoreStatus.OVER_QUOTA) {
            refused.incrementAndGet();
        }
    }

    private void fill(Keys keys, long key, int bodyBytes) {
        long value = keys.valueAddress();
        NativeMemory.putLong(value + Long.BYTES, key);
        NativeMemory.fill(value + HEADER_BYTES, bodyBytes, (byte) (key * 31 + bodyBytes));
        NativeMemory.putLong(value, checksum.hashMemory(value + Long.BYTES, (long) Long.BYTES + bodyBytes));
        keys.valueLength(HEADER_BYTES + bodyBytes);
    }

    private boolean isWhole(long record, Keys keys) {
        long value = Record.valueAddress(record);
        long bytes = Record.valueLength(record) - (long) Long.BYTES;
        return NativeMemory.getLong(value + Long.BYTES) == NativeMemory.getLong(keys.keyAddress())
                && NativeMemory.getLong(value) == checksum.hashMemory(value + Long.BYTES, bytes);
    }
}
