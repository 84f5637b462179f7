package dev.quern.server.pushback;

import static dev.quern.server.pushback.PushbackRig.AMPLE;
import static dev.quern.server.pushback.PushbackRig.bytes;
import static dev.quern.server.pushback.PushbackRig.example;
import static dev.quern.server.pushback.PushbackRig.wide;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same records written by functions at the server and at clients, all at once: as if one after the other. */
@Timeout(120)
class MixedPlacesTest {
    private static final byte[] JOURNAL = bytes("journal");
    private static final String[] NAMES = {"bank", "ann", "bob", "cyd"};
    private static final int THREADS = 4;
    private static final int ROUNDS = 60;

    private static ByteBuffer call(QuernClient client, String function, byte[]... arguments) {
        return ByteBuffer.wrap(client.await(client.invoke(function, arguments)).reply())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Transfers until it is known to have been booked or refused; the identity makes asking again harmless. */
    private static boolean transfer(QuernClient client, String from, String to, long amount, String id) {
        while (true) {
            try {
                client.await(client.invoke(
                        "ledger.transfer", JOURNAL, bytes(from), bytes(to), wide(amount), wide(-1), bytes(id)));
                return true;
            } catch (QuernException.Conflict again) {
                Thread.onSpinWait();
            } catch (QuernException.FunctionFailed refused) {
                assertEquals(3, refused.code(), "not enough");
                return false;
            }
        }
    }

    @Test
    void shouldStayBalancedWhileBothPlacesTransfer() {
        try (PushbackRig rig = new PushbackRig();
                QuernClient server = rig.client("here", null)) {
            QuernClient here = rig.here();
            here.orderedTable("journal");
            here.await(here.functions()
                    .deploy(FunctionSpec.of("ledger", example("ledger")).timeLimit(AMPLE)));
            for (String name : NAMES) {
                here.await(
                        here.invoke("ledger.open", JOURNAL, bytes(name), wide(name.equals("bank") ? -1_000_000 : 0)));
            }
            AtomicLongArray moved = new AtomicLongArray(NAMES.length);
            AtomicInteger totals = new AtomicInteger();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int seed = thread;
                QuernClient client = thread % 2 == 0 ? here : server;
                all.add(CompletableFuture.runAsync(
                        () -> move(client, seed, moved, totals),
                        task -> Thread.ofPlatform().start(task)));
            }
            all.forEach(CompletableFuture::join);
            assertTrue(totals.get() > 0, "totals were seen");
            assertTrue(rig.functions().ran() >= ROUNDS, "half of it ran here");
            long sum = 0;
            for (int i = 0; i < NAMES.length; i++) {
                long balance =
                        call(server, "ledger.balance", JOURNAL, bytes(NAMES[i])).getLong();
                assertEquals(moved.get(i), balance, NAMES[i]);
                sum += balance;
                ByteBuffer check = call(server, "ledger.check", JOURNAL, bytes(NAMES[i]));
                assertEquals(check.getLong(), check.getLong(), "bookings in the journal");
                assertEquals(0, check.getLong(), "what is wrong with them");
            }
            assertEquals(0, sum);
        }
    }

    private static void move(QuernClient client, int seed, AtomicLongArray moved, AtomicInteger totals) {
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            int from = random.nextInt(NAMES.length);
            int to = (from + 1 + random.nextInt(NAMES.length - 1)) % NAMES.length;
            long amount = 1L + random.nextInt(20);
            if (transfer(client, NAMES[from], NAMES[to], amount, seed + "/" + i)) {
                moved.addAndGet(from, -amount);
                moved.addAndGet(to, amount);
            }
            if (i % 4 == 0) {
                try {
                    ByteBuffer total = call(
                            client, "ledger.total", JOURNAL, bytes("bank"), bytes("ann"), bytes("bob"), bytes("cyd"));
                    assertEquals(0, total.getLong(), "at every moment");
                    totals.incrementAndGet();
                } catch (QuernException.Conflict others) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
