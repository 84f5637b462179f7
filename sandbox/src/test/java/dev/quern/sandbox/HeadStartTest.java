package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.kvstore.TenantConfig;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Functions that begin on Chicory while GraalWasm compiles them aside. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class HeadStartTest {
    private static final long TRIED_MAX_NS = TimeUnit.SECONDS.toNanos(20);

    private Rig rig;

    @BeforeEach
    void open() {
        rig = new Rig(
                Manifest.AUTO,
                new FunctionsConfig(Manifest.AUTO, true, Limits.QUANTUM_US_DEFAULT, IsolatesConfig.defaults()),
                TenantConfig.defaults());
        assumeTrue(rig.functions().report().isCompiledByGraal(), "without Graal there is one runtime");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Deployment deploy(Manifest manifest, String module) throws FunctionRefusedException {
        rig.functions().deploy(rig.tenant(), manifest, Rig.module(module), true);
        Deployment deployed = rig.functions().of(rig.tenant()).deployment(manifest.name());
        assertNotNull(deployed);
        return deployed;
    }

    private void assertCall(int expected, String function, byte[]... arguments) {
        assertEquals(
                expected,
                rig.worker().call(function, arguments),
                () -> rig.worker().outcome().error());
    }

    @Test
    void shouldBeginOnTheRuntimeThatIsFastAtOnceAndGoOverWithWhatItRemembers() throws FunctionRefusedException {
        Deployment deployment = deploy(Rig.patient("state"), "hostile/state");
        HeadStart headStart = deployment.headStart();
        assertNotNull(headStart);
        assertEquals("chicory", deployment.runtimeNow().name());
        assertCall(FunctionStatus.OK, "state.count_up");
        assertCall(FunctionStatus.FAILED, "state.count_up");
        assertCall(FunctionStatus.OK, "state.grow", number(2));
        assertCall(FunctionStatus.OK, "state.grow", number(0));
        int grownTo = rig.worker().replyNumbers().getInt();
        assertCall(FunctionStatus.OK, "state.look_at_grown");
        headStart.end();
        rig.functions().changed();
        rig.worker().functionCore().maintain(System.nanoTime());
        assertEquals("graalwasm", deployment.runtimeNow().name());
        assertCall(FunctionStatus.FAILED, "state.count_up"); // for it remembers
        assertCall(FunctionStatus.OK, "state.look_at_grown");
        assertCall(FunctionStatus.OK, "state.grow", number(0));
        assertEquals(grownTo, rig.worker().replyNumbers().getInt());
    }

    @Test
    void shouldForgetAtTheTurnWhatIsFresh() throws FunctionRefusedException {
        Deployment deployment = deploy(Rig.patient("state").withFresh(true), "hostile/state");
        assertCall(FunctionStatus.OK, "state.count_up");
        Objects.requireNonNull(deployment.headStart()).end();
        rig.functions().changed();
        rig.worker().functionCore().maintain(System.nanoTime());
        assertCall(FunctionStatus.OK, "state.count_up");
        assertCall(FunctionStatus.OK, "state.count_up");
    }

    @Test
    void shouldBeginOnTheRuntimeInForceWhatCallsOthersAndTakeThoseAlong() throws FunctionRefusedException {
        deploy(Rig.patient("state"), "hostile/state");
        assertNull(deploy(Rig.patient("calling"), "hostile/calling").headStart());
        assertCall(FunctionStatus.OK, "state.count_up");
        assertCall(FunctionStatus.OK, "calling.pass", bytes("state.count_up"));
        ByteBuffer passed = rig.worker().replyNumbers();
        assertEquals(FunctionStatus.FAILED, passed.getInt());
        assertEquals(1, passed.getInt()); // for it remembers
        assertCall(FunctionStatus.FAILED, "state.count_up");
        assertEquals(1, rig.worker().functionCore().isolateCount());
    }

    @Test
    void shouldNeitherLoseNorRepeatACallInTheMidstOfTraffic() throws FunctionRefusedException {
        Deployment deployment = deploy(Rig.patient("tally"), "hostile/tally");
        int calls = 0;
        int after = 0;
        long endNs = System.nanoTime() + TRIED_MAX_NS;
        while (after < 1000 && System.nanoTime() < endNs) {
            assertCall(FunctionStatus.OK, "tally");
            calls++;
            ByteBuffer counts = rig.worker().replyNumbers();
            assertEquals(calls, counts.getLong());
            assertEquals(40 + calls, counts.getLong());
            rig.worker().functionCore().maintain(System.nanoTime());
            after += deployment.runtimeNow().name().equals("graalwasm") ? 1 : 0;
        }
        assertEquals(1, rig.worker().functionCore().isolateCount());
    }

    @Test
    void shouldDropWhatIsWrittenAside() throws FunctionRefusedException {
        Deployment deployment = deploy(Rig.patient("counter"), "examples/counter");
        int calls = 0;
        long endNs = System.nanoTime() + TRIED_MAX_NS;
        while (!deployment.runtimeNow().equals(deployment.runtime()) && System.nanoTime() < endNs) {
            assertCall(FunctionStatus.OK, "counter", bytes("visits"), bytes("1"));
            rig.worker().functionCore().maintain(System.nanoTime());
            calls++;
        }
        assertEquals(Integer.toString(calls), rig.worker().get("visits"));
        assertCall(FunctionStatus.OK, "counter", bytes("visits"), bytes("1"));
        assertEquals(Integer.toString(calls + 1), rig.worker().get("visits"));
    }

    @Test
    void shouldGoOverWhenWhatIsTriedTrapsEachTime() throws FunctionRefusedException {
        Deployment deployment = deploy(Rig.patient("unreachable"), "hostile/unreachable");
        String first = deployment.info().entries().getFirst();
        assertCall(FunctionStatus.TRAPPED, "unreachable." + first);
        while (!deployment.runtimeNow().equals(deployment.runtime())) {
            assertCall(FunctionStatus.TRAPPED, "unreachable." + first);
        }
        rig.worker().functionCore().maintain(System.nanoTime());
        assertCall(FunctionStatus.TRAPPED, "unreachable." + first);
    }

    @Test
    void shouldTryAnotherCallWhenTheFirstTraps() throws FunctionRefusedException {
        HeadStart headStart = Objects.requireNonNull(
                deploy(Rig.patient("unreachable"), "hostile/unreachable").headStart());
        assertCall(FunctionStatus.TRAPPED, "unreachable.run");
        String tried = "unreachable.run";
        while (!tried.equals("unreachable.fails")) {
            assertCall(FunctionStatus.FAILED, "unreachable.fails");
            rig.worker().functionCore().maintain(System.nanoTime());
            HeadStart.Sample sample = headStart.sample();
            tried = sample == null ? "" : sample.function().name();
        }
    }

    @Test
    void shouldStayWhereAManifestPutsIt() throws FunctionRefusedException {
        assertNull(deploy(Rig.patient("noop").withRuntime("graalwasm"), "examples/noop")
                .headStart());
        assertNull(deploy(Rig.patient("noop").withRuntime("chicory"), "examples/noop")
                .headStart());
        // Chicory has no vector instructions.
        assertNull(deploy(Rig.patient("vector"), "hostile/vector").headStart());
    }
}
