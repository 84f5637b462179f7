package dev.quern.server.pushback;

import static dev.quern.server.pushback.PushbackRig.bytes;
import static dev.quern.server.pushback.PushbackRig.dump;
import static dev.quern.server.pushback.PushbackRig.example;
import static dev.quern.server.pushback.PushbackRig.number;
import static dev.quern.server.pushback.PushbackRig.outcome;
import static dev.quern.server.pushback.PushbackRig.testModule;
import static dev.quern.server.pushback.PushbackRig.wide;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The library's functions at the client and at the server: from call to call the same outcome, and the same records in the end. */
@Timeout(120)
class SameResultsTest {
    private final PushbackRig rig = new PushbackRig();
    private int calls;

    @AfterEach
    void close() {
        try {
            assertTrue(calls > 0);
            assertEquals(calls, rig.functions().ran() + rig.functions().returned(), "each call was sent back");
            assertEquals(0, rig.functions().returned());
        } finally {
            rig.close();
        }
    }

    private String call(String function, byte[]... arguments) {
        String atServer = outcome(rig.there(), function, arguments);
        assertEquals(atServer, outcome(rig.here(), function, arguments), function);
        calls++;
        return atServer;
    }

    private void assertSame(String table, boolean isOrdered) {
        assertEquals(dump(rig.there(), table, isOrdered), dump(rig.here(), table, isOrdered));
    }

    @Test
    void shouldReachAsFarInAGraph() {
        rig.deploy("graph", example("graph"));
        Random random = new Random(11);
        for (int id = 0; id < 60; id++) {
            int[] references = random.ints(random.nextInt(4), 0, 60).toArray();
            ByteBuffer value = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
            value.putInt(references.length);
            for (int reference : references) {
                value.putInt(reference);
            }
            value.putShort((short) 2).put(bytes("ab"));
            byte[] record = new byte[value.flip().remaining()];
            value.get(record);
            byte[] key = ByteBuffer.allocate(5)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 'c')
                    .putInt(id)
                    .array();
            rig.put("default", key, record);
        }
        for (int i = 0; i < 20; i++) {
            call("graph.reach", number(random.nextInt(60)), number(1 + random.nextInt(4)));
        }
        call("graph.reach", number(100), number(2));
        call("graph.most", number(3), number(2), number(5));
        assertEquals(outcome(rig.there(), "graph", number(3)), outcome(rig.here(), "graph", number(3)));
    }

    @Test
    void shouldFollowAChainOfKeys() {
        rig.deploy("lookup", example("lookup"));
        for (int i = 0; i < 40; i++) {
            rig.put("default", bytes("key-%012d".formatted(i)), bytes("key-%012d value".formatted(i + 1)));
        }
        for (int hops : new int[] {0, 1, 2, 16, 40, 41}) {
            call("lookup", bytes("key-%012d".formatted(0)), number(hops));
        }
        call("lookup", bytes(""), number(1));
    }

    @Test
    void shouldCountTheMostFrequent() {
        rig.deploy("topk", example("topk"));
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            call("topk.add", bytes("top"), number(8), bytes("n" + (int) Math.abs(random.nextGaussian() * 9)));
        }
        call("topk.read", bytes("top"), number(8));
        call("topk.read", bytes("none"), number(8));
        call("topk.add", bytes("top"), number(0), bytes("x"));
        assertSame("default", false);
    }

    @Test
    void shouldAggregateOverAPrefix() {
        rig.deploy("aggregate", example("aggregate"));
        rig.orderedTable("sales");
        rig.there().table("hashed");
        rig.here().table("hashed");
        Random random = new Random(1);
        for (int i = 0; i < 150; i++) {
            rig.put(
                    "sales",
                    bytes("p" + Integer.toString(random.nextInt(5000), 5)),
                    bytes(Long.toString(random.nextLong(-1_000_000, 1_000_000))));
        }
        for (String prefix : new String[] {"", "p", "p1", "p12", "p123", "q"}) {
            call("aggregate", bytes("sales"), bytes(prefix));
        }
        call("aggregate", bytes("none"), bytes(""));
        call("aggregate", bytes("hashed"), bytes(""));
        rig.put("sales", bytes("y"), bytes("abc"));
        call("aggregate", bytes("sales"), bytes("y"));
    }

    @Test
    void shouldWalkOverRangesEachWay() {
        rig.deploy("range", example("range"));
        rig.orderedTable("ids");
        Random random = new Random(5);
        for (int i = 0; i < 100; i++) {
            rig.put("ids", bytes("a%03d".formatted(random.nextInt(400))), bytes("v" + i));
        }
        for (int i = 0; i < 40; i++) {
            call(
                    "range",
                    bytes("ids"),
                    bytes(i % 5 == 0 ? "" : "a%02d".formatted(random.nextInt(40))),
                    number(random.nextInt(60)),
                    number(random.nextInt(4)));
        }
        assertSame("ids", true);
    }

    @Test
    void shouldKeepASecondaryIndexInStep() {
        rig.deploy("index", example("index"));
        rig.orderedTable("by-value");
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            byte[] key = bytes("k" + random.nextInt(20));
            byte[] value = bytes("v" + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 -> call("index.remove", bytes("by-value"), key);
                case 1 -> call("index.find", bytes("by-value"), value);
                default -> call("index.put", bytes("by-value"), key, value);
            }
        }
        assertSame("default", false);
        assertSame("by-value", true);
    }

    @Test
    void shouldBookTransfersOnceAndWholly() {
        rig.deploy("ledger", example("ledger"));
        rig.orderedTable("journal");
        byte[] journal = bytes("journal");
        call("ledger.open", journal, bytes("bank"), wide(Long.MIN_VALUE));
        call("ledger.open", journal, bytes("ann"), wide(0));
        call("ledger.open", journal, bytes("bob"), wide(-50));
        call("ledger.open", journal, bytes("ann"), wide(0));
        String[] names = {"bank", "ann", "bob", "eve"};
        Random random = new Random(4);
        for (int i = 0; i < 100; i++) {
            call(
                    "ledger.transfer",
                    journal,
                    bytes(names[random.nextInt(4)]),
                    bytes(names[random.nextInt(4)]),
                    wide(random.nextInt(50)),
                    wide(-1),
                    bytes(random.nextBoolean() ? "" : "id" + random.nextInt(20)));
        }
        for (String name : names) {
            call("ledger.balance", journal, bytes(name));
            call("ledger.check", journal, bytes(name));
        }
        call("ledger.total", journal, bytes("ann"), bytes("bob"), bytes("bank"));
        // Entries have their time in them, of which each place has its own.
        assertEquals(
                dump(rig.there(), "journal", true).keySet(),
                dump(rig.here(), "journal", true).keySet());
    }

    @Test
    void shouldCountAndTransferInDecimalTexts() {
        rig.deploy("counter", example("counter"));
        rig.deploy("transfer", example("transfer"));
        rig.put("default", bytes("odd"), bytes("no number"));
        rig.put("default", bytes("zero"), bytes("00"));
        rig.put("default", bytes("most"), bytes(Long.toString(Long.MAX_VALUE)));
        rig.put("default", bytes("past"), bytes("9223372036854775808"));
        for (String key : new String[] {"a", "b", "odd", "zero", "most", "past", ""}) {
            call("counter", bytes(key), bytes("41"));
            call("counter", bytes(key), bytes("-2"));
            call("transfer", bytes("a"), bytes(key), bytes("7"));
        }
        call("transfer", bytes("a"), bytes("b"), bytes("1000"));
        call("transfer", bytes("a"), bytes("a"), bytes("3"));
        assertSame("default", false);
    }

    @Test
    void shouldCallOtherFunctions() {
        rig.deploy("a", testModule("hostile/calling"));
        rig.deploy("b", testModule("hostile/calling"));
        rig.deploy("echo", example("echo"));
        rig.deploy("counter", example("counter"));
        call("a.pass", bytes("echo"), bytes("one "), bytes("two"));
        call("a.pass", bytes("echo.run"));
        call("a.pass", bytes("counter"), bytes("n"), bytes("41"));
        call("a.tail", bytes("counter"), bytes("n"), bytes("1"));
        call("a.pass", bytes("none"));
        call("a.pass", bytes("echo.none"));
        call("a.pass", bytes("b.pass"), bytes("counter"), bytes("n"), bytes("1"));
        call("a.pass", bytes("a.pass"), bytes("echo"));
        assertSame("default", false);
    }
}
