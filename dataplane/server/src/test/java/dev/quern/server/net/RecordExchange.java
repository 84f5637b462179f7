package dev.quern.server.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quern.client.QuernClient;
import dev.quern.client.SyncTable;
import java.util.Arrays;
import java.util.Random;

/** What is sent over a way to a server, to see that it comes there and back whole. */
final class RecordExchange {
    private static final int LARGE_BYTES = 300_000;

    private RecordExchange() {}

    /** Puts and gets records of many lengths, and one of many datagrams. */
    static void run(QuernClient client) {
        SyncTable records = client.table().sync();
        for (int i = 0; i < 200; i++) {
            byte[] key = ("key" + i).getBytes(UTF_8);
            // Every length has its own checksum, and its own padding.
            records.put(key, Arrays.copyOf(key, i));
            assertArrayEquals(Arrays.copyOf(key, i), records.get(key));
        }
        byte[] large = new byte[LARGE_BYTES];
        new Random(7).nextBytes(large);
        records.put("large".getBytes(UTF_8), large);
        assertArrayEquals(large, records.get("large".getBytes(UTF_8)));
    }
}
