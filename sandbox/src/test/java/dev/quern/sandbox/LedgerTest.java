package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger: each way in which a transfer goes or does not go, and what always holds while cores compete. */
@Timeout(120)
class LedgerTest {
    private static final byte[] JOURNAL = bytes("journal");
    private static final long ANY = -1;

    private static Rig open(String runtime) throws FunctionRefusedException {
        Rig rig = new Rig(runtime);
        rig.tenant().createTable("journal", TableConfig.defaults().withKind(TableKind.ORDERED));
        rig.example("ledger");
        return rig;
    }

    private static byte[] wide(long number) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
    }

    private static void assertOk(Rig.Worker worker, int status) {
        assertEquals(FunctionStatus.OK, status, () -> worker.outcome().error());
    }

    private static void assertReturned(Rig.Worker worker, int code, int status) {
        assertEquals(FunctionStatus.FAILED, status, () -> worker.outcome().error());
        assertEquals(code, worker.outcome().resultCode());
    }

    private static void account(Rig.Worker worker, String name, long floor) {
        assertOk(worker, worker.call("ledger.open", JOURNAL, bytes(name), wide(floor)));
    }

    private static int transfer(Rig.Worker worker, String from, String to, long amount, long expected, String id) {
        return worker.call("ledger.transfer", JOURNAL, bytes(from), bytes(to), wide(amount), wide(expected), bytes(id));
    }

    private static long balance(Rig.Worker worker, String name) {
        assertOk(worker, worker.call("ledger.balance", JOURNAL, bytes(name)));
        return worker.replyNumbers().getLong();
    }

    private static void assertSound(Rig.Worker worker, String name) {
        assertOk(worker, worker.call("ledger.check", JOURNAL, bytes(name)));
        assertSound(worker.replyNumbers());
    }

    private static void assertSound(ByteBuffer check) {
        long bookings = check.getLong();
        assertEquals(bookings, check.getLong(), "bookings in the journal");
        assertEquals(0, check.getLong(), "what is wrong with them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldTransferOnceAndWholly(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            Rig.Worker worker = rig.worker();
            account(worker, "bank", Long.MIN_VALUE);
            account(worker, "ann", 0);
            account(worker, "bob", -50);
            assertReturned(worker, 2, worker.call("ledger.open", JOURNAL, bytes("ann"), wide(0)));
            assertReturned(worker, 1, worker.call("ledger.open", JOURNAL, bytes("eve"), wide(1)));
            assertReturned(worker, 1, worker.call("ledger.open", bytes("none"), bytes("eve"), wide(0)));

            assertOk(worker, transfer(worker, "bank", "ann", 100, ANY, ""));
            assertOk(worker, transfer(worker, "ann", "bob", 30, 1, "rent 1"));
            assertEquals(2, worker.replyNumbers().getLong());
            assertEquals(70, worker.replyNumbers().getLong(8));
            // The same again is the same, whatever happened since; with another amount it is another transfer.
            assertOk(worker, transfer(worker, "bank", "ann", 1, ANY, ""));
            assertOk(worker, transfer(worker, "ann", "bob", 30, 1, "rent 1"));
            assertEquals(70, worker.replyNumbers().getLong(8));
            assertReturned(worker, 5, transfer(worker, "ann", "bob", 31, 1, "rent 1"));
            assertReturned(worker, 5, transfer(worker, "bob", "ann", 30, 1, "rent 1"));

            assertReturned(worker, 4, transfer(worker, "ann", "bob", 1, 2, ""));
            assertReturned(worker, 3, transfer(worker, "ann", "bob", 72, ANY, "too much"));
            assertReturned(worker, 3, transfer(worker, "bob", "ann", 81, ANY, ""));
            assertOk(worker, transfer(worker, "bob", "ann", 80, ANY, ""));
            assertReturned(worker, 2, transfer(worker, "ann", "eve", 1, ANY, ""));
            assertReturned(worker, 1, transfer(worker, "ann", "ann", 1, ANY, ""));
            assertReturned(worker, 1, transfer(worker, "ann", "bob", 0, ANY, ""));
            assertReturned(worker, 1, transfer(worker, "ann", "bob", -5, ANY, ""));
            assertReturned(worker, 3, transfer(worker, "bank", "ann", Long.MAX_VALUE, ANY, ""));
            assertOk(worker, transfer(worker, "ann", "bob", 72, ANY, "too much"));

            assertEquals(79, balance(worker, "ann"));
            assertEquals(22, balance(worker, "bob"));
            assertEquals(-101, balance(worker, "bank"));
            assertOk(worker, worker.call("ledger.total", JOURNAL, bytes("ann"), bytes("bob"), bytes("bank")));
            assertEquals(0, worker.replyNumbers().getLong());
            for (String name : List.of("ann", "bob", "bank")) {
                assertSound(worker, name);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldTellAnAccountsHistoryInOrder(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            Rig.Worker worker = rig.worker();
            // Names of which one begins with the other, and a name that looks like a number.
            for (String name : List.of("a", "aa", "a\0\0\0\0\0\0\0\1")) {
                account(worker, name, -1_000_000);
            }
            List<String> expected = new ArrayList<>();
            long balance = 0;
            for (int i = 1; i <= 300; i++) {
                String other = i % 2 == 0 ? "aa" : "a\0\0\0\0\0\0\0\1";
                boolean isIn = i % 3 == 0;
                assertOk(
                        worker,
                        isIn ? transfer(worker, other, "a", i, ANY, "") : transfer(worker, "a", other, 1, ANY, ""));
                balance += isIn ? i : -1;
                expected.add(i + " " + (isIn ? i : -1) + " " + balance + " " + other);
            }
            List<String> told = new ArrayList<>();
            for (long first = 1; first <= 300; first += 7) {
                assertOk(worker, worker.call("ledger.history", JOURNAL, bytes("a"), wide(first), number(7)));
                ByteBuffer reply = worker.replyNumbers();
                while (reply.hasRemaining()) {
                    String entry = reply.getLong() + " " + reply.getLong() + " " + reply.getLong() + " ";
                    assertTrue(reply.getLong() > 0, "time");
                    assertTrue(reply.getLong() > 0, "the other's number");
                    byte[] other = new byte[reply.getInt()];
                    reply.get(other);
                    told.add(entry + new String(other, StandardCharsets.UTF_8));
                }
            }
            assertEquals(expected, told);
            assertSound(worker, "a");
            assertSound(worker, "aa");
        }
    }

    /** At every moment all balances together are zero and every account is sound; no transfer is lost or booked twice. */
    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldStayBalancedWhileCoresTransfer(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            List<String> names = List.of("bank", "ann", "bob", "cyd", "dee");
            byte[][] all = new byte[1 + names.size()][];
            all[0] = JOURNAL;
            for (int i = 0; i < names.size(); i++) {
                account(rig.worker(), names.get(i), i == 0 ? -1_000_000 : 0);
                all[1 + i] = bytes(names.get(i));
            }
            int rounds = 500;
            long[][] sent = new long[3][names.size()];
            Crew.run(rig, 3, (worker, core) -> {
                Random random = new Random(core);
                for (int i = 0; i < rounds; i++) {
                    int from = random.nextInt(names.size());
                    int to = (from + 1 + random.nextInt(names.size() - 1)) % names.size();
                    long amount = 1L + random.nextInt(20);
                    String id = core + "/" + i;
                    int status = transfer(worker, names.get(from), names.get(to), amount, ANY, id);
                    // Whoever is not sure asks again: it counts once.
                    for (int again = 0; again < 100 && (status == FunctionStatus.CONFLICT || again == 0); again++) {
                        status = transfer(worker, names.get(from), names.get(to), amount, ANY, id);
                    }
                    if (status == FunctionStatus.OK) {
                        sent[core][from] -= amount;
                        sent[core][to] += amount;
                    } else {
                        assertReturned(worker, 3, status);
                    }
                    int looked = i % 2 == 0
                            ? worker.call("ledger.total", all)
                            : worker.call("ledger.check", JOURNAL, bytes(names.get(from)));
                    if (looked == FunctionStatus.OK && i % 2 == 0) {
                        assertEquals(0, worker.replyNumbers().getLong());
                    } else if (looked == FunctionStatus.OK) {
                        assertSound(worker.replyNumbers());
                    } else {
                        assertEquals(
                                FunctionStatus.CONFLICT,
                                looked,
                                () -> worker.outcome().error());
                    }
                }
            });
            for (int i = 0; i < names.size(); i++) {
                assertSound(rig.worker(), names.get(i));
                assertEquals(sent[0][i] + sent[1][i] + sent[2][i], balance(rig.worker(), names.get(i)));
            }
        }
    }
}
