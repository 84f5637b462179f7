package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.TenantConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that are made when a function is deployed and leave nothing, and calls that are counted. */
@Timeout(120)
class DryCallTest {
    private static Manifest calibrated(String name, String... words) throws FunctionRefusedException {
        return Rig.patient(name).withCalibration(CallArguments.parse(List.of(words)));
    }

    private static FunctionInfo described(Rig rig, String name) {
        FunctionInfo info = rig.functions().describe(rig.tenant(), name);
        assertNotNull(info);
        return info;
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldCallBeforeAnybodyDoesAndLeaveNothing(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.deploy(calibrated("counter", "n", "hex:31"), "examples/counter");
            assertNull(rig.worker().get("n"));
            assertEquals(0, described(rig, "counter").calls());
            assertEquals(FunctionStatus.OK, rig.worker().call("counter", bytes("n"), bytes("1")));
            assertEquals("1", rig.worker().replyText());
            assertEquals(List.of(), rig.functions().log(rig.tenant()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldTellTheTenantOfACallThatDidNotEndWell(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.deploy(calibrated("unreachable"), "hostile/unreachable");
            rig.deploy(calibrated("recursion"), "hostile/recursion");
            rig.deploy(calibrated("spin"), "hostile/spin");
            List<String> log = rig.functions().log(rig.tenant());
            assertEquals(3, log.size(), log::toString);
            assertTrue(log.get(0).contains("unreachable did not end well: function trapped"), log::toString);
            assertTrue(log.get(1).contains("call stack exhausted"), log::toString);
            assertTrue(log.get(2).contains("over its deadline"), log::toString);
        }
    }

    @Test
    void shouldTryAFunctionOnBothRuntimesBeforeItIsCalled() throws FunctionRefusedException {
        FunctionsConfig config =
                new FunctionsConfig(Manifest.AUTO, true, Limits.QUANTUM_US_DEFAULT, IsolatesConfig.defaults());
        try (Rig rig = new Rig("graalwasm", config, TenantConfig.defaults())) {
            FunctionInfo info = rig.deploy(calibrated("counter", "n", "1"), "examples/counter");
            assertEquals("chicory", info.runtime());
            HeadStart headStart =
                    rig.function(rig.tenant(), "counter").deployment().headStart();
            assertNotNull(headStart);
            assertTrue(headStart.isSampled());
            assertNull(rig.worker().get("n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldCountCallsAndThoseThatFailed(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.hostile("unreachable");
            rig.example("counter");
            assertEquals(0, described(rig, "counter").calls());
            for (int i = 0; i < 5; i++) {
                rig.worker().call("counter", bytes("n"), bytes("1"));
                rig.worker().call("unreachable");
            }
            try (Rig.Worker second = rig.newWorker()) {
                second.call("counter", bytes("n"), bytes("1"));
                second.call("counter", bytes("n"), bytes("no number"));
            }
            assertEquals(7, described(rig, "counter").calls());
            assertEquals(1, described(rig, "counter").failures());
            assertEquals(5, described(rig, "unreachable").calls());
            assertEquals(5, described(rig, "unreachable").failures());
            rig.functions().deploy(rig.tenant(), Rig.patient("counter"), Rig.module("examples/counter"), true);
            assertEquals(0, described(rig, "counter").calls());
        }
    }

    @Test
    void shouldReadArgumentsAsPeopleWriteThem() throws FunctionRefusedException {
        assertArrayEquals(bytes("plain"), CallArguments.parse("plain"));
        assertArrayEquals(bytes("hex:00"), CallArguments.parse("utf8:hex:00"));
        assertArrayEquals(new byte[] {0, -1}, CallArguments.parse("hex:00fF"));
        assertArrayEquals(new byte[0], CallArguments.parse("hex:"));
        assertArrayEquals(
                new byte[] {2, 0, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0, 0}, CallArguments.parse(List.of("x", "hex:")));
        for (String bad : List.of("hex:0", "hex:zz", "hex:0 0")) {
            String message = assertThrows(FunctionRefusedException.class, () -> CallArguments.parse(bad))
                    .getMessage();
            assertTrue(String.valueOf(message).contains(bad), message);
        }
    }

    @Test
    void shouldRefuseMoreArgumentsThanAreKept() {
        byte[] many = new byte[Limits.SAMPLED_BYTES_MAX + 1];
        String message = assertThrows(
                        FunctionRefusedException.class,
                        () -> Rig.patient("f").withCalibration(many).check())
                .getMessage();
        assertTrue(String.valueOf(message).contains("the limit is " + Limits.SAMPLED_BYTES_MAX), message);
    }
}
