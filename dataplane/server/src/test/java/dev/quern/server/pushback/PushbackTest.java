package dev.quern.server.pushback;

import static dev.quern.server.pushback.PushbackRig.AMPLE;
import static dev.quern.server.pushback.PushbackRig.bytes;
import static dev.quern.server.pushback.PushbackRig.example;
import static dev.quern.server.pushback.PushbackRig.number;
import static dev.quern.server.pushback.PushbackRig.outcome;
import static dev.quern.server.pushback.PushbackRig.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionModule;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionRunner;
import dev.quern.client.FunctionSpec;
import dev.quern.client.PushedBackCall;
import dev.quern.client.PutOptions;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.protocol.Status;
import dev.quern.pushback.LocalFunctions;
import dev.quern.server.Pushback;
import dev.quern.server.TestModules;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who runs what, and every way in which a call that was sent back can end. */
@Timeout(100)
class PushbackTest {
    /** Does something between the moment at which a call is sent back and that at which it runs. */
    private record Meddling(FunctionRunner runner, Runnable first) implements FunctionRunner {
        @Override
        public boolean offers(String function) {
            return runner.offers(function);
        }

        @Override
        public void keptByServer(String function) {
            runner.keptByServer(function);
        }

        @Override
        public CompletableFuture<FunctionResult> run(PushedBackCall call) {
            return CompletableFuture.runAsync(first).thenCompose(done -> runner.run(call));
        }
    }

    @Test
    void shouldRunNothingAtAClientThatDoesNotAskForIt() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy("count", TestModules.COUNT);
            rig.there().await(rig.there().invoke("count"));
            assertEquals(0, rig.pushedBack());
            rig.here().await(rig.here().invoke("count"));
            assertEquals(1, rig.pushedBack());
            assertEquals(1, rig.functions().ran());
            assertEquals("1", text(rig.here(), "calls"));
            assertEquals("1", text(rig.there(), "calls"));
        }
    }

    @Test
    void shouldRunNothingAtClientsWhereTheOperatorDoesNotAllowIt() {
        try (PushbackRig rig = new PushbackRig(Pushback.NEVER)) {
            rig.deploy("count", TestModules.COUNT);
            rig.here().await(rig.here().invoke("count"));
            assertEquals(0, rig.pushedBack());
            assertEquals(0, rig.functions().ran());
            assertThrows(
                    QuernException.FunctionRefused.class,
                    () -> rig.here().await(rig.here().functions().fetch("count", new byte[0])));
        }
    }

    @Test
    void shouldTellWhatClientsMeasured() {
        try (PushbackRig rig = new PushbackRig(Pushback.NEVER)) {
            rig.deploy("count", TestModules.COUNT);
            assertTrue(told(rig).contains("PUSHBACK  not here: functions.pushback is never"), told(rig));
        }
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy("count", TestModules.COUNT);
            assertTrue(told(rig).contains("no client has offered to run it"), told(rig));
            rig.here().await(rig.here().invoke("count"));
            assertTrue(told(rig).contains("has measured nothing yet"), told(rig));
            rig.here().await(rig.here().invoke("count"));
            assertTrue(
                    told(rig)
                            .lines()
                            .anyMatch(
                                    line -> line.matches(
                                            " +PUSHBACK +[0-9]+ ns, .*; a client measured [0-9]+ us, 1 records in 1 round trips")),
                    told(rig));
            assertTrue(told(rig).contains("runs at PUSHBACK"), told(rig));
            assertEquals(2, rig.functions().ran());
        }
    }

    private static String told(PushbackRig rig) {
        return rig.here().await(rig.here().show("placement count"));
    }

    @Test
    void shouldFetchAModuleOfItsOwnTenantOnly() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.here().await(rig.here().functions().deploy(FunctionSpec.of("count", TestModules.COUNT)));
            byte[] large = TestModules.padded(TestModules.ECHO, 300_000);
            rig.here().await(rig.here().functions().deploy(FunctionSpec.of("large", large)));
            FunctionModule fetched = rig.here().await(rig.here().functions().fetch("count", new byte[0]));
            assertArrayEquals(TestModules.COUNT, fetched.module());
            assertEquals(
                    0,
                    rig.here()
                            .await(rig.here().functions().fetch("count", fetched.sha256()))
                            .module()
                            .length);
            assertArrayEquals(
                    large,
                    rig.here()
                            .await(rig.here().functions().fetch("large", fetched.sha256()))
                            .module());
            assertThrows(
                    QuernException.UnknownFunction.class,
                    () -> rig.there().await(rig.there().functions().fetch("count", new byte[0])));
            rig.here().await(rig.here().functions().pause("count"));
            assertThrows(
                    QuernException.Busy.class,
                    () -> rig.here().await(rig.here().functions().fetch("count", new byte[0])));
            assertThrows(
                    QuernException.Busy.class, () -> rig.here().await(rig.here().invoke("count")));
        }
    }

    @Test
    void shouldRunTheModuleThatIsDeployedByThen() {
        try (PushbackRig rig = new PushbackRig();
                LocalFunctions own = LocalFunctions.open(1)) {
            rig.deploy("f", TestModules.COUNT);
            Runnable replace =
                    () -> rig.here().await(rig.here().functions().replace(FunctionSpec.of("f", TestModules.ECHO)));
            try (QuernClient client = client(rig, new Meddling(own, replace))) {
                FunctionResult result = client.await(client.invoke("f", bytes("new")));
                assertEquals("new", result.text(), "the one sent back is no longer there");
            }
            assertEquals(null, text(rig.here(), "calls"));
        }
    }

    @Test
    void shouldTakeOtherLimitsForAnotherModule() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy("count", TestModules.COUNT);
            rig.here().await(rig.here().invoke("count"));
            rig.deploy(FunctionSpec.of("count", TestModules.COUNT).readOnly());
            assertEquals("status " + Status.FUNCTION_READ_ONLY, outcome(rig.here(), "count"));
            assertEquals("1", text(rig.here(), "calls"));
            rig.here().await(rig.here().functions().remove("count"));
            assertEquals("status " + Status.UNKNOWN_FUNCTION, outcome(rig.here(), "count"));
        }
    }

    private static QuernClient client(PushbackRig rig, FunctionRunner runner) {
        return QuernClient.connect(ClientConfig.builder()
                .address(rig.server().udpAddress())
                .tenant("here")
                .requestTimeout(Duration.ofSeconds(30))
                .functionRunner(runner)
                .build());
    }

    @Test
    void shouldEndAtTheFunctionsDeadlineAndAtTheCallers() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofMillis(200)));
            assertEquals("status " + Status.DEADLINE, outcome(rig.here(), "spin"));
            assertEquals(
                    1, rig.functions().returned(), "records are nearer at the server, which may do it in its time");
            assertEquals(0, rig.functions().ran());
            rig.deploy(FunctionSpec.of("until", TestModules.UNTIL_GO).timeLimit(AMPLE));
            // It reads one record, again and again, from what it read first.
            assertEquals(
                    "status " + Status.DEADLINE,
                    outcome(rig.here(), rig.here().call("until").timeout(Duration.ofMillis(500))));
            assertEquals(1, rig.functions().ran());
            rig.put("default", bytes("go"), bytes(""));
            rig.here().await(rig.here().invoke("until"));
            assertEquals("1", text(rig.here(), "ended"));
        }
    }

    @Test
    void shouldTellTrapsAndFailuresAndWriteNothingOfThem() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy("trap", TestModules.TRAP);
            QuernException trapped = assertThrows(
                    QuernException.FunctionTrapped.class,
                    () -> rig.here().await(rig.here().invoke("trap")));
            assertTrue(trapped.getMessage().contains("function=trap"), trapped.getMessage());
            rig.deploy("count", TestModules.COUNT);
            assertEquals("returned 7 ", outcome(rig.here(), "count.fail"));
            assertEquals(
                    "status " + Status.FUNCTION_READ_ONLY,
                    outcome(rig.here(), rig.here().call("count").readOnly()));
            assertEquals(null, text(rig.here(), "calls"));
            assertEquals("status " + Status.UNKNOWN_FUNCTION, outcome(rig.here(), "count.none"));
            assertEquals(3, rig.functions().ran());
            rig.here().await(rig.here().invoke("count"));
            assertEquals("1", text(rig.here(), "calls"));
        }
    }

    @Test
    void shouldRefuseAReplyThatIsTooLong() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy("big", TestModules.REPLY_FOR_EVER);
            assertEquals("status " + Status.REPLY_TOO_LARGE, outcome(rig.there(), "big"));
            assertEquals("status " + Status.REPLY_TOO_LARGE, outcome(rig.here(), "big"));
            assertEquals(1, rig.functions().ran());
            rig.deploy("echo", TestModules.ECHO);
            byte[] most = new byte[200_000];
            Arrays.fill(most, (byte) 'x');
            assertArrayEquals(
                    most, rig.here().await(rig.here().invoke("echo", most)).reply());
        }
    }

    @Test
    void shouldLeaveToTheServerWhatCannotRunHere() {
        try (PushbackRig rig = new PushbackRig()) {
            // Vector instructions, which Chicory does not have.
            rig.deploy("nearest", example("simd/nearest"));
            rig.orderedTable("vectors");
            byte[] vector = {0, 0, (byte) 0x80, 0x3f};
            rig.put("vectors", bytes("a"), vector);
            String expected = outcome(rig.there(), "nearest", bytes("vectors"), bytes("a"), vector, number(1));
            assertTrue(expected.startsWith("ok"), expected);
            for (int i = 0; i < 3; i++) {
                assertEquals(expected, outcome(rig.here(), "nearest", bytes("vectors"), bytes("a"), vector, number(1)));
            }
            assertEquals(1, rig.functions().returned(), "asked again only after a while");
            assertEquals(0, rig.functions().ran());
            // More records than one transaction can check.
            rig.deploy("lookup", example("lookup"));
            for (int i = 0; i < 1100; i++) {
                rig.put("default", bytes("key-%012d".formatted(i)), bytes("key-%012d".formatted(i + 1)));
            }
            byte[] first = bytes("key-%012d".formatted(0));
            assertEquals(
                    outcome(rig.there(), "lookup", first, number(1090)),
                    outcome(rig.here(), "lookup", first, number(1090)));
            assertEquals(2, rig.functions().returned());
        }
    }

    @Test
    void shouldShareWorkWithItsClientsWhenItHasTooMuch() {
        try (PushbackRig rig = new PushbackRig(Pushback.ADAPTIVE)) {
            rig.deploy("work", TestModules.WORK);
            for (int round = 0; round < 20 && rig.functions().ran() == 0; round++) {
                CompletableFuture<?>[] calls = new CompletableFuture<?>[16];
                for (int i = 0; i < calls.length; i++) {
                    calls[i] = rig.here().invoke("work");
                }
                CompletableFuture.allOf(calls).join();
            }
            assertTrue(rig.functions().ran() > 0, "some went back");
            assertEquals(rig.pushedBack(), rig.functions().ran());
        }
    }

    @Test
    void shouldHaveTheServerRunWhatFindsNoRoom() {
        try (PushbackRig rig = new PushbackRig();
                LocalFunctions own = LocalFunctions.open(1, 1);
                QuernClient client = client(rig, own)) {
            rig.deploy("count", TestModules.COUNT);
            int called = 0;
            for (int round = 0; round < 100 && own.returned() == 0; round++) {
                CompletableFuture<?>[] calls = new CompletableFuture<?>[4];
                for (int i = 0; i < calls.length; i++) {
                    calls[i] = client.invoke("count");
                }
                CompletableFuture.allOf(calls).join();
                called += calls.length;
            }
            assertTrue(own.returned() > 0, "one was there when another came");
            assertEquals(rig.pushedBack(), own.ran() + own.returned());
            assertEquals(String.valueOf(called), text(rig.here(), "calls"), "each once");
        }
    }

    @Test
    void shouldRefuseARunnerWhereNobodyElseDoesTheIo() {
        try (LocalFunctions own = LocalFunctions.open(1)) {
            ClientConfig.Builder config = ClientConfig.builder()
                    .threading(ClientConfig.Threading.INVOKER)
                    .functionRunner(own);
            assertInstanceOf(IllegalArgumentException.class, assertThrows(RuntimeException.class, config::build));
        }
    }

    @Test
    void shouldKeepTimesToLive() {
        try (PushbackRig rig = new PushbackRig()) {
            rig.deploy("counter", example("counter"));
            rig.here()
                    .await(rig.here()
                            .table()
                            .put(bytes("n"), bytes("1"), PutOptions.ALWAYS.expireAfter(Duration.ofHours(1))));
            rig.here().await(rig.here().invoke("counter", bytes("n"), bytes("1")));
            assertEquals("2", text(rig.here(), "n"));
            long ttlMs = rig.here().await(rig.here().table().timeToLive(bytes("n")));
            assertTrue(ttlMs > 1_000_000 && ttlMs <= 3_600_000, () -> "ttl " + ttlMs);
            rig.deploy("ratelimit", example("ratelimit"));
            rig.here().await(rig.here().invoke("ratelimit", bytes("b"), number(10), number(1), number(2)));
            long bucketMs = rig.here().await(rig.here().table().timeToLive(bytes("b")));
            assertTrue(bucketMs > 0 && bucketMs < 60_000_000, () -> "ttl " + bucketMs);
        }
    }
}
