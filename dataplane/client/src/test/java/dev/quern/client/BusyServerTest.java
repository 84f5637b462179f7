package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.protocol.Opcode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server is too busy for is asked again, and done once. */
@Timeout(60)
class BusyServerTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE = "value".getBytes(StandardCharsets.US_ASCII);

    private static ClientConfig.Builder config(TestServer server) {
        return ClientConfig.builder().address(server.address());
    }

    @Test
    void shouldAskReadsAndWritesAgain() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(config(server).build())) {
            SyncTable table = client.table().sync();
            server.store.busyNext.set(3);
            table.put(KEY, VALUE);
            server.store.busyNext.set(5);
            assertArrayEquals(VALUE, table.get(KEY));
            server.store.busyNext.set(4);
            assertEquals(7, table.increment("number".getBytes(StandardCharsets.US_ASCII), 7));
            assertEquals(1, server.store.executions(Opcode.PUT));
            assertEquals(1, server.store.executions(Opcode.GET));
            assertEquals(1, server.store.executions(Opcode.INCREMENT));
        }
    }

    @Test
    void shouldSendALongRequestAnew() throws Exception {
        byte[] value = new byte[100_000];
        Arrays.fill(value, (byte) 7);
        try (TestServer server = TestServer.start("", 1, 64, 1432);
                QuernClient client = QuernClient.connect(config(server).build())) {
            SyncTable table = client.table().sync();
            server.store.busyNext.set(2);
            table.put(KEY, value);
            assertEquals(1, server.store.executions(Opcode.PUT));
            server.store.busyNext.set(2);
            assertArrayEquals(value, table.get(KEY));
        }
    }

    @Test
    void shouldComeWhenItIsTold() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(config(server).build())) {
            server.store.retryAfterUs = (int) TimeUnit.MILLISECONDS.toMicros(50);
            server.store.busyNext.set(1);
            client.table().sync().put(KEY, VALUE);
            assertEquals(1, server.store.executions(Opcode.PUT));
            // Past the request's deadline: there is nothing to wait for.
            server.store.retryAfterUs = (int) TimeUnit.MINUTES.toMicros(30);
            server.store.busyNext.set(1);
            assertThrows(QuernException.Busy.class, () -> client.table().sync().get(KEY));
            assertEquals(0, server.store.busyNext.get());
            assertEquals(0, server.store.executions(Opcode.GET));
        }
    }

    @Test
    void shouldSaySoAtTheDeadline() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(
                        config(server).requestTimeout(Duration.ofMillis(300)).build())) {
            server.store.busyNext.set(Integer.MAX_VALUE);
            assertThrows(QuernException.Busy.class, () -> client.table().sync().put(KEY, VALUE));
            assertEquals(0, server.store.executions(Opcode.PUT));
            assertTrue(server.store.busyNext.get() < Integer.MAX_VALUE - 1, "asked once only");
        }
    }

    @Test
    void shouldFailAtOnceWhenToldTo() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client =
                        QuernClient.connect(config(server).busyRetries(false).build())) {
            server.store.busyNext.set(2);
            assertThrows(QuernException.Busy.class, () -> client.table().sync().get(KEY));
            assertThrows(QuernException.Busy.class, () -> client.table().sync().put(KEY, VALUE));
            assertEquals(0, server.store.busyNext.get());
        }
    }
}
