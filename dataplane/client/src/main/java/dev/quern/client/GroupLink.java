package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.DatagramLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One session's use of a {@link SharedLink}, which hands it what is for that session. One thread, the group's. */
final class GroupLink implements Transport.Link {
    private final SharedLink shared;
    private @Nullable Session session;
    private byte @Nullable [] nonce;
    private int id = DatagramLayout.SESSION_NONE;
    /** The longest bundle that the session's datagrams may go in; 0 when they go by themselves. */
    private int bundleBytesMax;

    private boolean closed;

    GroupLink(SharedLink shared) {
        this.shared = shared;
    }

    /** From here on the answers of this handshake go to that session, and no longer those of the session before it. */
    void awaitHandshake(byte[] clientNonce, Session from) {
        forget();
        session = from;
        nonce = clientNonce.clone();
        shared.awaitHandshake(nonce, this);
    }

    /**
     * The handshake is over. A number that another session of this socket had is no longer that one's, whatever it believes: the server has forgotten
     * it.
     *
     * @param bundleBytes the longest bundle that its datagrams may go in; 0 for none
     */
    void opened(int number, int bundleBytes, Session to) {
        forget();
        bundleBytesMax = bundleBytes;
        session = to;
        id = number;
        GroupLink before = shared.opened(number, this);
        if (before != null && before.session != null) {
            before.id = DatagramLayout.SESSION_NONE;
            before.session.superseded();
        }
    }

    private void forget() {
        bundleBytesMax = 0;
        if (nonce != null) {
            shared.forgetHandshake(nonce);
            nonce = null;
        }
        if (id != DatagramLayout.SESSION_NONE) {
            shared.ended(id, this);
            id = DatagramLayout.SESSION_NONE;
        }
    }

    void deliver(MemorySegment memory, long datagram, int length, long nowNs) {
        if (session != null) {
            session.deliver(memory, datagram, length, nowNs);
        }
    }

    @Override
    public boolean send(ByteBuffer datagram) {
        return shared.send(datagram, bundleBytesMax);
    }

    /** Nothing: what comes is handed over. */
    @Override
    public int receive(ByteBuffer target) {
        return 0;
    }

    @Override
    public @Nullable String failure() {
        return shared.failure();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            forget();
            session = null;
            shared.leave();
        }
    }
}
