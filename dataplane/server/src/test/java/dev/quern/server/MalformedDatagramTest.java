package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.protocol.BundleLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Wire;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What docs/protocol.md says of malformed datagrams, one by one; and after each the server serves on. */
@Timeout(60)
class MalformedDatagramTest {
    private Server server;
    private RawClient client;
    private int sequence;

    @BeforeEach
    void open() throws IOException {
        server = Quern.start(ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("secretive", "secret")
                .tenant("open", "")
                .build());
        client = new RawClient(server.udpAddress(), "secretive", "secret").handshake();
    }

    @AfterEach
    void close() throws IOException {
        assertEquals(++sequence, client.incremented(sequence, "life"), "the server serves on");
        client.close();
        server.close();
    }

    private void expectDropped(Counter cause, byte[] datagram) throws IOException {
        long before = server.counters().get(cause);
        client.send(datagram);
        Await.until("counted as " + cause, () -> server.counters().get(cause) > before);
        client.expectSilence();
    }

    /** Each behind its length. */
    private static byte[] bundle(byte[]... datagrams) {
        int length = DatagramLayout.HEADER_BYTES;
        for (byte[] each : datagrams) {
            length += BundleLayout.HEADER_BYTES + each.length;
        }
        MemorySegment memory = MemorySegment.ofArray(new long[length / Long.BYTES]);
        BundleLayout.writeHeader(memory, 0, false);
        int at = DatagramLayout.HEADER_BYTES;
        for (byte[] each : datagrams) {
            BundleLayout.writeEntry(memory, at, each.length);
            Wire.putBytes(memory, at + BundleLayout.DATAGRAM_OFFSET, each);
            at += BundleLayout.HEADER_BYTES + each.length;
        }
        return Wire.bytes(memory, 0, length);
    }

    @Test
    void shouldTakeNothingButDatagramsOfSessionsFromABundle() throws IOException {
        expectDropped(Counter.DROPPED_MESSAGE, bundle(client.hello()));
        byte[] nested = bundle(good());
        nested[DatagramLayout.SESSION_OFFSET] = 7;
        expectDropped(Counter.DROPPED_FLAGS, bundle(nested));
        byte[] cut = bundle(good());
        expectDropped(Counter.DROPPED_MESSAGE, Arrays.copyOf(cut, cut.length - Long.BYTES));
        byte[] forged = good();
        forged[DatagramLayout.TAG_OFFSET] ^= 1;
        expectDropped(Counter.DROPPED_TAG, bundle(forged));
    }

    @Test
    void shouldServeWhatABundleHoldsBeforeItsFault() throws IOException {
        byte[] good = client.request(RawClient.increment(++sequence, "life"));
        long before = server.counters().get(Counter.DROPPED_MESSAGE);
        client.send(bundle(good, client.hello()));
        assertEquals(sequence, client.receive().sequence());
        Await.until("counted", () -> server.counters().get(Counter.DROPPED_MESSAGE) > before);
    }

    private byte[] good() {
        return client.request(RawClient.increment(1_000, "never"));
    }

    private byte[] mutated(Consumer<MemorySegment> change) {
        byte[] datagram = good();
        change.accept(MemorySegment.ofArray(datagram));
        return datagram;
    }

    @Test
    void shouldDropWhatIsNoDatagramOfOurs() throws Exception {
        expectDropped(Counter.DROPPED_SHORT, new byte[1]);
        expectDropped(Counter.DROPPED_SHORT, Arrays.copyOf(good(), 15));
        expectDropped(Counter.DROPPED_UNALIGNED, Arrays.copyOf(good(), good().length + 1));
        expectDropped(Counter.DROPPED_LONG, Arrays.copyOf(good(), 65_507));
        expectDropped(Counter.DROPPED_MAGIC, mutated(memory -> Wire.putByte(memory, 0, 'X')));
        expectDropped(
                Counter.DROPPED_VERSION, mutated(memory -> Wire.putByte(memory, DatagramLayout.VERSION_OFFSET, 9)));
        expectDropped(
                Counter.DROPPED_FLAGS, mutated(memory -> Wire.putByte(memory, DatagramLayout.FLAGS_OFFSET, 0x82)));
        expectDropped(
                Counter.DROPPED_FLAGS,
                mutated(memory -> Wire.putByte(
                        memory, DatagramLayout.FLAGS_OFFSET, DatagramLayout.FLAG_REPLY | DatagramLayout.FLAG_TAGGED)));
    }

    @Test
    void shouldDropWhatIsNotTaggedAsItShouldBe() throws Exception {
        expectDropped(Counter.DROPPED_TAG, RawClient.datagram(client.session, null, RawClient.increment(1, "n")));
        Tag other = new Tag(HandshakeCrypto.sessionKey(new byte[] {1}, client.clientNonce, client.serverNonce));
        expectDropped(Counter.DROPPED_TAG, RawClient.datagram(client.session, other, RawClient.increment(1, "n")));
        expectDropped(Counter.DROPPED_TAG, mutated(memory -> Wire.putByte(memory, memory.byteSize() - 1, 1)));
    }

    @Test
    void shouldDropMessagesWhoseLengthsCannotBe() throws Exception {
        for (int length : new int[] {0, 15, -1, Integer.MIN_VALUE, 1_000_000}) {
            byte[] message = RawClient.increment(1_000, "never");
            Wire.putInt(MemorySegment.ofArray(message), MessageLayout.LENGTH_OFFSET, length);
            expectDropped(Counter.DROPPED_MESSAGE, client.request(message));
        }
        // The messages in front of it have been served.
        byte[] cut = Arrays.copyOf(RawClient.increment(1_000, "never"), 8);
        client.send(client.request(RawClient.increment(++sequence, "life"), cut));
        assertEquals(sequence, client.receive().sequence());
    }

    @Test
    void shouldAnswerBadRequestsWithTheirCause() throws Exception {
        expectAnswer(Status.UNKNOWN_OPCODE, RawClient.message(63, 10, new byte[8]));
        expectAnswer(Status.UNKNOWN_OPCODE, RawClient.message(Opcode.OPENED, 11, new byte[8]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.GET, 12, new byte[0]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.GET, 13, new byte[4_097]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.PUT, 14, new byte[3]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.INCREMENT, 15, new byte[8]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.SCAN, 16, new byte[16]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.INVOKE, 17, new byte[] {0, 9, 0, 0, 'a'}));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.PART, 18, new byte[12]));
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.INVOKE_ALL, 21, new byte[] {0, 1, 0, 0, 'a'}));
        byte[] tooMany = {0, 1, 1, 4, 'a', 4, 0, 0, 0, 0, 0, 0, 0};
        expectAnswer(Status.BAD_REQUEST, RawClient.message(Opcode.INVOKE_ALL, 22, tooMany));
        byte[] status = RawClient.increment(19, "n");
        Wire.putByte(MemorySegment.ofArray(status), MessageLayout.STATUS_OFFSET, -1);
        expectAnswer(Status.BAD_REQUEST, status);
        byte[] table = RawClient.increment(20, "n");
        Wire.putShort(MemorySegment.ofArray(table), MessageLayout.TABLE_OFFSET, 999);
        expectAnswer(Status.UNKNOWN_TABLE, table);
        assertTrue(server.counters().get(Counter.REQUESTS_BAD) >= 10);
    }

    private void expectAnswer(int status, byte[] message) throws IOException {
        client.send(client.request(message));
        RawClient.Message reply = client.receive();
        assertEquals(Status.name(status), Status.name(reply.status()));
        assertEquals(MessageLayout.sequence(MemorySegment.ofArray(message), 0), reply.sequence());
        assertTrue(!reply.text().isEmpty());
    }

    @Test
    void shouldSayThatASessionIsUnknown() throws Exception {
        for (int id : new int[] {client.session ^ 0x10000, client.session + 1, 1, -1}) {
            client.send(RawClient.datagram(id, client.tag, RawClient.increment(77, "n")));
            RawClient.Message reply = client.receive();
            assertEquals(Status.UNKNOWN_SESSION, reply.status());
            assertEquals(id, reply.session());
            assertEquals(77, reply.sequence());
        }
    }

    @Test
    void shouldNotServeAnothersSession() throws Exception {
        try (RawClient thief = new RawClient(server.udpAddress(), "open", "").handshake()) {
            // From another address, even with the right tag.
            thief.send(client.request(RawClient.increment(5, "life")));
            assertEquals(Status.UNKNOWN_SESSION, thief.receive().status());
            assertEquals(1, server.counters().get(Counter.DROPPED_PEER));
            // A tenant sees its own data alone.
            client.incremented(++sequence, "life");
            assertEquals(1, thief.incremented(1, "life"));
        }
    }

    @Test
    void shouldNotExecuteAReplayedDatagramAgain() throws Exception {
        byte[] datagram = client.request(RawClient.increment(++sequence, "life"));
        for (int i = 0; i < 3; i++) {
            client.send(datagram);
            assertEquals(sequence, client.receive().sequence());
        }
        assertEquals(2, server.counters().get(Counter.REQUESTS_REPEATED));
        // Once the window has moved on, it is old.
        int later = sequence + client.window;
        assertEquals(2, client.incremented(later, "life"));
        long before = server.counters().get(Counter.REQUESTS_STALE);
        client.send(datagram);
        Await.until("old", () -> server.counters().get(Counter.REQUESTS_STALE) > before);
        client.expectSilence();
        assertEquals(3, client.incremented(later + 1, "life"));
        // What is left of the test counts another key from a session of its own.
        client.close();
        client = new RawClient(server.udpAddress(), "open", "").handshake();
        sequence = 0;
    }

    @Test
    void shouldRefuseHandshakesThatProveNothing() throws Exception {
        try (RawClient stranger = new RawClient(server.udpAddress(), "secretive", "wrong")) {
            stranger.send(Arrays.copyOf(stranger.hello(), 120));
            stranger.expectSilence();
            stranger.send(RawClient.datagram(0, null, RawClient.message(Opcode.GET, 0, new byte[1])));
            stranger.expectSilence();
            assertEquals(2, server.counters().get(Counter.DROPPED_HANDSHAKE));
            // A cookie that is not the server's gets a fresh one, and no word on the proof.
            stranger.send(stranger.openDatagram(new byte[HandshakeCrypto.PROOF_BYTES]));
            assertEquals(Opcode.CHALLENGE, stranger.receive().opcode());
            assertEquals(1, server.counters().get(Counter.DROPPED_COOKIE));
            stranger.send(stranger.hello());
            RawClient.Message challenge = stranger.receive();
            stranger.serverNonce = Arrays.copyOfRange(challenge.body(), 16, 32);
            stranger.send(stranger.openDatagram(new byte[HandshakeCrypto.PROOF_BYTES]));
            RawClient.Message refused = stranger.receive();
            assertEquals(Opcode.REFUSED, refused.opcode());
            assertEquals(Status.REFUSED, refused.status());
            assertEquals(1, server.counters().get(Counter.SESSIONS_REFUSED));
        }
    }

    @Test
    void shouldOpenOneSessionForOneHandshake() throws Exception {
        int session = client.session;
        client.send(client.open);
        client.opened(client.receive());
        assertEquals(session, client.session);
        assertEquals(1, server.counters().get(Counter.SESSIONS_OPENED));
        // Once closed, its handshake opens no second one, in which old requests would be new.
        client.send(client.request(RawClient.message(Opcode.CLOSE, ++sequence, new byte[0])));
        assertEquals(Status.OK, client.receive().status());
        client.send(client.open);
        assertEquals(Opcode.REFUSED, client.receive().opcode());
        client.send(client.request(RawClient.increment(1, "life")));
        assertEquals(Status.UNKNOWN_SESSION, client.receive().status());
        client.close();
        client = new RawClient(server.udpAddress(), "secretive", "secret").handshake();
        assertNotEquals(session, client.session);
        sequence = 0;
    }

    @Test
    void shouldSurviveRandomBytes() throws Exception {
        SplittableRandom random = new SplittableRandom(4711);
        try (RawClient fuzzer = new RawClient(server.udpAddress(), "open", "").handshake()) {
            for (int i = 0; i < 20_000; i++) {
                byte[] datagram;
                if (i % 2 == 0) {
                    datagram = new byte[random.nextInt(0, 40) * 8];
                    random.nextBytes(datagram);
                    if (datagram.length >= DatagramLayout.HEADER_BYTES) {
                        DatagramLayout.writeHeader(
                                MemorySegment.ofArray(datagram), 0, 0, i % 4 == 0 ? fuzzer.session : 0);
                    }
                } else {
                    byte[] body = new byte[random.nextInt(200)];
                    random.nextBytes(body);
                    datagram = fuzzer.request(RawClient.message(random.nextInt(64), random.nextInt(), body));
                }
                if (datagram.length > MessageLayout.HEADER_BYTES + DatagramLayout.HEADER_BYTES
                        && datagram[DatagramLayout.HEADER_BYTES] == Opcode.CLOSE) {
                    continue; // Its session would be gone.
                }
                fuzzer.send(datagram);
            }
        }
    }
}
