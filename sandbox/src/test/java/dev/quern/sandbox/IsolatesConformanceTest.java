package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Isolates of many tenants on one core: made when wanted, made ahead, let go when they are too many or too cold. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
abstract class IsolatesConformanceTest {
    private static final long QUOTA_BYTES = 1 << 20;
    private static final int SPARES = 3;

    /** A tenth of what a process is to hold, as a test has a tenth of the time. */
    private static final int MANY = 1000;

    /** More than the memory allows by far. */
    private static final int FOLLOWERS = 200;

    private static final int CHANCE_CALLS = 2000;

    private static final int GROWN_PAGES = 16;

    /** What an instance's first call replies. */
    private static final long TALLY_FIRST = 41;

    private static final int PATIENT_MS = 1_000_000;

    /** Finds what its last call wrote, and fails, unless it is the first in its instance. */
    private static final String COUNT_UP = "f.count_up";

    abstract String runtime();

    private Rig rig(long bytesMax, int idleMs) {
        return new Rig(
                runtime(),
                TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES),
                new IsolatesConfig(bytesMax, idleMs, SPARES));
    }

    private static List<Function> deployToTenants(Rig rig, int count, String module, String function)
            throws FunctionRefusedException {
        byte[] bytes = Rig.module(module);
        List<Function> functions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Tenant tenant = rig.store()
                    .createTenant("tenant-" + i, TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
            rig.functions().deploy(tenant, Rig.patient("f"), bytes, false);
            functions.add(rig.function(tenant, function));
        }
        return functions;
    }

    private static void call(Rig rig, Function function, byte[]... arguments) {
        int status = rig.worker().as(function.tenant()).call(function, false, 0, arguments);
        assertEquals(FunctionStatus.OK, status, () -> rig.worker().outcome().error());
    }

    @Test
    void shouldMakeIsolatesAheadAndHandThemOut() throws FunctionRefusedException {
        try (Rig rig = rig(IsolatesConfig.defaults().bytesMax(), PATIENT_MS)) {
            FunctionCore core = rig.worker().functionCore();
            while (core.maintain(System.nanoTime()) > 0) {
                assertEquals(0, core.isolateCount());
            }
            assertEquals(SPARES, core.spareCount());
            List<Function> functions = deployToTenants(rig, SPARES + 2, "examples/noop", "f");
            for (int i = 0; i < functions.size(); i++) {
                call(rig, functions.get(i));
                assertEquals(Math.max(0, SPARES - i - 1), core.spareCount());
                assertEquals(i + 1, core.isolateCount());
            }
            while (core.maintain(System.nanoTime()) > 0) {
                assertTrue(core.spareCount() <= SPARES);
            }
            assertEquals(SPARES, core.spareCount());
        }
    }

    @Test
    void shouldLetTheLeastRecentlyUsedGoWhenAllTakeTooMuch() throws FunctionRefusedException {
        int kept = (int) (Limits.ISOLATES_BYTES_MIN / Limits.ISOLATE_HEAP_BYTES);
        try (Rig rig = rig(Limits.ISOLATES_BYTES_MIN, PATIENT_MS)) {
            FunctionCore core = rig.worker().functionCore();
            List<Function> functions = deployToTenants(rig, 2 * kept, "hostile/state", COUNT_UP);
            Function first = functions.getFirst();
            for (Function each : functions) {
                call(rig, each);
                // Kept, as it is used: its second call finds what its first one wrote.
                rig.worker().as(first.tenant()).call(first, false, 0);
                assertTrue(core.isolateCount() <= kept + 1, () -> core.isolateCount() + " isolates");
            }
            call(rig, functions.get(1)); // Let go in between, and so finds nothing.
            assertEquals(FunctionStatus.FAILED, rig.worker().as(first.tenant()).call(first, false, 0));
        }
    }

    @Test
    void shouldCountTheMemoryThatIsolatesTouch() throws FunctionRefusedException {
        try (Rig rig = rig(64L << 20, PATIENT_MS)) {
            FunctionCore core = rig.worker().functionCore();
            List<Function> functions = deployToTenants(rig, 5, "hostile/state", COUNT_UP);
            for (Function each : functions) {
                call(rig, rig.function(each.tenant(), "f.grow"), number(240));
            }
            assertEquals(5, core.isolateCount());
            // 75 MiB in all, which is too much, and is found when they are measured.
            while (core.isolateCount() == 5) {
                core.maintain(System.nanoTime());
            }
            assertTrue(rig.functions().isolateMemory().bytes() < 64L << 20);
            for (Function each : functions) {
                call(rig, rig.function(each.tenant(), "f.take"));
            }
        }
    }

    @Test
    void shouldLetColdIsolatesGo() throws FunctionRefusedException {
        try (Rig rig = rig(IsolatesConfig.defaults().bytesMax(), 1)) {
            FunctionCore core = rig.worker().functionCore();
            List<Function> functions = deployToTenants(rig, 5, "hostile/state", COUNT_UP);
            for (Function each : functions) {
                call(rig, each);
            }
            while (core.isolateCount() > 0) {
                core.maintain(System.nanoTime());
            }
            assertEquals(0, rig.functions().isolateMemory().bytes());
            for (Function each : functions) {
                call(rig, each);
            }
        }
    }

    @Test
    void shouldLetIsolatesGoWhoseFunctionsWereRemoved() throws FunctionRefusedException {
        try (Rig rig = rig(IsolatesConfig.defaults().bytesMax(), PATIENT_MS)) {
            FunctionCore core = rig.worker().functionCore();
            List<Function> functions = deployToTenants(rig, 4, "examples/noop", "f");
            functions.forEach(each -> call(rig, each));
            rig.functions().remove(functions.get(1).tenant(), "f");
            core.maintain(System.nanoTime());
            assertEquals(3, core.isolateCount());
            call(rig, functions.get(1)); // Whoever holds it may call it.
            assertEquals(4, core.isolateCount());
            for (Function each : functions) {
                rig.functions().remove(each.tenant(), "f");
            }
            int turns = 0;
            while (core.isolateCount() > 1) {
                core.maintain(System.nanoTime());
                turns++;
            }
            assertTrue(turns <= functions.size());
            // So does that which was called when it was removed already.
            call(rig, functions.get(1));
            assertEquals(1, core.isolateCount());
            core.maintain(System.nanoTime());
            assertEquals(0, core.isolateCount());
            assertEquals(0, rig.functions().isolateMemory().bytes());
        }
    }

    private static void await(CyclicBarrier step) {
        try {
            step.await(PATIENT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void shouldGiveBackWhatARemovedFunctionTookAmongOthersOfItsTenantOnEachCore() throws FunctionRefusedException {
        try (Rig rig = rig(IsolatesConfig.defaults().bytesMax(), PATIENT_MS)) {
            Function kept = deployToTenants(rig, 1, "hostile/state", COUNT_UP).getFirst();
            rig.functions().deploy(kept.tenant(), Rig.patient("g"), Rig.module("hostile/state"), false);
            CyclicBarrier step = new CyclicBarrier(2);
            Crew.run(rig, 2, (worker, core) -> {
                Rig.Worker caller = worker.as(kept.tenant());
                assertEquals(FunctionStatus.OK, caller.call(kept, false, 0));
                assertEquals(FunctionStatus.OK, caller.call("g.count_up"));
                assertEquals(FunctionStatus.OK, caller.call("g.grow", number(GROWN_PAGES)));
                await(step);
                if (core == 0) {
                    rig.functions().remove(kept.tenant(), "g");
                }
                await(step);
                FunctionCore functionCore = caller.functionCore();
                functionCore.maintain(System.nanoTime());
                // The other function's instance stays, and remembers.
                assertEquals(1, functionCore.isolateCount());
                assertEquals(1, functionCore.instanceCount());
                assertEquals(FunctionStatus.FAILED, caller.call(kept, false, 0));
            });
        }
    }

    /** What a tenant leaves in memory that the next one's instance gets: nothing that it could find. */
    @Test
    void shouldShowATenantNothingOfThoseBeforeIt() throws FunctionRefusedException {
        try (Rig rig = rig(Limits.ISOLATES_BYTES_MIN, 1)) {
            List<Function> functions = deployToTenants(rig, FOLLOWERS, "hostile/state", COUNT_UP);
            byte[] secret = new byte[8192];
            Arrays.fill(secret, (byte) 0x5a);
            Crew.run(rig, 2, (worker, core) -> {
                for (int i = core; i < functions.size(); i += 2) {
                    Tenant tenant = functions.get(i).tenant();
                    for (String entry : List.of("count_up", "across", "take", "grow")) {
                        // Each says by its result that all is as the module has it at first, and leaves it otherwise.
                        byte[] argument = entry.equals("grow") ? number(8) : secret;
                        int status = worker.as(tenant).call("f." + entry, argument);
                        assertEquals(
                                FunctionStatus.OK,
                                status,
                                () -> entry + worker.outcome().error());
                    }
                    worker.functionCore().maintain(System.nanoTime());
                }
                // All but those that were used last have gone, and nobody else was charged for them.
                while (worker.functionCore().isolateCount() > 0) {
                    worker.functionCore().maintain(System.nanoTime());
                }
            });
            assertEquals(0, rig.functions().isolateMemory().bytes());
        }
    }

    /** Isolates come and go while tenants call by chance: a call finds what the last one of the same instance left, or nothing. */
    @Test
    void shouldKeepTenantsApartWhileIsolatesComeAndGo() throws FunctionRefusedException {
        try (Rig rig = rig(Limits.ISOLATES_BYTES_MIN, 20)) {
            List<Function> functions = deployToTenants(rig, 120, "hostile/tally", "f");
            Crew.run(rig, 2, (worker, core) -> {
                SplittableRandom random = new SplittableRandom(core);
                long[] before = new long[functions.size()];
                int anew = 0;
                for (int i = 0; i < CHANCE_CALLS; i++) {
                    // Of its own half, as memory counts the attempts that a conflict ended, too.
                    int chosen = random.nextInt(functions.size() / 2) * 2 + core;
                    Function function = functions.get(chosen);
                    int status = worker.as(function.tenant()).call(function, false, 0);
                    assertEquals(
                            FunctionStatus.OK, status, () -> worker.outcome().error());
                    long inMemory = worker.replyNumbers().getLong(Long.BYTES);
                    assertTrue(inMemory == before[chosen] + 1 || inMemory == TALLY_FIRST, () -> "found " + inMemory);
                    anew += inMemory == TALLY_FIRST ? 1 : 0;
                    before[chosen] = inMemory;
                    worker.functionCore().maintain(System.nanoTime());
                }
                assertTrue(anew > 60, "some were let go and made again");
            });
            long calls = 0;
            for (Function each : functions) {
                calls += Long.parseLong(
                        Objects.requireNonNull(rig.worker().as(each.tenant()).get("tally")));
            }
            assertEquals(2 * CHANCE_CALLS, calls);
        }
    }

    @Test
    void shouldServeManyTenantsAtOnce() throws FunctionRefusedException {
        try (Rig rig = rig(IsolatesConfig.defaults().bytesMax(), PATIENT_MS)) {
            List<Function> functions = deployToTenants(rig, MANY, "hostile/state", COUNT_UP);
            for (Function each : functions) {
                call(rig, each);
            }
            assertEquals(MANY, rig.worker().functionCore().isolateCount());
            for (Function each : functions) {
                assertEquals(
                        FunctionStatus.FAILED,
                        rig.worker().as(each.tenant()).call(each, false, 0),
                        "each finds what it wrote itself");
            }
        }
    }
}
