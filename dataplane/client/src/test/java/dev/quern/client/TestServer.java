package dev.quern.client;

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
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A small server that speaks the whole protocol over real sockets, one per core, on one thread; {@link TestStore} has the records. */
final class TestServer implements AutoCloseable {
    private static final String TENANT = "default";

    final TestStore store = new TestStore();
    private final byte[] secret;
    private final int window;
    private final int datagramBytesMax;
    private final Selector selector = Selector.open();
    private final List<DatagramChannel> cores = new ArrayList<>();
    private final Map<Integer, TestSession> sessions = new HashMap<>();
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_MAX + 8);
    private final MessageCursor cursor = new MessageCursor();
    private final Thread thread = new Thread(this::run, "test-server");
    private byte[] serverKey = {1, 2, 3};
    private int nextSession = 1;
    private volatile boolean closed;
    /** Precedes every answer with a claim that there is no such session. */
    volatile boolean forgeUnknownSession;

    /** Cores that answer and that clients are told of; all when 0. */
    volatile int coresInUse;

    volatile int refuseWith;

    /** Of what a server need not know, that this one does. */
    volatile int openedFlags;

    volatile int sessionIdleMs = Limits.SESSION_IDLE_MS_DEFAULT;
    private int sessionsOpened;
    volatile @Nullable Throwable failure;

    private TestServer(String secret, int coreCount, int window, int datagramBytesMax) throws IOException {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.window = window;
        this.datagramBytesMax = datagramBytesMax;
        for (int i = 0; i < coreCount; i++) {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, i);
            cores.add(channel);
        }
    }

    static TestServer start(String secret, int coreCount, int window, int datagramBytesMax) throws IOException {
        TestServer server = new TestServer(secret, coreCount, window, datagramBytesMax);
        server.thread.setDaemon(true);
        server.thread.start();
        return server;
    }

    static TestServer start() throws IOException {
        return start("", 1, 256, Limits.DATAGRAM_BYTES_LOOPBACK);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(0));
    }

    private int port(int core) {
        return cores.get(core).socket().getLocalPort();
    }

    synchronized int sessionsOpened() {
        return sessionsOpened;
    }

    /** As if the process had been replaced: sessions and table ids are gone, records stay, to make it harder. */
    synchronized void restart() {
        sessions.clear();
        serverKey = new byte[] {(byte) (serverKey[0] + 1)};
        nextSession += 1000;
        store.renumberTables();
    }

    /** As {@link #restart}, and numbers are given out from the first one again. */
    synchronized void restartWithTheSameNumbers() {
        restart();
        nextSession = 1;
    }

    /** How many addresses sessions were opened from, of those that are open. */
    synchronized long peers() {
        return sessions.values().stream()
                .map(session -> session.peer)
                .distinct()
                .count();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(
                        key -> {
                            try {
                                drain((DatagramChannel) key.channel(), (int) key.attachment());
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        100);
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private synchronized void drain(DatagramChannel channel, int core) throws IOException {
        while (true) {
            incoming.clear();
            SocketAddress from = channel.receive(incoming);
            if (from == null) {
                return;
            }
            byte[] datagram = new byte[incoming.flip().remaining()];
            incoming.get(datagram);
            accept(channel, core, from, MemorySegment.ofArray(datagram), datagram.length);
        }
    }

    private void accept(DatagramChannel channel, int core, SocketAddress from, MemorySegment memory, int length)
            throws IOException {
        if (core >= coresInUse() || cursor.wrap(memory, 0, length, false) != Verdict.GOOD) {
            return;
        }
        if (cursor.session() == DatagramLayout.SESSION_NONE) {
            if (cursor.next() && cursor.checkBody() == Verdict.GOOD) {
                handshake(channel, core, from, memory, length);
            }
            return;
        }
        TestSession session = sessions.get(cursor.session());
        if (session == null || !session.peer.equals(from)) {
            if (cursor.next()) {
                send(
                        channel,
                        from,
                        cursor.session(),
                        null,
                        List.of(TestSession.message(
                                cursor.opcode(), Status.UNKNOWN_SESSION, cursor.sequence(), new byte[0])));
            }
            return;
        }
        if (session.tag != null && !session.tag.verify(memory, 0, length)) {
            return;
        }
        while (cursor.next()) {
            if (forgeUnknownSession) {
                send(
                        channel,
                        from,
                        session.id,
                        null,
                        List.of(TestSession.message(
                                cursor.opcode(), Status.UNKNOWN_SESSION, cursor.sequence(), new byte[0])));
            }
            session.serve(cursor, memory, store);
        }
        send(channel, from, session.id, session.tag, session.takeReplies());
        if (session.ended) {
            sessions.remove(session.id);
        }
    }

    private void send(DatagramChannel channel, SocketAddress to, int session, @Nullable Tag tag, List<byte[]> messages)
            throws IOException {
        byte[] bytes = new byte[Limits.DATAGRAM_BYTES_MAX];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int position = DatagramLayout.HEADER_BYTES;
        for (int i = 0; i <= messages.size(); i++) {
            boolean last = i == messages.size();
            if (position > DatagramLayout.HEADER_BYTES
                    && (last || position + MessageLayout.padded(messages.get(i).length) > datagramBytesMax)) {
                DatagramLayout.writeHeader(memory, 0, DatagramLayout.FLAG_REPLY, session);
                if (tag != null) {
                    tag.seal(memory, 0, position);
                }
                channel.send(ByteBuffer.wrap(bytes, 0, position), to);
                Arrays.fill(bytes, (byte) 0);
                position = DatagramLayout.HEADER_BYTES;
            }
            if (!last) {
                Wire.putBytes(memory, position, messages.get(i));
                position += MessageLayout.padded(messages.get(i).length);
            }
        }
    }

    private void handshake(DatagramChannel channel, int core, SocketAddress from, MemorySegment memory, int length)
            throws IOException {
        byte[] peer = from.toString().getBytes(StandardCharsets.UTF_8);
        long slot = System.currentTimeMillis() / Limits.COOKIE_SLOT_MS;
        long body = cursor.body();
        byte[] clientNonce = Wire.bytes(memory, body + HelloLayout.CLIENT_NONCE_OFFSET, 16);
        byte[] serverNonce = cursor.opcode() == Opcode.OPEN
                ? Wire.bytes(memory, body + OpenLayout.SERVER_NONCE_OFFSET, 16)
                : new byte[16];
        boolean good = HandshakeCrypto.isCookie(serverNonce, serverKey, peer, clientNonce, slot);
        if ((cursor.opcode() == Opcode.HELLO && length >= Limits.HELLO_DATAGRAM_BYTES_MIN)
                || (cursor.opcode() == Opcode.OPEN && !good)) {
            byte[] challenge = new byte[ChallengeLayout.BYTES];
            System.arraycopy(clientNonce, 0, challenge, ChallengeLayout.CLIENT_NONCE_OFFSET, 16);
            byte[] cookie = HandshakeCrypto.cookie(serverKey, peer, clientNonce, slot);
            System.arraycopy(cookie, 0, challenge, ChallengeLayout.SERVER_NONCE_OFFSET, 16);
            send(channel, from, 0, null, List.of(TestSession.message(Opcode.CHALLENGE, 0, 0, challenge)));
        } else if (cursor.opcode() == Opcode.OPEN) {
            byte[] name = Wire.bytes(memory, body + OpenLayout.TENANT_OFFSET, OpenLayout.tenantLength(memory, body));
            byte[] proof = Wire.bytes(memory, body + OpenLayout.PROOF_OFFSET, 32);
            boolean known = new String(name, StandardCharsets.UTF_8).equals(TENANT)
                    && Arrays.equals(proof, HandshakeCrypto.openProof(secret, clientNonce, serverNonce, name));
            int status = known ? refuseWith : Status.REFUSED;
            byte[] answer = status == 0
                    ? open(core, from, clientNonce, serverNonce, OpenLayout.datagramBytesMax(memory, body))
                    : clientNonce;
            send(
                    channel,
                    from,
                    0,
                    null,
                    List.of(TestSession.message(status == 0 ? Opcode.OPENED : Opcode.REFUSED, status, 0, answer)));
        }
    }

    private byte[] open(
            int core, SocketAddress from, byte[] clientNonce, byte[] serverNonce, int clientDatagramBytesMax) {
        TestSession session = null;
        for (TestSession known : sessions.values()) {
            session = known.isFor(from, clientNonce) ? known : session;
        }
        int bytesMax = Math.min(datagramBytesMax, clientDatagramBytesMax);
        if (session == null) {
            Tag tag = secret.length == 0 ? null : new Tag(HandshakeCrypto.sessionKey(secret, clientNonce, serverNonce));
            session = new TestSession(nextSession++, from, clientNonce, tag, window, bytesMax);
            sessions.put(session.id, session);
            sessionsOpened++;
        }
        byte[] body = new byte[OpenedLayout.bytes(coresInUse())];
        MemorySegment memory = MemorySegment.ofArray(body);
        OpenedLayout.write(
                memory,
                0,
                session.id,
                window,
                bytesMax,
                sessionIdleMs,
                openedFlags | (secret.length == 0 ? 0 : OpenedLayout.FLAG_TAGS_REQUIRED),
                coresInUse(),
                core);
        Wire.putBytes(memory, OpenedLayout.CLIENT_NONCE_OFFSET, clientNonce);
        for (int i = 0; i < coresInUse(); i++) {
            OpenedLayout.setPort(memory, 0, i, port(i));
        }
        byte[] tenant = TENANT.getBytes(StandardCharsets.UTF_8);
        byte[] proof = HandshakeCrypto.openedProof(secret, clientNonce, serverNonce, tenant, body);
        Wire.putBytes(memory, OpenedLayout.PROOF_OFFSET, proof);
        return body;
    }

    private int coresInUse() {
        return coresInUse == 0 ? cores.size() : coresInUse;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (DatagramChannel core : cores) {
            core.close();
        }
        selector.close();
        if (failure != null) {
            throw new IllegalStateException("the test server failed", failure);
        }
    }
}
