package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.quern.protocol.BundleLayout;
import dev.quern.protocol.ChallengeLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.HelloLayout;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.IncrementReplyLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.OpenLayout;
import dev.quern.protocol.OpenedLayout;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Speaks the protocol byte by byte, so as to get it wrong on purpose. One thread. */
final class RawClient implements AutoCloseable {
    /** A message of the last datagram received. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Message(int session, int opcode, int status, int sequence, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private static final int ANSWER_MS_MAX = 20_000;
    private static final int SILENCE_MS = 100;

    private final DatagramSocket socket;
    private final String tenant;
    private final byte[] secret;
    final byte[] clientNonce = new byte[HandshakeCrypto.NONCE_BYTES];
    byte[] serverNonce = new byte[HandshakeCrypto.NONCE_BYTES];
    byte[] open = {};
    int session;
    int window;
    int datagramBytesMax;

    @Nullable
    Tag tag;

    RawClient(InetSocketAddress server, String tenant, String secret) throws IOException {
        this.tenant = tenant;
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.connect(server);
        new SecureRandom().nextBytes(clientNonce);
    }

    /** HELLO and OPEN, as they should be. */
    RawClient handshake() throws IOException {
        send(hello());
        Message challenge = receive();
        assertEquals(Opcode.CHALLENGE, challenge.opcode());
        serverNonce = Arrays.copyOfRange(challenge.body(), ChallengeLayout.SERVER_NONCE_OFFSET, ChallengeLayout.BYTES);
        open = openDatagram(HandshakeCrypto.openProof(secret, clientNonce, serverNonce, tenantBytes()));
        send(open);
        opened(receive());
        return this;
    }

    void opened(Message reply) {
        assertEquals(Opcode.OPENED, reply.opcode(), reply::text);
        MemorySegment body = MemorySegment.ofArray(reply.body());
        session = OpenedLayout.session(body, 0);
        window = OpenedLayout.window(body, 0);
        datagramBytesMax = OpenedLayout.datagramBytesMax(body, 0);
        tag = secret.length == 0 ? null : new Tag(HandshakeCrypto.sessionKey(secret, clientNonce, serverNonce));
        byte[] proof = Arrays.copyOfRange(
                reply.body(), OpenedLayout.PROOF_OFFSET, OpenedLayout.PROOF_OFFSET + HandshakeCrypto.PROOF_BYTES);
        assertEquals(
                Arrays.toString(
                        HandshakeCrypto.openedProof(secret, clientNonce, serverNonce, tenantBytes(), reply.body())),
                Arrays.toString(proof));
    }

    byte[] hello() {
        byte[] body =
                new byte[Limits.HELLO_DATAGRAM_BYTES_MIN - DatagramLayout.HEADER_BYTES - MessageLayout.HEADER_BYTES];
        MemorySegment memory = MemorySegment.ofArray(body);
        Wire.putBytes(memory, HelloLayout.CLIENT_NONCE_OFFSET, clientNonce);
        HelloLayout.write(memory, 0, Limits.DATAGRAM_BYTES_LOOPBACK, tenantBytes().length);
        Wire.putBytes(memory, HelloLayout.TENANT_OFFSET, tenantBytes());
        return datagram(0, null, message(Opcode.HELLO, 0, body));
    }

    byte[] openDatagram(byte[] proof) {
        byte[] body = new byte[OpenLayout.TENANT_OFFSET + tenantBytes().length];
        MemorySegment memory = MemorySegment.ofArray(body);
        Wire.putBytes(memory, OpenLayout.CLIENT_NONCE_OFFSET, clientNonce);
        Wire.putBytes(memory, OpenLayout.SERVER_NONCE_OFFSET, serverNonce);
        Wire.putBytes(memory, OpenLayout.PROOF_OFFSET, proof);
        OpenLayout.write(memory, 0, Limits.DATAGRAM_BYTES_LOOPBACK, tenantBytes().length);
        Wire.putBytes(memory, OpenLayout.TENANT_OFFSET, tenantBytes());
        return datagram(0, null, message(Opcode.OPEN, 0, body));
    }

    private byte[] tenantBytes() {
        return tenant.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] message(int opcode, int sequence, byte[] body) {
        byte[] bytes = new byte[MessageLayout.sizeOf(body.length)];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        MessageLayout.writeHeader(memory, 0, opcode, 0, 0, body.length, sequence, 0);
        Wire.putBytes(memory, MessageLayout.HEADER_BYTES, body);
        return bytes;
    }

    static byte[] increment(int sequence, String key) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[IncrementLayout.KEY_OFFSET + keyBytes.length];
        IncrementLayout.write(MemorySegment.ofArray(body), 0, 1);
        Wire.putBytes(MemorySegment.ofArray(body), IncrementLayout.KEY_OFFSET, keyBytes);
        return message(Opcode.INCREMENT, sequence, body);
    }

    /** A datagram of this session. */
    byte[] request(byte[]... messages) {
        return datagram(session, tag, messages);
    }

    static byte[] datagram(int session, @Nullable Tag tag, byte[]... messages) {
        int length = DatagramLayout.HEADER_BYTES
                + Arrays.stream(messages).mapToInt(message -> message.length).sum();
        byte[] bytes = new byte[length];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        DatagramLayout.writeHeader(memory, 0, 0, session);
        long at = DatagramLayout.HEADER_BYTES;
        for (byte[] message : messages) {
            at = Wire.putBytes(memory, at, message);
        }
        if (tag != null) {
            tag.seal(memory, 0, length);
        }
        return bytes;
    }

    void send(byte[] datagram) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length));
    }

    /** The first message of the next datagram, or of a bundle's first, which must come. */
    Message receive() throws IOException {
        Message message = receive(ANSWER_MS_MAX);
        assertNotNull(message, "no answer");
        return message;
    }

    /** That nothing more comes, as far as one can wait for nothing: what was answered has been by now. */
    void expectSilence() throws IOException {
        assertNull(receive(SILENCE_MS));
    }

    private @Nullable Message receive(int timeoutMs) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.setSoTimeout(timeoutMs);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException nothing) {
            return null;
        }
        MemorySegment memory = MemorySegment.ofArray(packet.getData());
        MessageCursor cursor = new MessageCursor();
        int begin = 0;
        int length = packet.getLength();
        if (BundleLayout.is(memory, 0, length, true)) {
            begin = BundleLayout.BYTES_BESIDE;
            length =
                    BundleLayout.entryLength(memory, DatagramLayout.HEADER_BYTES, length - DatagramLayout.HEADER_BYTES);
        }
        assertEquals(Verdict.GOOD, cursor.wrap(memory, begin, length, true));
        if (tag != null && cursor.tagged()) {
            assertEquals(true, tag.verify(memory, begin, length), "the server's tag is wrong");
        }
        assertEquals(true, cursor.next());
        assertEquals(Verdict.GOOD, cursor.checkBody());
        return new Message(
                cursor.session(),
                cursor.opcode(),
                cursor.status(),
                cursor.sequence(),
                Wire.bytes(memory, cursor.body(), cursor.bodyLength()));
    }

    /** Increments a key under a fresh sequence and returns the sum: a sign of life. */
    long incremented(int sequence, String key) throws IOException {
        send(request(increment(sequence, key)));
        Message reply = receive();
        assertEquals(0, reply.status(), reply::text);
        assertEquals(sequence, reply.sequence());
        return IncrementReplyLayout.value(MemorySegment.ofArray(reply.body()), 0);
    }

    @Override
    public void close() {
        socket.close();
    }
}
