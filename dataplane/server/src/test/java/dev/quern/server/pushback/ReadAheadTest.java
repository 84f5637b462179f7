package dev.quern.server.pushback;

import static dev.quern.server.pushback.PushbackRig.bytes;
import static dev.quern.server.pushback.PushbackRig.example;
import static dev.quern.server.pushback.PushbackRig.number;
import static dev.quern.server.pushback.PushbackRig.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How often functions at a client wait for their records: each test counts, and compares every outcome with the server's own. */
@Timeout(100)
class ReadAheadTest {
    private static final int HOPS = 16;

    private PushbackRig rig;

    @BeforeEach
    void open() {
        // One worker, so that whoever runs a call knows of all the others.
        rig = new PushbackRig(1);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static byte[] key(int number) {
        return bytes("key-%012d".formatted(number));
    }

    private void chain(int... numbers) {
        for (int i = 0; i + 1 < numbers.length; i++) {
            rig.put("default", key(numbers[i]), bytes("key-%012d value".formatted(numbers[i + 1])));
        }
    }

    /** How often one call waited for the server. */
    private long roundTrips(String function, byte[]... arguments) {
        String expected = outcome(rig.there(), function, arguments);
        long before = rig.functions().roundTrips();
        assertEquals(expected, outcome(rig.here(), function, arguments), function);
        return rig.functions().roundTrips() - before;
    }

    @Test
    void shouldAskOnceForDependentReadsThatRepeat() {
        rig.deploy("lookup", example("lookup"));
        int[] numbers = new int[HOPS + 2];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        chain(numbers);
        assertEquals(HOPS, roundTrips("lookup", key(0), number(HOPS)), "each read depends on the one before");
        long records = rig.functions().recordsRead();
        assertEquals(1, roundTrips("lookup", key(0), number(HOPS)));
        assertEquals(1, roundTrips("lookup", key(0), number(HOPS)));
        assertEquals(2 * HOPS, rig.functions().recordsRead() - records);
        assertEquals(1, roundTrips("lookup", key(5), number(HOPS - 5)), "from the midst of it");
    }

    @Test
    void shouldSeeRecordsThatChangedSinceTheyWereLearnt() {
        rig.deploy("lookup", example("lookup"));
        chain(0, 1, 2, 3, 4, 5, 6);
        assertEquals(5, roundTrips("lookup", key(0), number(5)));
        chain(2, 10, 11, 12, 13);
        assertEquals(3, roundTrips("lookup", key(0), number(5)), "up to where it goes another way");
        assertEquals(1, roundTrips("lookup", key(0), number(5)));
    }

    @Test
    void shouldAskOnceForRecordsThatArgumentsName() {
        rig.deploy("transfer", example("transfer"));
        for (int i = 0; i < 20; i++) {
            rig.put("default", bytes("account-" + i), bytes("1000"));
        }
        assertEquals(2, roundTrips("transfer", bytes("account-0"), bytes("account-1"), bytes("7")));
        for (int i = 2; i < 20; i += 2) {
            assertEquals(1, roundTrips("transfer", bytes("account-" + i), bytes("account-" + (i + 1)), bytes("5")));
        }
    }

    @Test
    void shouldAskOnceForALongerListOfRecordsWithAPrefix() {
        rig.deploy("ledger", example("ledger"));
        rig.orderedTable("journal");
        byte[] journal = bytes("journal");
        String[] names = {"ann", "bob", "cid", "dan", "eve", "fay"};
        for (String name : names) {
            roundTrips("ledger.open", journal, bytes(name), PushbackRig.wide(0));
        }
        roundTrips("ledger.total", journal, bytes("ann"), bytes("bob"));
        byte[][] arguments = new byte[names.length + 1][];
        arguments[0] = journal;
        for (int i = 0; i < names.length; i++) {
            arguments[i + 1] = bytes(names[i]);
        }
        long roundTrips = roundTrips("ledger.total", arguments);
        assertTrue(roundTrips < names.length, roundTrips + " round trips for " + names.length + " accounts");
    }

    @Test
    void shouldStopGuessingWhereEachCallGoesAnotherWay() {
        rig.deploy("lookup", example("lookup"));
        Random random = new Random(6);
        int at = 100;
        for (int i = 0; i < 40; i++) {
            int next = at + 10 + random.nextInt(5);
            chain(0, next, next + 1, next + 2, next + 3);
            at = next;
            assertTrue(roundTrips("lookup", key(0), number(4)) <= 4);
        }
        long before = rig.functions().recordsGuessed();
        chain(0, at + 50, at + 51, at + 52, at + 53);
        roundTrips("lookup", key(0), number(4));
        assertEquals(before, rig.functions().recordsGuessed());
    }
}
