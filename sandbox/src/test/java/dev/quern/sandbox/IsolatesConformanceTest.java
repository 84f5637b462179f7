package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Isolates of many tenants on one core: made when wanted, made ahead, let go when they are too many or too cold. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class IsolatesConformanceTest {
    private static final long QUOTA_BYTES = 1 << 20;
    private static final int SPARES = 3;

    /** A tenth of what a process is to hold, as a test has a tenth of the time. */
    private static final int MANY = 1000;

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
            while (core.maintain() > 0) {
                assertEquals(0, core.isolateCount());
            }
            assertEquals(SPARES, core.spareCount());
            List<Function> functions = deployToTenants(rig, SPARES + 2, "examples/noop", "f");
            for (int i = 0; i < functions.size(); i++) {
                call(rig, functions.get(i));
                assertEquals(Math.max(0, SPARES - i - 1), core.spareCount());
                assertEquals(i + 1, core.isolateCount());
            }
            while (core.maintain() > 0) {
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
                core.maintain();
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
                core.maintain();
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
            core.maintain();
            assertEquals(3, core.isolateCount());
            call(rig, functions.get(1)); // Whoever holds it may call it.
            assertEquals(4, core.isolateCount());
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
