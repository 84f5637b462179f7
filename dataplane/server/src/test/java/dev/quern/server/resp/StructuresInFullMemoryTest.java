package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.WhenFull;
import dev.quern.server.Await;
import dev.quern.server.TenantSettings;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hashes and sorted sets in a tenant whose memory is used up: a command is done as a whole or not at all. */
@Timeout(110)
class StructuresInFullMemoryTest {
    private static final long QUOTA_BYTES = 4 << 20;
    private static final int COMMANDS_MAX = 100_000;
    private static final int SETS = 1_000;
    private static final int MEMBERS = 40;

    @Test
    void shouldRefuseAWriteAsAWholeAndTakeMemoryBack() throws IOException {
        try (RespRig quern = RespRig.with(new TenantSettings("default", "", QUOTA_BYTES, WhenFull.REFUSE));
                RespSocket client = quern.connect()) {
            Random random = new Random(3);
            String reply = "";
            long members = 0;
            long fields = 0;
            while (!reply.startsWith("-OOM") && members + fields < COMMANDS_MAX) {
                String name = "n" + random.nextLong();
                boolean isMember = random.nextBoolean();
                reply = isMember
                        ? client.call("ZADD", "set", Integer.toString(random.nextInt()), name)
                        : client.call("HSET", "hash", name, "v");
                if (reply.equals(":1\r\n")) {
                    members += isMember ? 1 : 0;
                    fields += isMember ? 0 : 1;
                }
            }
            assertTrue(reply.startsWith("-OOM"), reply);
            assertEquals(":" + members + "\r\n", client.call("ZCARD", "set"));
            assertTrue(client.call("ZRANGE", "set", "0", "-1").startsWith("*" + members + "\r\n"));
            assertEquals(":" + fields + "\r\n", client.call("HLEN", "hash"));
            assertTrue(client.call("HKEYS", "hash").startsWith("*" + fields + "\r\n"));

            assertEquals(":1\r\n", client.call("DEL", "set"));
            assertEquals(":1\r\n", client.call("DEL", "hash"));
            Tenant tenant = Objects.requireNonNull(quern.server().store().tenant("default"));
            Await.until("the elements are gone", () -> tenant.liveBytes() == 0);
            assertEquals(":1\r\n", client.call("ZADD", "set", "1", "member"));
        }
    }

    @Test
    void shouldEvictSortedSetsAsAWhole() throws IOException {
        try (RespRig quern = RespRig.with(new TenantSettings("default", "", QUOTA_BYTES, WhenFull.EVICT));
                RespSocket client = quern.connect()) {
            Random random = new Random(4);
            int written = 0;
            for (int command = 0; command < SETS * MEMBERS; command++) {
                String key = "set" + command / MEMBERS;
                String reply = client.call("ZADD", key, Integer.toString(random.nextInt()), "member" + command);
                // Memory of what was evicted comes back a moment later.
                assertTrue(reply.equals(":1\r\n") || reply.startsWith("-OOM"), reply);
                written += reply.equals(":1\r\n") ? 1 : 0;
            }
            int there = 0;
            for (int set = 0; set < SETS; set++) {
                String card = client.call("ZCARD", "set" + set);
                int members = Integer.parseInt(card.substring(1).strip());
                String range = client.call("ZRANGE", "set" + set, "0", "-1");
                assertTrue(range.startsWith("*" + members + "\r\n"), () -> card + range);
                there += members;
            }
            assertTrue(0 < there && there < written, "there=" + there + ", written=" + written);
        }
    }
}
