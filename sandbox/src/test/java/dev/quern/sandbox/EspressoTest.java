package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only Espresso has: whose functions it runs, jars, and ends that functions catch. */
@Timeout(300)
class EspressoTest extends RuntimeTest {
    @Override
    String runtime() {
        return "espresso";
    }

    private static Manifest espresso(String name) {
        return Rig.patient(name).withRuntime("espresso");
    }

    private void assertRefused(Tenant tenant, byte[] module, String... parts) {
        FunctionRefusedException refused = assertThrows(
                FunctionRefusedException.class, () -> rig.functions().deploy(tenant, espresso("f"), module, false));
        for (String part : parts) {
            assertTrue(refused.getMessage().contains(part), refused.getMessage());
        }
        assertEquals(0, rig.functions().list(tenant).size());
    }

    @Test
    void shouldRunForTenantsThatAreTrustedAndNoOthers() throws FunctionRefusedException {
        Tenant other = rig.store().createTenant("other", TenantConfig.defaults());
        assertRefused(other, Rig.jar("examples/noop"), "trusted_runtimes", "other");
        rig.functions().trust(other, "java");
        assertRefused(other, Rig.jar("examples/noop"), "trusted_runtimes", "other");
        rig.functions().trust(other, "espresso");
        rig.functions().deploy(other, espresso("echo"), Rig.jar("examples/echo"), false);
        assertStatus(FunctionStatus.OK, worker.as(other).call("echo", bytes("trusted")));
        assertEquals("trusted", worker.replyText());
    }

    @Test
    void shouldBeNobodysDefault() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Functions.open(new FunctionsConfig("espresso", false, 50)));
        assertTrue(String.valueOf(refused.getMessage()).contains("does not isolate"), refused.getMessage());
    }

    @Test
    void shouldRefuseWhatIsNoFunction() {
        assertRefused(rig.tenant(), Rig.module("examples/noop"), "not a jar");
        assertRefused(rig.tenant(), new byte[0], "not a jar");
    }

    @Test
    void shouldEndAFunctionThatCatchesItsEnd() throws FunctionRefusedException {
        rig.hostile("unreachable");
        assertStatus(FunctionStatus.TRAPPED, worker.call("unreachable.catches"));
        assertMentions("777");
        assertNull(worker.get("unreachable"));
        rig.hostile("spin");
        assertStatus(FunctionStatus.DEADLINE, worker.call("spin.catching", false, 20_000));
        assertStatus(FunctionStatus.DEADLINE, worker.call("spin.catching", false, 20_000));
    }

    /** Calls function {@code echo} with a list of one argument, and replies what that replied; then random bytes. */
    public static final class Calling implements Entry {
        private final Buffer list = new Buffer(64);
        private final Buffer bytes = new Buffer(32);
        private final View answer = new View();

        @Override
        public int run(Call call) {
            int status = call.call(Buffer.of("echo"), list.list().item(Buffer.of("from within")));
            if (status != Call.OK || call.callResult() != 0 || call.callReply(answer) != 11) {
                return 1;
            }
            call.reply(answer);
            return call.random(bytes, 32) == Call.OK && bytes.length() == 32 ? 0 : 2;
        }
    }

    @Test
    void shouldCallFunctionsAndAskForRandomBytes() throws FunctionRefusedException, IOException {
        rig.example("echo");
        byte[] jar = JavaRuntimeTest.jar(Calling.class.getName(), Calling.class);
        rig.functions().deploy(rig.tenant(), espresso("calling"), jar, false);
        assertStatus(FunctionStatus.OK, worker.call("calling"));
        assertEquals("from within", worker.replyText());
    }

    @Test
    void shouldHaveCallersComeAgainUntilAContextIsThere() throws FunctionRefusedException {
        rig.example("noop");
        Function noop = rig.function(rig.tenant(), "noop");
        List<Rig.Worker> workers = new ArrayList<>();
        try {
            boolean hadToWait = false;
            // Faster than contexts are made: each core takes one for itself.
            while (!hadToWait) {
                Rig.Worker next = rig.newWorker();
                workers.add(next);
                int status = next.invoke(rig.tenant().defaultTable(), noop, false, 0, Integer.BYTES);
                hadToWait = next.isNotReady(status);
                assertTrue(
                        hadToWait || status == FunctionStatus.OK, next.outcome().error());
            }
            assertStatus(FunctionStatus.OK, workers.getLast().call("noop"));
        } finally {
            workers.forEach(Rig.Worker::close);
        }
    }
}
