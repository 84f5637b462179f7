package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Bloom filter: never a false "no", false "yes" as seldom as it says, and nothing lost while cores compete. */
@Timeout(120)
class BloomTest {
    private static final byte[] KEY = bytes("seen");
    private static final int BATCH = 50;

    private static void assertOk(Rig.Worker worker, int status) {
        assertEquals(FunctionStatus.OK, status, () -> worker.outcome().error());
    }

    private static void assertReturned(Rig.Worker worker, int code, int status) {
        assertEquals(FunctionStatus.FAILED, status, () -> worker.outcome().error());
        assertEquals(code, worker.outcome().resultCode());
    }

    private static byte[][] arguments(int from, int count) {
        byte[][] arguments = new byte[1 + count][];
        arguments[0] = KEY;
        for (int i = 0; i < count; i++) {
            // Of all lengths around the eight bytes that are hashed at a time.
            arguments[1 + i] = bytes(Integer.toString(from + i, 3));
        }
        return arguments;
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldHoldWhatWasAddedAndLittleElse(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Rig.Worker worker = rig.worker();
            rig.example("bloom");
            int items = 10_000;
            assertReturned(worker, 2, worker.call("bloom.test", KEY, bytes("x")));
            assertOk(worker, worker.call("bloom.make", KEY, number(items), number(10)));
            assertReturned(worker, 2, worker.call("bloom.make", KEY, number(items), number(10)));
            assertOk(worker, worker.call("bloom.test", arguments(0, BATCH)));
            assertArrayEquals(new byte[BATCH], worker.reply());
            int known = 0;
            for (int i = 0; i < items; i += BATCH) {
                assertOk(worker, worker.call("bloom.add", arguments(i, BATCH)));
                for (byte isNew : worker.reply()) {
                    known += 1 - isNew;
                }
            }
            assertTrue(known < items / 100, known + " were taken to be there");
            int falselyThere = 0;
            for (int i = 0; i < 2 * items; i += BATCH) {
                assertOk(worker, worker.call("bloom.test", arguments(i, BATCH)));
                for (byte isThere : worker.reply()) {
                    if (i < items) {
                        assertEquals(1, isThere);
                    } else {
                        falselyThere += isThere;
                    }
                }
            }
            assertTrue(falselyThere > 0 && falselyThere < items * 15 / 1000, falselyThere + " of " + items);
            assertReturned(worker, 1, worker.call("bloom.add", KEY, new byte[4097]));
            assertReturned(worker, 1, worker.call("bloom.make", bytes("n"), number(0), number(10)));
            assertReturned(worker, 1, worker.call("bloom.make", bytes("n"), number(1), number(65)));
            assertReturned(worker, 1, worker.call("bloom.make", bytes("n"), number(-1), number(64)));
            assertReturned(worker, 1, worker.call("bloom.make", new byte[513], number(1), number(1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldSayOfNothingTwiceThatItIsNew(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.example("bloom");
            assertOk(rig.worker(), rig.worker().call("bloom.make", KEY, number(500), number(16)));
            Set<Integer> fresh = new HashSet<>();
            Crew.run(rig, 3, (worker, core) -> {
                Random random = new Random(core);
                for (int i = 0; i < 600; i++) {
                    int item = random.nextInt(400);
                    int status = worker.call("bloom.add", arguments(item, 1));
                    assertTrue(status == FunctionStatus.OK || status == FunctionStatus.CONFLICT);
                    if (status == FunctionStatus.OK && worker.reply()[0] == 1) {
                        synchronized (fresh) {
                            assertTrue(fresh.add(item), () -> item + " was new twice");
                        }
                    }
                }
            });
            for (int item : fresh) {
                assertOk(rig.worker(), rig.worker().call("bloom.test", arguments(item, 1)));
                assertEquals(1, rig.worker().reply()[0]);
            }
        }
    }
}
