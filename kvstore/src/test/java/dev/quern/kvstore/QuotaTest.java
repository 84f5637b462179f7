package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class QuotaTest {
    private static final long QUOTA_BYTES = 2 << 20;

    @Test
    void shouldRefuseWhatPassesTheQuotaAndServeOnAfterDeletes() {
        try (Store store = Store.open(new StoreConfig(2, 1, true));
                StoreCore core = store.attach();
                Keys keys = new Keys()) {
            Table table = store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES))
                    .defaultTable();
            int stored = 0;
            core.enter(0);
            while (keys.key(stored).valueLength(1000).put(table, core) == StoreStatus.OK) {
                stored++;
            }
            core.exit();
            assertTrue(stored > QUOTA_BYTES * 3 / 4 / 1040, "only " + stored + " records fitted");
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < stored; i++) {
                    core.enter(0);
                    assertEquals(StoreStatus.OK, keys.key(i).delete(table, core));
                    // What was deleted is free once the burst is over.
                    core.exit();
                    core.enter(0);
                    assertEquals(
                            StoreStatus.OK,
                            keys.valueLength(900 + round).put(table, core),
                            "round " + round + " record " + i);
                    core.exit();
                    assertTrue(table.tenant().chargedBytes() <= QUOTA_BYTES);
                }
            }
        }
    }

    @Test
    void shouldNeverChargeMoreThanTheQuotaUnderConcurrentWriters() throws Exception {
        int writers = 3;
        try (Store store = Store.open(new StoreConfig(writers, 1, true));
                ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            Tenant tenant = store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
            AtomicBoolean refused = new AtomicBoolean();
            CountDownLatch done = new CountDownLatch(writers);
            Future<?>[] results = new Future<?>[writers];
            for (int w = 0; w < writers; w++) {
                long seed = w;
                results[w] = threads.submit(() -> {
                    Random random = new Random(seed);
                    try (StoreCore core = store.attach();
                            Keys keys = new Keys()) {
                        for (int i = 0; i < 100_000; i++) {
                            core.enter(0);
                            int status = keys.key(random.nextInt(5000))
                                    .valueLength(random.nextInt(2000))
                                    .put(tenant.defaultTable(), core);
                            core.exit();
                            refused.compareAndSet(false, status == StoreStatus.OVER_QUOTA);
                        }
                    } finally {
                        done.countDown();
                    }
                });
            }
            while (done.getCount() > 0) {
                assertTrue(tenant.chargedBytes() <= QUOTA_BYTES, tenant.chargedBytes() + " bytes charged");
                Thread.onSpinWait();
            }
            for (Future<?> result : results) {
                result.get();
            }
            assertTrue(refused.get(), "the quota was never reached");
            assertTrue(tenant.liveBytes() <= tenant.chargedBytes());
        }
    }
}
