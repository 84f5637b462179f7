package dev.quern.server.pushback;

import static dev.quern.server.pushback.PushbackRig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientTable;
import dev.quern.client.KeyRange;
import dev.quern.client.QuernClient;
import dev.quern.client.TransactionResult;
import dev.quern.protocol.RangeDigest;
import dev.quern.protocol.Status;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** CHECK_RANGE: whatever changes in a range is found out, and nothing else. */
@Timeout(60)
class RangeCheckTest {
    private static long digest(String... keysAndValues) {
        RangeDigest digest = new RangeDigest();
        for (String each : keysAndValues) {
            digest.add(MemorySegment.ofArray(bytes(each)), 0, bytes(each).length);
        }
        return digest.value();
    }

    private static int check(QuernClient client, ClientTable table, KeyRange range, int count, long digest) {
        TransactionResult result = client.await(client.transaction()
                .checkRange(table, range, count, digest)
                .put(client.table(), bytes("done"), bytes("yes"))
                .commit());
        assertTrue(result.committed() || result.failedOperation() == 0);
        return result.failure();
    }

    @Test
    void shouldHoldForWhatIsThereAndForNothingElse() {
        try (PushbackRig rig = new PushbackRig()) {
            QuernClient client = rig.there();
            ClientTable table = client.orderedTable("t");
            for (String key : new String[] {"a", "b", "c", "d"}) {
                client.await(table.put(bytes(key), bytes(key + key)));
            }
            KeyRange inner = KeyRange.all().after(bytes("a")).upTo(bytes("c"));
            long held = digest("b", "bb", "c", "cc");
            assertEquals(Status.OK, check(client, table, inner, 2, held));
            assertEquals(Status.OK, check(client, table, inner.backwards(), 2, digest("c", "cc", "b", "bb")));
            assertEquals(Status.OK, check(client, table, KeyRange.all().after(bytes("d")), 0, digest()));
            assertEquals(Status.CONFLICT, check(client, table, inner, 2, held + 1));
            assertEquals(Status.CONFLICT, check(client, table, inner, 1, held));
            assertEquals(Status.CONFLICT, check(client, table, inner, 3, held));
            assertEquals(Status.CONFLICT, check(client, table, inner.backwards(), 2, held));
            // Outside of it: none of its business.
            client.await(table.put(bytes("cc"), bytes("x")));
            client.await(table.delete(bytes("a")));
            assertEquals(Status.OK, check(client, table, inner, 2, held));
            client.await(table.put(bytes("bb"), bytes("x")));
            assertEquals(Status.CONFLICT, check(client, table, inner, 2, held));
            client.await(table.delete(bytes("bb")));
            assertEquals(Status.OK, check(client, table, inner, 2, held));
            client.await(table.put(bytes("b"), bytes("BB")));
            assertEquals(Status.CONFLICT, check(client, table, inner, 2, held));
            assertEquals(Status.BAD_REQUEST, check(client, client.table("hashed"), inner, 2, held));
        }
    }

    @Test
    void shouldSeeWhatItsOwnTransactionWrote() {
        try (PushbackRig rig = new PushbackRig()) {
            QuernClient client = rig.there();
            ClientTable table = client.orderedTable("t");
            client.await(table.put(bytes("a"), bytes("1")));
            TransactionResult result = client.await(client.transaction()
                    .put(table, bytes("b"), bytes("2"))
                    .checkRange(table, KeyRange.all(), 2, digest("a", "1", "b", "2"))
                    .commit());
            assertTrue(result.committed());
        }
    }
}
