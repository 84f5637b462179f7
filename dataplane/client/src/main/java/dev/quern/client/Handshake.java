package dev.quern.client;

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
import dev.quern.protocol.RefusedLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The client's side of opening a session: HELLO until a CHALLENGE comes, then OPEN until it is OPENED or REFUSED. One thread. */
final class Handshake {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What an authentic OPENED said. */
    record Opened(
            int session,
            int window,
            int datagramBytesMax,
            long idleNs,
            @Nullable Tag tag,
            boolean isBundled,
            boolean takesRunFigures,
            int coreIndex,
            List<Integer> ports) {}

    private final ClientConfig config;
    private final Transport.Link link;
    private final int datagramBytesMax;
    private final byte[] tenant;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_MIN);
    private final MemorySegment memory = MemorySegment.ofBuffer(buffer);
    private final byte[] clientNonce = new byte[HandshakeCrypto.NONCE_BYTES];
    private byte @Nullable [] serverNonce;
    private @Nullable QuernException refusal;
    private boolean forged;
    private int sends;
    private long dueNs;

    Handshake(ClientConfig config, Transport.Link link, int datagramBytesMax) {
        this.config = config;
        this.link = link;
        this.datagramBytesMax = datagramBytesMax;
        tenant = config.tenant().getBytes(StandardCharsets.UTF_8);
    }

    void start(long nowNs) {
        RANDOM.nextBytes(clientNonce);
        serverNonce = null;
        refusal = null;
        sends = 0;
        dueNs = nowNs;
    }

    /** By which its answers are known. */
    byte[] clientNonce() {
        return clientNonce;
    }

    /** The last refusal; null when there was none. */
    @Nullable
    QuernException refusal() {
        return refusal;
    }

    /** For the message of a timeout: how far it came. */
    String progress() {
        return forged
                ? "the server does not know the secret of tenant " + config.tenant()
                : serverNonce == null ? "no answer" : "no answer after its challenge";
    }

    void poll(long nowNs) {
        if (nowNs - dueNs < 0) {
            return;
        }
        long afterNs = Math.min(
                config.retransmitAfter().toNanos() << Math.min(sends, 10),
                config.retransmitAfterMax().toNanos());
        sends++;
        dueNs = nowNs + afterNs;
        if (serverNonce == null) {
            sendHello();
        } else {
            sendOpen(serverNonce);
        }
    }

    private void sendHello() {
        long body = body();
        HelloLayout.write(memory, body, datagramBytesMax, tenant.length);
        Wire.putBytes(memory, body + HelloLayout.CLIENT_NONCE_OFFSET, clientNonce);
        Wire.putBytes(memory, body + HelloLayout.TENANT_OFFSET, tenant);
        int least = Limits.HELLO_DATAGRAM_BYTES_MIN - (int) body;
        int used = HelloLayout.TENANT_OFFSET + tenant.length;
        Wire.clear(memory, body + used, Math.max(least - used, 0));
        send(Opcode.HELLO, Math.max(used, least));
    }

    private void sendOpen(byte[] nonce) {
        long body = body();
        OpenLayout.write(memory, body, datagramBytesMax, tenant.length);
        Wire.putBytes(memory, body + OpenLayout.CLIENT_NONCE_OFFSET, clientNonce);
        Wire.putBytes(memory, body + OpenLayout.SERVER_NONCE_OFFSET, nonce);
        byte[] proof = HandshakeCrypto.openProof(config.secret(), clientNonce, nonce, tenant);
        Wire.putBytes(memory, body + OpenLayout.PROOF_OFFSET, proof);
        Wire.putBytes(memory, body + OpenLayout.TENANT_OFFSET, tenant);
        send(Opcode.OPEN, OpenLayout.TENANT_OFFSET + tenant.length);
    }

    private static long body() {
        return DatagramLayout.HEADER_BYTES + (long) MessageLayout.HEADER_BYTES;
    }

    private void send(int opcode, int bodyLength) {
        DatagramLayout.writeHeader(memory, 0, 0, DatagramLayout.SESSION_NONE);
        MessageLayout.writeHeader(memory, DatagramLayout.HEADER_BYTES, opcode, 0, 0, bodyLength, 0, 0);
        int length = DatagramLayout.HEADER_BYTES + MessageLayout.pad(memory, DatagramLayout.HEADER_BYTES, bodyLength);
        buffer.limit(length).position(0);
        // A link without room loses it, and it is sent again as any lost one.
        link.send(buffer);
    }

    /**
     * Takes one message of the handshake.
     *
     * @return what the session is, when this message opened it
     */
    @Nullable
    Opened accept(MessageCursor cursor, MemorySegment from, long nowNs) {
        int opcode = cursor.opcode();
        if ((opcode != Opcode.CHALLENGE && opcode != Opcode.OPENED && opcode != Opcode.REFUSED)
                || cursor.checkBody() != Verdict.GOOD
                || cursor.bodyLength() < HandshakeCrypto.NONCE_BYTES
                || !Arrays.equals(Wire.bytes(from, cursor.body(), HandshakeCrypto.NONCE_BYTES), clientNonce)) {
            return null;
        }
        if (opcode == Opcode.OPENED) {
            return opened(from, cursor.body(), cursor.bodyLength(), cursor.status());
        }
        if (opcode == Opcode.CHALLENGE) {
            serverNonce =
                    Wire.bytes(from, cursor.body() + ChallengeLayout.SERVER_NONCE_OFFSET, HandshakeCrypto.NONCE_BYTES);
            sends = 0;
            dueNs = nowNs;
            poll(nowNs);
        } else {
            int message = RefusedLayout.MESSAGE_OFFSET;
            refusal = QuernException.of(
                    cursor.status(),
                    "open a session for tenant " + config.tenant(),
                    Wire.text(from, cursor.body() + message, cursor.bodyLength() - message));
        }
        return null;
    }

    private @Nullable Opened opened(MemorySegment from, long body, int length, int status) {
        byte[] nonce = serverNonce;
        if (nonce == null || status != Status.OK) {
            return null;
        }
        byte[] proof = Wire.bytes(from, body + OpenedLayout.PROOF_OFFSET, HandshakeCrypto.PROOF_BYTES);
        byte[] expected = HandshakeCrypto.openedProof(
                config.secret(), clientNonce, nonce, tenant, Wire.bytes(from, body, length));
        if (!HandshakeCrypto.equal(proof, expected)) {
            forged = true;
            return null;
        }
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < OpenedLayout.coreCount(from, body); i++) {
            ports.add(OpenedLayout.port(from, body, i));
        }
        boolean tagged = (OpenedLayout.flags(from, body) & OpenedLayout.FLAG_TAGS_REQUIRED) != 0;
        return new Opened(
                OpenedLayout.session(from, body),
                OpenedLayout.window(from, body),
                Math.min(OpenedLayout.datagramBytesMax(from, body), datagramBytesMax),
                OpenedLayout.sessionIdleMs(from, body) * 1_000_000L,
                tagged ? new Tag(HandshakeCrypto.sessionKey(config.secret(), clientNonce, nonce)) : null,
                (OpenedLayout.flags(from, body) & OpenedLayout.FLAG_BUNDLES) != 0,
                (OpenedLayout.flags(from, body) & OpenedLayout.FLAG_RUN_FIGURES) != 0,
                OpenedLayout.coreIndex(from, body),
                ports);
    }
}
