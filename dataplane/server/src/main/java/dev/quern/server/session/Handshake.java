package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.ChallengeLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.HelloLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.OpenLayout;
import dev.quern.protocol.OpenedLayout;
import dev.quern.protocol.RefusedLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * HELLO and OPEN: nothing is kept for a client until its cookie has come back from the address that it claims, and nothing is said of
 * which tenants there are. Thread: the core's; allocates, once a session.
 */
final class Handshake {
    /** What an OPEN led to, for as long as it could be replayed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and private
    private record Opened(int session, byte[] body, long forgetMs) {}

    private static final byte[] SERVER_KEY = randomKey();

    private final Core core;
    private final SessionConfig config;
    private final int[] ports;
    private final SessionTable sessions;
    private final ReplyWriter replies;
    private final CoreBudget budget;
    private final Map<String, Opened> opened = new LinkedHashMap<>();

    /** @param ports what the transport calls the cores' ports, in their order */
    Handshake(
            Core core,
            SessionConfig config,
            int[] ports,
            SessionTable sessions,
            ReplyWriter replies,
            CoreBudget budget) {
        this.core = core;
        this.config = config;
        this.ports = ports;
        this.sessions = sessions;
        this.replies = replies;
        this.budget = budget;
    }

    /** One key for all cores and the whole run: a cookie from one core's port is good at no other's address anyway. */
    private static byte[] randomKey() {
        byte[] key = new byte[HandshakeCrypto.PROOF_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** Takes a datagram without a session: one HELLO or OPEN; anything else in it is dropped. */
    void receive(MessageCursor cursor, int datagramLength, long peer, DatagramSink sink) {
        if (!cursor.next() || cursor.checkBody() != Verdict.GOOD) {
            core.counters().increment(Counter.DROPPED_HANDSHAKE);
        } else if (cursor.opcode() == Opcode.HELLO && datagramLength >= Limits.HELLO_DATAGRAM_BYTES_MIN) {
            byte[] clientNonce = Wire.bytes(
                    NativeMemory.ALL, cursor.body() + HelloLayout.CLIENT_NONCE_OFFSET, HandshakeCrypto.NONCE_BYTES);
            challenge(clientNonce, peer, sink);
        } else if (cursor.opcode() == Opcode.OPEN) {
            open(cursor.body(), peer, sink);
        } else {
            core.counters().increment(Counter.DROPPED_HANDSHAKE);
        }
    }

    private void challenge(byte[] clientNonce, long peer, DatagramSink sink) {
        byte[] body = new byte[ChallengeLayout.BYTES];
        System.arraycopy(clientNonce, 0, body, ChallengeLayout.CLIENT_NONCE_OFFSET, clientNonce.length);
        byte[] cookie = HandshakeCrypto.cookie(SERVER_KEY, peerBytes(peer), clientNonce, slot());
        System.arraycopy(cookie, 0, body, ChallengeLayout.SERVER_NONCE_OFFSET, cookie.length);
        core.counters().increment(Counter.CHALLENGES);
        replies.writeAlone(sink, peer, DatagramLayout.SESSION_NONE, Opcode.CHALLENGE, Status.OK, 0, body);
    }

    private void open(long body, long peer, DatagramSink sink) {
        byte[] clientNonce =
                Wire.bytes(NativeMemory.ALL, body + OpenLayout.CLIENT_NONCE_OFFSET, HandshakeCrypto.NONCE_BYTES);
        byte[] serverNonce =
                Wire.bytes(NativeMemory.ALL, body + OpenLayout.SERVER_NONCE_OFFSET, HandshakeCrypto.NONCE_BYTES);
        byte[] peerBytes = peerBytes(peer);
        if (!HandshakeCrypto.isCookie(serverNonce, SERVER_KEY, peerBytes, clientNonce, slot())) {
            core.counters().increment(Counter.DROPPED_COOKIE);
            challenge(clientNonce, peer, sink);
            return;
        }
        byte[] name = Wire.bytes(
                NativeMemory.ALL, body + OpenLayout.TENANT_OFFSET, OpenLayout.tenantLength(NativeMemory.ALL, body));
        Tenant tenant = core.store().tenant(new String(name, StandardCharsets.UTF_8));
        byte[] proof = Wire.bytes(NativeMemory.ALL, body + OpenLayout.PROOF_OFFSET, HandshakeCrypto.PROOF_BYTES);
        // An unknown tenant takes as long to refuse as a wrong secret.
        byte[] secret = tenant == null ? SERVER_KEY : tenant.secret();
        byte[] expected = HandshakeCrypto.openProof(secret, clientNonce, serverNonce, name);
        if (tenant == null || !HandshakeCrypto.equal(proof, expected)) {
            core.counters().increment(Counter.SESSIONS_REFUSED);
            refuse(clientNonce, Status.REFUSED, "unknown tenant or wrong secret: check both", peer, sink);
            return;
        }
        forgetOld();
        String key = key(clientNonce, serverNonce, peerBytes);
        Opened before = opened.get(key);
        if (before != null) {
            openedAgain(before, clientNonce, peer, sink);
        } else if (core.draining()) {
            refuse(clientNonce, Status.DRAINING, Status.describe(Status.DRAINING), peer, sink);
        } else if (sessions.isFull() || opened.size() >= config.sessionsMax() * SessionLimits.OPENS_PER_SESSION) {
            core.counters().increment(Counter.SESSIONS_FULL);
            refuse(clientNonce, Status.BUSY, "the server has no room for another session: close one", peer, sink);
        } else {
            int offered = OpenLayout.datagramBytesMax(NativeMemory.ALL, body);
            byte[] reply = create(tenant, secret, clientNonce, serverNonce, name, offered, peer, sink);
            int session = OpenedLayout.session(MemorySegment.ofArray(reply), 0);
            opened.put(key, new Opened(session, reply, core.nowMs() + SessionLimits.OPEN_REMEMBERED_MS));
            replies.writeAlone(sink, peer, DatagramLayout.SESSION_NONE, Opcode.OPENED, Status.OK, 0, reply);
        }
    }

    private void openedAgain(Opened before, byte[] clientNonce, long peer, DatagramSink sink) {
        if (sessions.find(before.session()) == null) {
            // Its session has ended: a second one under the same key would take replayed requests for new ones.
            refuse(clientNonce, Status.REFUSED, "this handshake's session has ended: begin a new one", peer, sink);
        } else {
            replies.writeAlone(sink, peer, DatagramLayout.SESSION_NONE, Opcode.OPENED, Status.OK, 0, before.body());
        }
    }

    private byte[] create(
            Tenant tenant,
            byte[] secret,
            byte[] clientNonce,
            byte[] serverNonce,
            byte[] name,
            int datagramBytesOffered,
            long peer,
            DatagramSink sink) {
        boolean tagged = secret.length > 0;
        Tag tag = tagged ? new Tag(HandshakeCrypto.sessionKey(secret, clientNonce, serverNonce)) : null;
        int datagramBytesMax = Math.min(datagramBytesOffered, sink.bytesMax(peer));
        Session session = new Session(
                sessions.nextId(), tenant, tag, sink, peer, datagramBytesMax, config.window(), budget, core.nowNs());
        sessions.add(session);
        core.counters().increment(Counter.SESSIONS_OPENED);

        byte[] body = new byte[OpenedLayout.bytes(ports.length)];
        MemorySegment memory = MemorySegment.ofArray(body);
        System.arraycopy(clientNonce, 0, body, OpenedLayout.CLIENT_NONCE_OFFSET, clientNonce.length);
        OpenedLayout.write(
                memory,
                0,
                session.id(),
                config.window(),
                datagramBytesMax,
                config.idleMs(),
                OpenedLayout.FLAG_BUNDLES
                        | OpenedLayout.FLAG_RUN_FIGURES
                        | (tagged ? OpenedLayout.FLAG_TAGS_REQUIRED : 0),
                ports.length,
                core.index());
        for (int index = 0; index < ports.length; index++) {
            OpenedLayout.setPort(memory, 0, index, ports[index]);
        }
        byte[] proof = HandshakeCrypto.openedProof(secret, clientNonce, serverNonce, name, body);
        System.arraycopy(proof, 0, body, OpenedLayout.PROOF_OFFSET, proof.length);
        return body;
    }

    private void refuse(byte[] clientNonce, int status, String message, long peer, DatagramSink sink) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(clientNonce, RefusedLayout.MESSAGE_OFFSET + text.length);
        System.arraycopy(text, 0, body, RefusedLayout.MESSAGE_OFFSET, text.length);
        replies.writeAlone(sink, peer, DatagramLayout.SESSION_NONE, Opcode.REFUSED, status, 0, body);
    }

    private void forgetOld() {
        var iterator = opened.values().iterator();
        // In the order of their opening, so that the first which is young ends the walk.
        while (iterator.hasNext() && iterator.next().forgetMs() < core.nowMs()) {
            iterator.remove();
        }
    }

    private static String key(byte[] clientNonce, byte[] serverNonce, byte[] peer) {
        HexFormat hex = HexFormat.of();
        return hex.formatHex(clientNonce) + hex.formatHex(serverNonce) + hex.formatHex(peer);
    }

    private static byte[] peerBytes(long peer) {
        return NativeMemory.toArray(peer, SocketLayout.ADDRESS_SLOT);
    }

    private long slot() {
        return core.nowMs() / Limits.COOKIE_SLOT_MS;
    }
}
