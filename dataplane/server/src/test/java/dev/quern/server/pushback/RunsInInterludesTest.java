package dev.quern.server.pushback;

import static dev.quern.server.pushback.PushbackRig.bytes;
import static dev.quern.server.pushback.PushbackRig.example;
import static dev.quern.server.pushback.PushbackRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quern.client.ClientTable;
import dev.quern.client.FunctionResult;
import dev.quern.client.KeyRange;
import dev.quern.client.RangePage;
import dev.quern.server.Await;
import dev.quern.server.TestModules;
import dev.quern.server.loop.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that clients run go on while a function keeps the server's only core. */
@Timeout(100)
class RunsInInterludesTest {
    private static final int ACCOUNTS = 6;

    private final PushbackRig rig = new PushbackRig();

    @BeforeEach
    void open() {
        rig.deploy("until", TestModules.UNTIL_GO);
        rig.deploy("transfer", example("transfer"));
        for (int i = 0; i < ACCOUNTS; i++) {
            rig.put("default", bytes("account-" + i), bytes("1000"));
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private CompletableFuture<FunctionResult> stand() {
        CompletableFuture<FunctionResult> standing = rig.there().invoke("until");
        long before = count(Counter.INTERLUDES);
        Await.until("no function stood still", () -> count(Counter.INTERLUDES) > before + 1);
        return standing;
    }

    private long count(Counter counter) {
        return rig.server().counters().get(counter);
    }

    private void transfer(int from) {
        rig.here()
                .await(rig.here()
                        .invoke("transfer", bytes("account-" + from), bytes("account-" + (from + 1)), bytes("7")));
        assertEquals("993", text(rig.here(), "account-" + from));
        assertEquals("1007", text(rig.here(), "account-" + (from + 1)));
    }

    private void go(CompletableFuture<FunctionResult> standing) {
        rig.there().await(rig.there().table().put(bytes("go"), bytes("1")));
        rig.there().await(standing);
    }

    @Test
    void shouldSendCallsBackAndServeTheirModulesReadsAndCommitsBeforeAFunctionEnds() {
        CompletableFuture<FunctionResult> standing = stand();
        for (int from = 0; from < ACCOUNTS; from += 2) { // For the first one the client fetches the module, too.
            transfer(from);
        }
        assertFalse(standing.isDone(), "all were run before the function ended");
        assertEquals(ACCOUNTS / 2, rig.functions().ran());
        assertEquals(ACCOUNTS / 2, rig.pushedBack());
        go(standing);
        assertEquals(ACCOUNTS / 2 + 1, count(Counter.INVOCATIONS));
    }

    @Test
    void shouldNotKeepThemBehindWhatTheirSessionHasHeld() {
        rig.orderedTable("ordered");
        transfer(0);
        CompletableFuture<FunctionResult> standing = stand();
        long heldBefore = count(Counter.REQUESTS_HELD);
        CompletableFuture<RangePage> held = rig.here().orderedTable("ordered").range(KeyRange.all(), 10, true);
        Await.until("not held", () -> count(Counter.REQUESTS_HELD) > heldBefore);
        transfer(2);
        transfer(4);
        assertFalse(held.isDone(), "a range is not short");
        assertFalse(standing.isDone());
        go(standing);
        assertEquals(0, rig.here().await(held).entries().size());
    }

    @Test
    void shouldNotKeepThemBehindWhatIsHeldOfTheirDatagram() {
        rig.orderedTable("ordered");
        transfer(0);
        ClientTable ordered = rig.here().orderedTable("ordered");
        CompletableFuture<FunctionResult> standing = stand();
        List<CompletableFuture<RangePage>> held = new ArrayList<>();
        // On the thread that sends them, so that they go out together.
        CompletableFuture<Long> between = rig.here().ping().thenCompose(answered -> {
            held.add(ordered.range(KeyRange.all(), 10, true));
            CompletableFuture<Long> sum = rig.here().table().increment(bytes("n"), 1);
            held.add(ordered.range(KeyRange.all(), 10, true));
            return sum;
        });
        assertEquals(1, rig.here().await(between));
        assertFalse(standing.isDone(), "it was answered before the function ended");
        held.forEach(range -> assertFalse(range.isDone()));
        go(standing);
        held.forEach(range -> assertEquals(0, rig.here().await(range).entries().size()));
        assertEquals("1", text(rig.here(), "n"), "done once");
    }
}
