package dev.quern.bench.dataplane;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.ChallengeLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.HelloLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.OpenLayout;
import dev.quern.protocol.OpenedLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** Opens a session with a tenant that has no secret by the two datagrams that it takes. One thread. */
final class RawSession {
    private static final byte[] TENANT = "default".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NO_SECRET = {};
    private static final long ANSWER_NS_MAX = 10_000_000_000L;
    private static final int HELLO_BODY_BYTES =
            Limits.HELLO_DATAGRAM_BYTES_MIN - DatagramLayout.HEADER_BYTES - MessageLayout.HEADER_BYTES;

    private final Transport.Link link;
    private final ByteBuffer sent = ByteBuffer.allocateDirect(Limits.HELLO_DATAGRAM_BYTES_MIN);
    private final ByteBuffer received = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_LOOPBACK);
    private final MemorySegment request = MemorySegment.ofBuffer(sent);
    private final MemorySegment answer = MemorySegment.ofBuffer(received);
    private final MessageCursor cursor = new MessageCursor();

    private RawSession(Transport.Link link) {
        this.link = link;
    }

    /** Returns the session's number. */
    static int open(Transport.Link link) {
        return new RawSession(link).open();
    }

    private int open() {
        byte[] clientNonce = new byte[HandshakeCrypto.NONCE_BYTES];
        new SecureRandom().nextBytes(clientNonce);
        long body = DatagramLayout.HEADER_BYTES + MessageLayout.HEADER_BYTES;
        Wire.putBytes(request, body + HelloLayout.CLIENT_NONCE_OFFSET, clientNonce);
        HelloLayout.write(request, body, Limits.DATAGRAM_BYTES_LOOPBACK, TENANT.length);
        Wire.putBytes(request, body + HelloLayout.TENANT_OFFSET, TENANT);
        exchange(Opcode.HELLO, HELLO_BODY_BYTES, Opcode.CHALLENGE);
        byte[] serverNonce =
                Wire.bytes(answer, cursor.body() + ChallengeLayout.SERVER_NONCE_OFFSET, HandshakeCrypto.NONCE_BYTES);
        request.fill((byte) 0);
        Wire.putBytes(request, body + OpenLayout.CLIENT_NONCE_OFFSET, clientNonce);
        Wire.putBytes(request, body + OpenLayout.SERVER_NONCE_OFFSET, serverNonce);
        Wire.putBytes(
                request,
                body + OpenLayout.PROOF_OFFSET,
                HandshakeCrypto.openProof(NO_SECRET, clientNonce, serverNonce, TENANT));
        OpenLayout.write(request, body, Limits.DATAGRAM_BYTES_LOOPBACK, TENANT.length);
        Wire.putBytes(request, body + OpenLayout.TENANT_OFFSET, TENANT);
        exchange(Opcode.OPEN, OpenLayout.TENANT_OFFSET + TENANT.length, Opcode.OPENED);
        return OpenedLayout.session(answer, cursor.body());
    }

    private void exchange(int opcode, int bodyLength, int expected) {
        DatagramLayout.writeHeader(request, 0, 0, DatagramLayout.SESSION_NONE);
        MessageLayout.writeHeader(request, DatagramLayout.HEADER_BYTES, opcode, Status.OK, 0, bodyLength, 0, 0);
        sent.clear().limit(DatagramLayout.HEADER_BYTES + MessageLayout.sizeOf(bodyLength));
        long beginNs = System.nanoTime();
        boolean isSent = false;
        while (System.nanoTime() - beginNs < ANSWER_NS_MAX) {
            isSent = isSent || link.send(sent);
            int length = link.receive(received);
            if (length > 0 && cursor.wrap(answer, 0, length, true) == Verdict.GOOD && cursor.next()) {
                if (cursor.checkBody() == Verdict.GOOD && cursor.opcode() == expected) {
                    return;
                }
                throw new IllegalStateException("the server answers the handshake by opcode " + cursor.opcode());
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException("the server does not answer the handshake: " + link.failure());
    }
}
