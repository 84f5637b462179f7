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
import dev.quern.protocol.ValueReplyLayout;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import dev.quern.protocol.WrittenReplyLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A server for one client that answers as fast as Java can: every get with the same value, every put with the same version. It spins on one
 * thread; good for figures about the client, no good for anything else.
 */
final class EchoServer implements AutoCloseable {
    private static final int VALUE_BYTES = 100;
    private static final int SESSION = 7;

    private final byte[] secret;
    private final int window;
    private final DatagramChannel channel = DatagramChannel.open();
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_MAX + 8);
    private final MemorySegment in = MemorySegment.ofBuffer(incoming);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_MAX);
    private final MemorySegment out = MemorySegment.ofBuffer(outgoing);
    private final MessageCursor cursor = new MessageCursor();
    private final Thread thread = new Thread(this::run, "echo-server");
    private @Nullable Tag tag;
    private int position;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    private EchoServer(String secret, int window) throws IOException {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.window = window;
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        channel.setOption(java.net.StandardSocketOptions.SO_RCVBUF, 4 << 20);
        channel.configureBlocking(false);
    }

    static EchoServer start(String secret, int window) throws IOException {
        EchoServer server = new EchoServer(secret, window);
        server.thread.setDaemon(true);
        server.thread.start();
        return server;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), channel.socket().getLocalPort());
    }

    private void run() {
        try {
            while (!closed) {
                incoming.clear();
                int length;
                if (channel.isConnected()) {
                    length = channel.read(incoming);
                } else {
                    SocketAddress from = channel.receive(incoming);
                    if (from != null) {
                        channel.connect(from);
                    }
                    length = incoming.position();
                }
                if (length > 0) {
                    accept(length);
                } else {
                    Thread.onSpinWait();
                }
            }
        } catch (java.net.PortUnreachableException e) {
            // The client is gone, and with it this server's purpose.
            closed = true;
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private void accept(int length) throws IOException {
        if (cursor.wrap(in, 0, length, false) != Verdict.GOOD) {
            return;
        }
        position = DatagramLayout.HEADER_BYTES;
        int session = cursor.session();
        if (session == 0) {
            while (cursor.next()) {
                handshake();
            }
            send(0, null);
        } else if (tag == null || tag.verify(in, 0, length)) {
            while (cursor.next()) {
                if (cursor.checkBody() == Verdict.GOOD) {
                    answer();
                }
            }
            send(SESSION, tag);
        }
    }

    private void answer() throws IOException {
        if (position + MessageLayout.sizeOf(ValueReplyLayout.BYTES_MIN + VALUE_BYTES)
                > Limits.DATAGRAM_BYTES_LOOPBACK) {
            send(SESSION, tag);
        }
        long body = (long) position + MessageLayout.HEADER_BYTES;
        int length;
        int status = Status.OK;
        switch (cursor.opcode()) {
            case Opcode.GET -> {
                ValueReplyLayout.write(out, body, 1);
                length = ValueReplyLayout.BYTES_MIN + VALUE_BYTES;
            }
            case Opcode.PUT -> {
                WrittenReplyLayout.write(out, body, 1);
                length = WrittenReplyLayout.BYTES;
            }
            default -> {
                length = 0;
                status = Status.UNKNOWN_OPCODE;
            }
        }
        MessageLayout.writeHeader(out, position, cursor.opcode(), status, 0, length, cursor.sequence(), 0);
        position += MessageLayout.pad(out, position, length);
    }

    private void send(int session, @Nullable Tag key) throws IOException {
        if (position == DatagramLayout.HEADER_BYTES) {
            return;
        }
        DatagramLayout.writeHeader(out, 0, DatagramLayout.FLAG_REPLY, session);
        if (key != null) {
            key.seal(out, 0, position);
        }
        outgoing.limit(position).position(0);
        channel.write(outgoing);
        position = DatagramLayout.HEADER_BYTES;
    }

    private void handshake() {
        byte[] clientNonce = Wire.bytes(in, cursor.body() + HelloLayout.CLIENT_NONCE_OFFSET, 16);
        byte[] serverNonce = new byte[16];
        long body = (long) position + MessageLayout.HEADER_BYTES;
        int length;
        int opcode;
        if (cursor.opcode() == Opcode.HELLO) {
            opcode = Opcode.CHALLENGE;
            length = ChallengeLayout.BYTES;
            Wire.putBytes(out, body, clientNonce);
            Wire.putBytes(out, body + ChallengeLayout.SERVER_NONCE_OFFSET, serverNonce);
        } else {
            opcode = Opcode.OPENED;
            length = OpenedLayout.bytes(1);
            int bytesMax = OpenLayout.datagramBytesMax(in, cursor.body());
            OpenedLayout.write(out, body, SESSION, window, bytesMax, 60_000, secret.length == 0 ? 0 : 1, 1, 0);
            Wire.putBytes(out, body, clientNonce);
            OpenedLayout.setPort(out, body, 0, channel.socket().getLocalPort());
            byte[] tenant = "default".getBytes(StandardCharsets.UTF_8);
            byte[] proof = HandshakeCrypto.openedProof(
                    secret, clientNonce, serverNonce, tenant, Wire.bytes(out, body, length));
            Wire.putBytes(out, body + OpenedLayout.PROOF_OFFSET, proof);
            tag = secret.length == 0 ? null : new Tag(HandshakeCrypto.sessionKey(secret, clientNonce, serverNonce));
        }
        MessageLayout.writeHeader(out, position, opcode, 0, 0, length, 0, 0);
        position += MessageLayout.pad(out, position, length);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.close();
        if (failure != null) {
            throw new IllegalStateException("the echo server failed", failure);
        }
    }
}
