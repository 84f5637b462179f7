package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.server.Await;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no RESP, or too much of it: that connection alone is told so and closed. */
@Timeout(60)
class MalformedRespTest {
    private static RespRig rig;

    @BeforeAll
    static void start() throws IOException {
        rig = RespRig.open();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static void assertServes() throws IOException {
        try (RespSocket other = rig.connect()) {
            assertEquals("+PONG\r\n", other.call("PING"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*abc\\r\\n|invalid multibulk length",
                "*99999999999999999999\\r\\n|invalid multibulk length",
                "*1000000\\r\\n|invalid multibulk length",
                "*1\\r\\n$abc\\r\\n|invalid bulk length",
                "*1\\r\\n$-1\\r\\n|invalid bulk length",
                "*1\\r\\n$-7\\r\\n|invalid bulk length",
                "*1\\r\\n$16777217\\r\\n|invalid bulk length",
                "*1\\r\\n$2000000000\\r\\n|invalid bulk length",
                "*1\\r\\n$99999999999999999999\\r\\n|invalid bulk length",
                "*2\\r\\n$4\\r\\nPING\\r\\n*1\\r\\n|expected '$', got '*'",
                "*1\\r\\n:5\\r\\n|expected '$', got ':'",
                "*1\\r\\nPING\\r\\n|expected '$', got 'P'",
                "*1\\r\\n$4\\r\\nPINGxx|invalid bulk length",
                "$4\\r\\nPING\\r\\n|expected '*' or an inline command, got '$'",
                "SET a \"b\\r\\n|unbalanced quotes in request",
                "SET a \"b\"c\\r\\n|unbalanced quotes in request",
            })
    void shouldSayWhatIsWrongAndClose(String sent, String reason) throws IOException {
        try (RespSocket socket = rig.connect()) {
            socket.send("PING\r\n");
            assertEquals("+PONG\r\n", socket.reply());
            socket.send(sent.replace("\\r\\n", "\r\n"));
            assertEquals("-ERR Protocol error: " + reason + "\r\n", socket.rest());
        }
        assertServes();
    }

    @Test
    void shouldAnswerWhatCameBeforeTheMalformed() throws IOException {
        try (RespSocket socket = rig.connect()) {
            socket.send("PING\r\n*1\r\n$4\r\nPING\r\n*x\r\nPING\r\n");
            assertEquals("+PONG\r\n+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n", socket.rest());
        }
    }

    @Test
    void shouldRefuseAnInlineCommandWithoutEnd() throws IOException {
        try (RespSocket socket = rig.connect()) {
            // All of it arrives before the refusal can, so that no reset takes the refusal away.
            socket.send("a".repeat(66_000));
            assertEquals("-ERR Protocol error: too big inline request\r\n", socket.reply());
        }
        assertServes();
    }

    @Test
    void shouldRefuseMoreThanACommandMayHold() throws IOException {
        byte[] value = new byte[RespLimits.BULK_BYTES_MAX];
        try (RespSocket socket = rig.connect()) {
            socket.send("*9\r\n$4\r\nMSET\r\n");
            for (int sent = 0; sent < 3; sent++) {
                socket.send("$" + value.length + "\r\n");
                socket.send(value);
                socket.send("\r\n");
            }
            socket.send("$" + value.length + "\r\n");
            assertEquals("-ERR Protocol error: invalid bulk length\r\n", socket.reply());
        }
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "*3\r\n",
                "*3\r\n$3",
                "*3\r\n$3\r\nSE",
                "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\nhalf",
                "SET k"
            })
    void shouldForgetWhoLeavesInTheMiddle(String half) throws IOException {
        long before = rig.server().counters().get(Counter.RESP_CONNECTIONS);
        try (RespSocket socket = rig.connect()) {
            socket.send(half);
            Await.until("connected", () -> rig.server().counters().get(Counter.RESP_CONNECTIONS) > before);
            socket.reset();
        }
        try (RespSocket socket = rig.connect()) {
            socket.send(half);
            socket.sendNoMore();
            assertEquals("", socket.rest());
        }
        try (RespSocket other = rig.connect()) {
            assertEquals("$-1\r\n", other.call("GET", "k"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldSurviveGarbage(long seed) throws IOException {
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "*", "$", "\r\n", "3", "-1", "PING", "SET", "\0", "\"", "'", "+", ":", "%", "_", "=", "\r", "\n");
        for (int round = 0; round < 200; round++) {
            try (RespSocket socket = rig.connect()) {
                StringBuilder garbage = new StringBuilder();
                for (int count = random.nextInt(60); count > 0; count--) {
                    garbage.append(
                            random.nextInt(10) == 0
                                    ? String.valueOf((char) random.nextInt(256))
                                    : pieces.get(random.nextInt(pieces.size())));
                }
                socket.send(garbage.toString());
                socket.sendNoMore();
                socket.rest();
            } catch (java.net.SocketException reset) {
                // Closed while there was more to come: as good an answer.
                assertTrue(
                        String.valueOf(reset.getMessage()).contains("reset")
                                || String.valueOf(reset.getMessage()).contains("pipe"),
                        () -> "seed " + seed + ": " + reset);
            }
        }
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void shouldReadCommandsInWhateverPieces(int size) throws IOException {
        String value = "v".repeat(size == 1 ? 100 : 100_000);
        byte[] sent = RespSocket.command("SET", "pieces", value);
        try (RespSocket socket = rig.connect()) {
            for (int at = 0; at < sent.length; at += size) {
                socket.send(java.util.Arrays.copyOfRange(sent, at, Math.min(sent.length, at + size)));
            }
            assertEquals("+OK\r\n", socket.reply());
            assertEquals("$" + value.length() + "\r\n" + value + "\r\n", socket.call("GET", "pieces"));
            assertEquals("+OK\r\n", socket.call("FLUSHDB"));
        }
    }

    @Test
    void shouldTakeTheLongestValueAndNoLongerKey() throws IOException {
        byte[] value = new byte[RespLimits.BULK_BYTES_MAX];
        new Random(1).nextBytes(value);
        try (RespSocket socket = rig.connect()) {
            assertEquals("+OK\r\n", socket.call(RespSocket.bytes("SET"), RespSocket.bytes("long"), value));
            assertEquals(":" + value.length + "\r\n", socket.call("STRLEN", "long"));
            String got = socket.call("GET", "long");
            assertEquals(
                    "$" + value.length + "\r\n" + new String(value, java.nio.charset.StandardCharsets.ISO_8859_1)
                            + "\r\n",
                    got);
            assertEquals(
                    "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n",
                    socket.call("APPEND", "long", "x"));
            assertTrue(socket.call("SET", "k".repeat(4097), "v").startsWith("-ERR keys are at most 4096 bytes"));
            assertTrue(socket.call("SET", "", "v").startsWith("-ERR keys hold at least one byte"));
            assertEquals("$-1\r\n", socket.call("GET", "k".repeat(4097)));
            assertEquals("+OK\r\n", socket.call("FLUSHDB"));
        }
    }

    /** Its replies wait in the socket, then in the server; then its commands wait, unread; nobody else notices. */
    @Test
    void shouldHoldBackWhoDoesNotRead() throws Exception {
        String value = "v".repeat(1 << 20);
        int gets = 200;
        try (RespSocket slow = new RespSocket(rig.port(), 8192);
                RespSocket other = rig.connect()) {
            assertEquals("+OK\r\n", other.call("SET", "big", value));
            for (int sent = 0; sent < gets; sent++) {
                slow.send(RespSocket.command("GET", "big"));
                assertEquals("+PONG\r\n", other.call("PING"));
            }
            long commands = rig.server().counters().get(Counter.RESP_COMMANDS);
            for (int count = 0; count < gets; count++) {
                String reply = slow.reply();
                assertEquals(value.length() + 12, reply.length());
            }
            assertTrue(rig.server().counters().get(Counter.RESP_COMMANDS) > commands, "later commands waited");
            assertEquals("+PONG\r\n", slow.call("PING"));
            assertEquals("+OK\r\n", other.call("FLUSHDB"));
        }
    }

    /** One burst's replies cannot be held back: past the limit the connection ends. */
    @Test
    void shouldCloseWhoAsksForMoreThanItsReplyMayHold() throws Exception {
        String value = "v".repeat(1 << 20);
        try (RespSocket greedy = rig.connect();
                RespSocket other = rig.connect()) {
            assertEquals("+OK\r\n", other.call("SET", "big", value));
            List<String> command = new ArrayList<>(List.of("MGET"));
            for (int count = 0; count < 100; count++) {
                command.add("big");
            }
            greedy.send(RespSocket.command(command.toArray(String[]::new)));
            assertThrows(IOException.class, greedy::reply);
            assertEquals("+OK\r\n", other.call("FLUSHDB"));
        }
        assertServes();
    }
}
