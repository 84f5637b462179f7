package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TenantQueuesTest {
    private static final int SEEDS = 200;
    private static final long US = 1_000;
    private static final long MS = 1_000_000;

    private final long[] batch = new long[64];

    private static TenantQueues queues() {
        return new TenantQueues(new TenantQueuesConfig(4_096, 1_024, 256, 200 * US, 32, 1_000_000 * MS, 100 * MS));
    }

    @Test
    void shouldRunEachInvocationOnceWhateverComes() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TenantQueues queues =
                    new TenantQueues(new TenantQueuesConfig(64, 16, 32, 200 * US, 8, 10_000 * MS, 100 * MS));
            int tenants = 1 + random.nextInt(32);
            for (int tenant = 0; tenant < tenants; tenant++) {
                if (random.nextBoolean()) {
                    queues.tenant(
                            tenant,
                            0.1 + 5 * random.nextDouble(),
                            random.nextInt(4) == 0 ? new CpuQuota(0.05 + random.nextDouble(), MS, 0) : null,
                            random.nextBoolean() ? 1 + random.nextLong(5 * MS) : 0);
                }
            }
            int[] seen = new int[5_000];
            int offered = 0;
            long nowNs = 0;
            while (offered < seen.length || queues.size() > 0) {
                if (offered < seen.length && random.nextInt(3) > 0) {
                    int tenant = random.nextInt(tenants);
                    long retryNs = queues.offer(tenant, tenant * 10_000L + offered, random.nextLong(3 * MS), nowNs);
                    if (retryNs == 0) {
                        seen[offered++]--;
                    }
                    nowNs += random.nextLong(20 * US);
                } else if (random.nextInt(20) == 0) {
                    see(seen, queues.giveHalf(batch), queues::givenTenant);
                } else {
                    int count = queues.take(nowNs, batch);
                    nowNs += random.nextLong(100 * US);
                    if (count > 0) {
                        see(seen, count, queues::takenTenant);
                        queues.ran(random.nextLong(100 * US), nowNs);
                    }
                }
            }
            for (int number = 0; number < seen.length; number++) {
                assertEquals(0, seen[number], "seed " + seed + ", invocation " + number);
            }
            assertEquals(0, queues.oldestNs(nowNs));
        }
    }

    private void see(int[] seen, int count, IntSupplier tenant) {
        for (int i = 0; i < count; i++) {
            assertEquals(tenant.getAsInt(), batch[i] / 10_000);
            seen[(int) (batch[i] % 10_000)]++;
        }
    }

    @Test
    void shouldShareTimeByWeightWithinTheTurnsOfOneRound() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TenantQueues queues = queues();
            int tenants = 2 + random.nextInt(20);
            double[] weight = new double[tenants];
            long[] each = new long[tenants];
            long[] usedNs = new long[tenants];
            for (int tenant = 0; tenant < tenants; tenant++) {
                weight[tenant] = 0.5 + 3 * random.nextDouble();
                each[tenant] = 1 * US + random.nextLong(300 * US);
                queues.tenant(
                        tenant,
                        weight[tenant],
                        null,
                        random.nextBoolean() ? 1_000_000 * MS + random.nextLong(20 * MS) : 0);
            }
            long nowNs = 0;
            while (nowNs < 200 * MS) {
                for (int tenant = 0; tenant < tenants; tenant++) {
                    while (queues.size(tenant) < 64) {
                        queues.offer(tenant, tenant, 0, nowNs);
                    }
                }
                int count = queues.take(nowNs, batch);
                assertTrue(count > 0, "seed " + seed);
                long cpuNs = 0;
                for (int i = 0; i < count; i++) {
                    cpuNs += (long) (each[queues.takenTenant()] * (0.5 + random.nextDouble()));
                }
                usedNs[queues.takenTenant()] += cpuNs;
                nowNs += cpuNs;
                queues.ran(cpuNs, nowNs);
            }
            double least = Double.MAX_VALUE;
            double most = 0;
            for (int tenant = 0; tenant < tenants; tenant++) {
                least = Math.min(least, usedNs[tenant] / weight[tenant]);
                most = Math.max(most, usedNs[tenant] / weight[tenant]);
            }
            // A turn each, and what a batch may take longer than estimated: one invocation at 1.5 times its mean, or a
            // turn of them.
            double boundNs = 2 * 200 * US + 1.5 * 2 * 300 * US / 0.5;
            assertTrue(most - least <= boundNs, "seed " + seed + ": from " + least + " to " + most);
        }
    }

    @Test
    void shouldLetNobodyWaitForMoreThanARound() {
        TenantQueues queues = queues();
        for (int i = 0; i < 1_000; i++) {
            queues.offer(1, i, 0, 0);
            queues.offer(2, i, 0, 0);
        }
        long nowNs = 0;
        for (int i = 0; i < 50; i++) {
            nowNs = run(queues, nowNs, 20 * US);
        }
        queues.offer(3, 7, 0, nowNs);
        long askedNs = nowNs;
        while (queues.size(3) > 0) {
            nowNs = run(queues, nowNs, 20 * US);
        }
        assertTrue(nowNs - askedNs < 2 * 200 * US + 2 * 32 * 20 * US, "waited " + (nowNs - askedNs));
    }

    private long run(TenantQueues queues, long nowNs, long eachNs) {
        int count = queues.take(nowNs, batch);
        queues.ran(count * eachNs, nowNs + count * eachNs);
        return nowNs + count * eachNs;
    }

    @Test
    void shouldTakeTheEarliestDeadlineFirst() {
        TenantQueues queues = queues();
        queues.offer(1, 10, 0, 0);
        run(queues, 0, 10);
        for (int i = 0; i < 20; i++) {
            queues.offer(1, i, (20 - i) * MS, 0);
        }
        int count = queues.take(0, batch);
        assertEquals(20, count);
        for (int i = 0; i < 20; i++) {
            assertEquals(19 - i, batch[i]);
        }
    }

    @Test
    void shouldPreferATenantWithATargetWithinItsShareOnly() {
        TenantQueues queues = queues();
        queues.tenant(9, 1, null, 20 * MS);
        long nowNs = 0;
        long[] usedNs = new long[10];
        for (int i = 0; i < 500; i++) {
            for (int tenant = 5; tenant < 10; tenant++) {
                while (queues.size(tenant) < 40) {
                    queues.offer(tenant, tenant, 0, nowNs);
                }
            }
            long beforeNs = nowNs;
            nowNs = run(queues, nowNs, 10 * US);
            usedNs[(int) batch[0]] += nowNs - beforeNs;
        }
        for (int tenant = 5; tenant < 10; tenant++) {
            assertEquals(nowNs / 5.0, (double) usedNs[tenant], 800e3, "tenant " + tenant);
        }
        // One that comes seldom is served at once, although four others have long queues.
        TenantQueues seldom = queues();
        seldom.tenant(9, 1, null, MS);
        for (int tenant = 5; tenant < 9; tenant++) {
            for (int i = 0; i < 100; i++) {
                seldom.offer(tenant, tenant, 0, 0);
            }
        }
        for (int i = 0; i < 6; i++) {
            run(seldom, 0, 10 * US);
        }
        seldom.offer(9, 9, 0, 0);
        assertEquals(1, seldom.take(0, batch));
        assertEquals(9, batch[0]);
    }

    @Test
    void shouldHoldATenantBackAtItsQuotaAndNobodyElse() {
        TenantQueues queues = queues();
        CpuQuota tenth = new CpuQuota(0.1, 2 * MS, 0);
        queues.tenant(1, 1, tenth, 0);
        long[] usedNs = new long[3];
        long nowNs = 0;
        long longestRetryNs = 0;
        while (nowNs < 1_000 * MS) {
            for (int tenant = 1; tenant < 3; tenant++) {
                for (int i = queues.size(tenant); i < 20; i++) {
                    longestRetryNs = Math.max(longestRetryNs, queues.offer(tenant, tenant, 0, nowNs));
                }
            }
            long beforeNs = nowNs;
            nowNs = run(queues, nowNs, 20 * US);
            usedNs[(int) batch[0]] += nowNs - beforeNs;
        }
        assertEquals(0.1, usedNs[1] / 1e9, 0.01);
        assertEquals(0.9, usedNs[2] / 1e9, 0.01);
        assertTrue(longestRetryNs > 0 && longestRetryNs < 20 * MS, "retry after " + longestRetryNs);
    }

    @Test
    void shouldReturnNothingWhileAllAreAtTheirQuota() {
        TenantQueues queues = queues();
        queues.tenant(1, 1, new CpuQuota(0.5, 0, 0), 0);
        queues.offer(1, 1, 0, 0);
        queues.offer(1, 2, 0, 0);
        assertEquals(1, queues.take(0, batch));
        queues.ran(10 * MS, 10 * MS);
        assertEquals(0, queues.take(10 * MS, batch));
        assertEquals(0, queues.oldestNs(15 * MS));
        assertEquals(20 * MS, queues.offer(1, 3, 0, 10 * MS));
        assertEquals(1, queues.take(30 * MS, batch));
        queues.ran(1, 30 * MS);
        assertTrue(queues.forget(1) || queues.size(1) == 0);
    }

    @Test
    void shouldForgetALongOverdraftWhenNobodyElseWaits() {
        TenantQueues queues = queues();
        queues.tenant(1, 0.001, null, 0);
        for (int i = 0; i < 10; i++) {
            queues.offer(1, i, 0, 0);
            queues.offer(2, i, 0, 0);
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(1, queues.take(0, new long[1]));
            queues.ran(1_000 * MS, 0);
        }
        assertEquals(0, queues.take(0, batch));
    }

    @Test
    void shouldRefuseWhatFindsNoRoom() {
        TenantQueues queues = new TenantQueues(new TenantQueuesConfig(8, 4, 4, MS, 8, MS, MS));
        for (int i = 0; i < 4; i++) {
            assertEquals(0, queues.offer(1, i, 0, 0));
        }
        assertTrue(queues.offer(1, 4, 0, 0) > 0);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, queues.offer(2, i, 0, 0));
        }
        assertTrue(queues.offer(3, 0, 0, 0) > 0);
        assertFalse(queues.forget(1));
        assertEquals(8, queues.size());
        queues.offer(4, 0, 0, 0);
        assertThrows(IllegalStateException.class, () -> queues.offer(5, 0, 0, 0));
        assertTrue(queues.forget(3));
        assertTrue(queues.offer(5, 0, 0, 0) > 0);
    }

    @Test
    void shouldGiveAwayHalfOfTheLongestQueue() {
        TenantQueues queues = queues();
        for (int i = 0; i < 10; i++) {
            queues.offer(1, i, 0, 0);
        }
        queues.offer(2, 99, 0, 0);
        assertEquals(5, queues.giveHalf(batch));
        assertEquals(1, queues.givenTenant());
        assertEquals("[0, 1, 2, 3, 4]", Arrays.toString(Arrays.copyOf(batch, 5)));
        assertEquals(6, queues.size());
        TenantQueues idle = queues();
        for (int i = 0; i < 5; i++) {
            assertTrue(idle.adopt(1, batch[i], 0, 0));
        }
        idle.take(0, batch);
        assertEquals(0, batch[0]);
        assertEquals(4, idle.size(1));
    }

    @Test
    void shouldFindSlotsOfTenantsThatComeAndGo() {
        SplittableRandom random = new SplittableRandom(5);
        TenantSlots slots = new TenantSlots(50);
        int[] slotOf = new int[400];
        Arrays.fill(slotOf, -1);
        int used = 0;
        for (int i = 0; i < 100_000; i++) {
            int id = random.nextInt(400);
            assertEquals(slotOf[id], slots.find(id));
            if (slotOf[id] >= 0 && random.nextBoolean()) {
                slots.drop(id);
                slotOf[id] = -1;
                used--;
            } else if (slotOf[id] < 0) {
                slotOf[id] = slots.findOrTake(id);
                assertEquals(used == 50, slotOf[id] < 0);
                used = Math.min(50, used + 1);
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        TenantQueues queues = queues();
        for (int tenant = 0; tenant < 100; tenant++) {
            queues.tenant(tenant, 1, tenant % 3 == 0 ? new CpuQuota(0.01, MS, 0) : null, tenant % 2 == 0 ? MS : 0);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        long nowNs = 0;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                queues.offer(i % 100, i, 0, nowNs);
                if (i % 4 == 0 && queues.take(nowNs, batch) > 0) {
                    nowNs += 10 * US;
                    queues.ran(10 * US, nowNs);
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
    }
}
