package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A catalogue of functions that mean harm: every runtime contains each of them, names what was wrong, drops what it wrote, and serves
 * the core's other tenants, meanwhile and afterwards. A subclass names its runtime.
 */
abstract class HostileConformanceTest extends RuntimeTest {
    private static final long LIMIT_US = 30_000;
    private static final long PATIENT_US = Rig.PATIENT_US;
    private static final String NOTHING = "";
    private static final String TOO_DEEP =
            "call stack exhausted: calls nest more than " + Limits.STACK_DEPTH_MAX + " deep";

    /** Mappings that a JVM makes for itself meanwhile. */
    private static final int MAPPINGS_SLACK = 200;

    private Tenant other;

    /** What is called, for how long at most, how it ends, and what the error says. */
    static Stream<Arguments> catalogue() {
        return Stream.of(
                of("spin", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("spin.calling", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("spin.after_write", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("initialize", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("bulk", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("recursion", PATIENT_US, FunctionStatus.TRAPPED, TOO_DEEP),
                of("recursion.in_turns", PATIENT_US, FunctionStatus.TRAPPED, TOO_DEEP),
                of("recursion.by_pointer", PATIENT_US, FunctionStatus.TRAPPED, TOO_DEEP),
                of("recursion.tree", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("unreachable", PATIENT_US, FunctionStatus.TRAPPED, NOTHING),
                of("floods.logs", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("floods.tables", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("floods.memory", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("floods.memory_trap", PATIENT_US, FunctionStatus.TRAPPED, NOTHING),
                of("floods.replies", PATIENT_US, FunctionStatus.REPLY_TOO_LARGE, "reply of more than"),
                of("floods.writes", PATIENT_US, FunctionStatus.TRAPPED, "transaction"),
                of("floods.long_writes", PATIENT_US, FunctionStatus.TRAPPED, "transaction"),
                of("floods.same_write", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("floods.reads", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("floods.forged_key", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_key_length", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_negative_length", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_value", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_value_length", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_reply", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_result", PATIENT_US, FunctionStatus.TRAPPED, "write of 8 bytes"),
                of("floods.forged_target", PATIENT_US, FunctionStatus.TRAPPED, "write of"),
                of("floods.forged_name", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("floods.forged_handle", PATIENT_US, FunctionStatus.TRAPPED, "table handle"),
                of("floods.forged_cursor", PATIENT_US, FunctionStatus.TRAPPED, "range cursor -1"),
                of("floods.stale_cursor", PATIENT_US, FunctionStatus.TRAPPED, "is not open"),
                of("wasi_misuse.random", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("wasi_misuse.lines", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("wasi_misuse.forged_vector", PATIENT_US, FunctionStatus.TRAPPED, "out of bounds"),
                of("wasi_misuse.forged_target", PATIENT_US, FunctionStatus.TRAPPED, "write of 16 bytes"),
                of("wasi_misuse.exit", PATIENT_US, FunctionStatus.TRAPPED, "proc_exit"),
                of("wasi_misuse.host", PATIENT_US, FunctionStatus.OK, NOTHING),
                of("table_of_another_type", PATIENT_US, FunctionStatus.TRAPPED, NOTHING),
                of("table_of_nothing", PATIENT_US, FunctionStatus.TRAPPED, NOTHING),
                of("table_growth", LIMIT_US, FunctionStatus.DEADLINE, "over its deadline"),
                of("frames", PATIENT_US, FunctionStatus.TRAPPED, TOO_DEEP));
    }

    private static Arguments of(String function, long limitUs, int status, String error) {
        return Arguments.of(function, limitUs, status, error);
    }

    @BeforeEach
    void openOther() throws FunctionRefusedException {
        other = rig.store().createTenant("other", TenantConfig.defaults());
        rig.functions().deploy(other, Rig.patient("counter"), Rig.module("examples/counter"), false);
        rig.example("counter");
    }

    private void deploy(String function) throws FunctionRefusedException {
        String module = function.replaceFirst("\\..*", "");
        Manifest manifest = Rig.patient(module).withMemoryPagesMax(Limits.MEMORY_PAGES_MAX);
        byte[] made = HostileModules.named(module);
        rig.functions().deploy(rig.tenant(), manifest, made == null ? Rig.module("hostile/" + module) : made, false);
    }

    private void assertOthersAreServed(int calls) {
        assertStatus(FunctionStatus.OK, worker.as(other).call("counter", bytes("n"), bytes("1")));
        assertEquals(Integer.toString(calls), worker.replyText());
        assertStatus(FunctionStatus.OK, worker.as(rig.tenant()).call("counter", bytes("mine"), bytes("1")));
        assertEquals(Integer.toString(calls), worker.replyText());
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void shouldContain(String function, long limitUs, int status, String error) throws FunctionRefusedException {
        deploy(function);
        StoreCore core = worker.storeCore();
        int[] interludes = {0};
        worker.functionCore().interludes((nowNs, unixMs) -> {
            interludes[0]++;
            // Another tenant's get and put, in the midst of it.
            assertEquals(0, other.defaultTable().put(core, bytes("k"), bytes("v" + interludes[0])));
            assertArrayEquals(bytes("v" + interludes[0]), other.defaultTable().get(core, bytes("k")));
        });
        // What runs to its deadline has others served in its midst, once its code is no longer the first of its kind to
        // run.
        boolean isLong = status == FunctionStatus.DEADLINE;
        for (int calls = 1; calls <= 2 || isLong && interludes[0] == 0; calls++) {
            long records = rig.tenant().recordCount();
            assertStatus(status, worker.as(rig.tenant()).call(function, false, limitUs, bytes("argument")));
            assertMentions(error);
            assertFalse(Thread.currentThread().isInterrupted());
            assertEquals(records, rig.tenant().recordCount());
            assertOthersAreServed(calls);
        }
        assertTrue(rig.functions().log(rig.tenant()).size() <= Limits.LOG_LINES_MAX);
        assertEquals(0, rig.functions().log(other).size());
    }

    @Test
    void shouldLetCallsNestAsDeepAsTheyMay() throws FunctionRefusedException {
        deploy("recursion");
        for (int i = 0; i < 3; i++) {
            // The entry and its first call are two.
            byte[] deepest = Rig.number(Limits.STACK_DEPTH_MAX - 2);
            assertStatus(FunctionStatus.OK, worker.call("recursion.down_to", deepest));
            byte[] deeper = Rig.number(Limits.STACK_DEPTH_MAX);
            assertStatus(FunctionStatus.TRAPPED, worker.call("recursion.down_to", deeper));
            assertMentions(TOO_DEEP);
            assertMentions("many locals");
        }
    }

    @Test
    void shouldServeOthersFromTheBottomOfARecursion() throws FunctionRefusedException {
        deploy("recursion");
        StoreCore core = worker.storeCore();
        int[] served = {0};
        worker.functionCore().interludes((nowNs, unixMs) -> {
            // More stack than any request takes.
            assertEquals(2000, nest(2000));
            assertEquals(0, other.defaultTable().put(core, bytes("k"), bytes("v")));
            served[0]++;
        });
        for (int calls = 0; calls < 10 || served[0] == 0; calls++) {
            assertStatus(FunctionStatus.TRAPPED, worker.as(rig.tenant()).call("recursion.in_turns"));
        }
        assertArrayEquals(bytes("v"), worker.as(other).get(bytes("k")));
    }

    private static int nest(int depth) {
        return depth == 0 ? 0 : 1 + nest(depth - 1);
    }

    @Test
    void shouldGiveBackWhatTrapsInALoopTook() throws FunctionRefusedException, IOException {
        deploy("unreachable");
        long before = 0;
        for (int i = 0; i < 300; i++) {
            if (i == 100) {
                before = mappings();
            }
            assertStatus(FunctionStatus.TRAPPED, worker.as(rig.tenant()).call("unreachable"));
        }
        assertOthersAreServed(1);
        long after = mappings();
        assertTrue(after < before + MAPPINGS_SLACK, "mappings: " + before + ", then " + after);
    }

    private static long mappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.count();
        }
    }
}
