package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One core with its queues under open load: arrivals at random times, services of random lengths, and refusals that cost time, too. */
@Timeout(60)
class AdmissionTest {
    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    private static final long REFUSE_NS = 300;

    private TenantQueues queues = new TenantQueues(TenantQueuesConfig.DEFAULT);
    private final long[] batch = new long[64];
    private SplittableRandom random = new SplittableRandom(0);
    private long nowNs;
    private long[] offered = new long[0];
    private long[] done = new long[0];
    private long doneNs;
    private long[] waits = new long[0];
    private int waitCount;

    private long random(double meanNs) {
        return (long) (-Math.log(1 - random.nextDouble()) * meanNs);
    }

    /** Each tenant offers so much of the core's time; the mean service may change by the factor in the midst. */
    private void run(double[] load, double meanNs, double slower, long untilNs) {
        queues = new TenantQueues(TenantQueuesConfig.DEFAULT);
        offered = new long[load.length];
        done = new long[load.length];
        waits = new long[1_000_000];
        waitCount = 0;
        doneNs = 0;
        nowNs = 0;
        long[] nextNs = new long[load.length];
        for (int tenant = 0; tenant < load.length; tenant++) {
            nextNs[tenant] = random(meanNs / load[tenant]);
        }
        while (nowNs < untilNs) {
            double mean = nowNs < untilNs / 2 ? meanNs : meanNs * slower;
            for (int tenant = 0; tenant < load.length; tenant++) {
                while (nextNs[tenant] <= nowNs) {
                    offered[tenant]++;
                    if (queues.offer(tenant, nextNs[tenant], 0, nowNs) > 0) {
                        nowNs += REFUSE_NS;
                    }
                    nextNs[tenant] += Math.max(1, random(mean / load[tenant]));
                }
            }
            int count = queues.take(nowNs, batch);
            if (count == 0) {
                nowNs = Arrays.stream(nextNs).min().orElseThrow();
                continue;
            }
            long beginNs = nowNs;
            for (int i = 0; i < count; i++) {
                if (nowNs > untilNs / 10) {
                    waits[waitCount++] = nowNs - batch[i];
                }
                nowNs += random(mean);
            }
            done[queues.takenTenant()] += count;
            doneNs += nowNs - beginNs;
            queues.ran(nowNs - beginNs, nowNs);
        }
    }

    private long p99Ns() {
        Arrays.sort(waits, 0, waitCount);
        return waits[(int) (waitCount * 0.99)];
    }

    @Test
    void shouldCarryItsPeakAtTwiceTheLoadAndBoundTheWait() {
        for (long seed = 0; seed < 30; seed++) {
            random = new SplittableRandom(seed);
            double[] load = new double[1 + random.nextInt(40)];
            Arrays.setAll(load, tenant -> 0.1 + random.nextDouble());
            double sum = Arrays.stream(load).sum();
            Arrays.setAll(load, tenant -> 2 * load[tenant] / sum);
            run(load, 4 * US + 60 * US * random.nextDouble(), 1, 500 * MS);
            assertTrue(doneNs >= 0.9 * nowNs, "seed " + seed + ": busy " + doneNs / (double) nowNs);
            assertTrue(
                    p99Ns() < 5 * MS, "seed " + seed + ": p99 " + p99Ns() / 1e6 + " ms of " + load.length + " tenants");
        }
    }

    @Test
    void shouldBoundTheWaitWhenFunctionsTakeLongerThanTheyDid() {
        for (long seed = 0; seed < 10; seed++) {
            random = new SplittableRandom(seed);
            run(new double[] {0.8, 0.8, 0.4}, 20 * US, 5, 1_000 * MS);
            assertTrue(doneNs >= 0.9 * nowNs, "seed " + seed);
            assertTrue(p99Ns() < 6 * MS, "seed " + seed + ": p99 " + p99Ns() / 1e6 + " ms");
        }
    }

    @Test
    void shouldShedWhoAsksForMoreThanItsShareAndNobodyElse() {
        for (long seed = 0; seed < 10; seed++) {
            random = new SplittableRandom(seed);
            double[] load = new double[10];
            Arrays.fill(load, 0.05);
            load[0] = 3;
            run(load, 20 * US, 1, 1_000 * MS);
            assertTrue(doneNs >= 0.9 * nowNs, "seed " + seed);
            for (int tenant = 1; tenant < load.length; tenant++) {
                assertEquals(
                        (double) offered[tenant],
                        (double) done[tenant],
                        0.02 * offered[tenant],
                        "seed " + seed + ", tenant " + tenant);
            }
        }
    }

    @Test
    void shouldShedNobodyBelowTheLoadThatItCanCarry() {
        random = new SplittableRandom(3);
        double[] load = {0.3, 0.2, 0.2};
        run(load, 20 * US, 1, 1_000 * MS);
        assertTrue(Arrays.stream(offered).sum() - Arrays.stream(done).sum() <= 20);
    }

    @Test
    void shouldCutTheBoundInProportionAndRaiseItSlowly() {
        Admission admission = new Admission(2 * MS);
        long atNs = 0;
        admission.waited(0, atNs);
        assertEquals(2 * MS, admission.limitNs());
        admission.waited(3 * MS, atNs += MS);
        assertEquals(16 * MS / 10, admission.limitNs());
        for (int i = 0; i < 9; i++) {
            admission.waited(MS, atNs += MS);
        }
        assertTrue(admission.limitNs() < 2 * MS);
        admission.waited(MS, atNs + MS);
        assertEquals(2 * MS, admission.limitNs());
        for (int i = 0; i < 100; i++) {
            admission.waited(1_000 * MS, atNs += MS);
        }
        assertTrue(admission.limitNs() > 0);
    }
}
