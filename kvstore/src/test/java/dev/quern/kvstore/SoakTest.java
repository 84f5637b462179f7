package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything at once: readers, writers, growth, expiry, eviction, clears, scans, transactions and slow readers on several cores of a
 * tenant that is always near its quota, on tables of either kind. Every value read carries a checksum and reclaimed memory is poisoned; in the end all accounts
 * agree with what a scan finds.
 */
@Timeout(3_600)
class SoakTest {
    private static final long SECONDS = Long.getLong("quern.evidence.seconds", 6);
    private static final long SEED = Long.getLong("quern.evidence.seed", 1);
    private static final int CORES = 4;
    private static final long QUOTA_BYTES = 6 << 20;
    private static final int SWEEPS = 20;

    private final AtomicLong clockMs = new AtomicLong(1_000_000);

    @ParameterizedTest
    @EnumSource
    void shouldReadOnlyWholeRecordsAndKeepItsAccounts(TableKind kind) throws Exception {
        try (Store store = Store.open(new StoreConfig(CORES, SEED, true))) {
            Tenant tenant = store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
            TableConfig config = TableConfig.defaults().withKind(kind);
            tenant.createTable("records", config);
            Table cache = tenant.createTable("cache", config.withWhenFull(WhenFull.EVICT));
            tenant.createTable("pairs", config);
            Table walked = tenant.createTable("walked", TableConfig.defaults().withKind(TableKind.ORDERED));
            try (StoreCore core = store.attach();
                    Keys keys = new Keys()) {
                SoakWalks.putLasting(walked, core, keys, clockMs.get());
            }
            long bursts = soak(store, tenant);
            assertTrue(bursts > CORES, "bursts " + bursts);
            assertTrue(cache.stats().evictions() > 0, "nothing was evicted");
            try (StoreCore core = store.attach()) {
                sweep(core);
                for (Table table : tenant.tables()) {
                    checkAccounts(table, core);
                }
                assertEquals(0, store.epochLag());
                assertEquals(0, store.retiredBytes());
                assertTrue(tenant.liveBytes() <= tenant.chargedBytes() && tenant.chargedBytes() <= QUOTA_BYTES);
                core.enter(clockMs.get());
                tenant.tables().forEach(table -> table.clear(core));
                core.exit();
                sweep(core);
            }
            assertEquals(0, tenant.recordCount());
            assertEquals(0, tenant.liveBytes());
            // A table that evicts keeps its queues' last chunks and its fingerprints.
            assertTrue(tenant.chargedBytes() <= QUOTA_BYTES / 20, tenant.chargedBytes() + " bytes charged");
        }
    }

    private long soak(Store store, Tenant tenant) throws Exception {
        AtomicLong grown = new AtomicLong();
        long deadlineNs = System.nanoTime() + SECONDS * 1_000_000_000L;
        List<Callable<Long>> cores = new ArrayList<>();
        for (int i = 0; i < CORES; i++) {
            Random random = new Random(SEED * CORES + i);
            cores.add(() -> {
                StoreCore core = store.attach();
                long bursts = 0;
                try (Keys keys = new Keys()) {
                    SoakCore soak = new SoakCore(core, tenant, keys, random, clockMs, grown);
                    for (; System.nanoTime() - deadlineNs < 0; bursts++) {
                        soak.burst();
                    }
                } finally {
                    if (core.isEntered()) {
                        core.exit();
                    }
                    core.close();
                }
                return bursts;
            });
        }
        long bursts = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(CORES)) {
            for (Future<Long> core : threads.invokeAll(cores)) {
                bursts += core.get();
            }
        }
        return bursts;
    }

    /** Until nothing is left that is expired, cleared or retired. */
    private void sweep(StoreCore core) {
        for (int i = 0; i < SWEEPS; i++) {
            while (core.maintain(clockMs.get(), 64) > 0) {}
            clockMs.addAndGet(1_000);
        }
    }

    private void checkAccounts(Table table, StoreCore core) {
        Set<Long> addresses = new HashSet<>();
        long[] bytes = new long[1];
        core.enter(clockMs.get());
        long cursor = 0;
        do {
            cursor = table.scan(core, cursor, 100, record -> {
                Checksummed.check(record);
                assertTrue(addresses.add(record), "one record twice in a table at rest");
                bytes[0] += Record.bytes(record);
            });
        } while (cursor != 0);
        core.exit();
        assertEquals(table.size(), addresses.size(), table + ": records");
        assertEquals(table.stats().liveBytes(), bytes[0], table + ": live bytes");
    }
}
