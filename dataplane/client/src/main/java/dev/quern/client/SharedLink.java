package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.BundleLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A group's way to one core, which all its members' sessions with that core take: an answer is its session's by the number in its header, and
 * a handshake's by the client's nonce, with which each of its answers begins. What the members send in a turn goes out together, in bundles. One
 * thread, the group's.
 */
final class SharedLink {
    /** Where the answers of a handshake repeat the client's nonce. */
    private static final int NONCE_OFFSET = DatagramLayout.HEADER_BYTES + MessageLayout.HEADER_BYTES;

    /** A client's nonce. */
    private record Nonce(long first, long second) {
        static Nonce of(MemorySegment memory, long offset) {
            return new Nonce(Wire.getLong(memory, offset), Wire.getLong(memory, offset + Long.BYTES));
        }

        static Nonce of(byte[] bytes) {
            return of(MemorySegment.ofArray(bytes), 0);
        }
    }

    private final Transport.Link link;
    private final SessionMap sessions = new SessionMap();
    private final Map<Nonce, GroupLink> handshakes = new HashMap<>();
    private final ByteBuffer bundle;
    private final MemorySegment bundleMemory;
    private int bundled;
    private int bundleEnd = DatagramLayout.HEADER_BYTES;
    private int users;

    SharedLink(Transport.Link link, int datagramBytesMax) {
        this.link = link;
        bundle = ByteBuffer.allocateDirect(datagramBytesMax);
        bundleMemory = MemorySegment.ofBuffer(bundle);
        BundleLayout.writeHeader(bundleMemory, 0, false);
    }

    GroupLink join() {
        users++;
        return new GroupLink(this);
    }

    void leave() {
        users--;
    }

    boolean isUnused() {
        return users == 0;
    }

    // Receiving

    /** Receives up to so many datagrams and hands each to its session. Returns how many there were. */
    int receive(ByteBuffer incoming, MemorySegment memory, long nowNs, int datagramsMax) {
        int work = 0;
        while (work < datagramsMax) {
            int length = link.receive(incoming);
            if (length == 0) {
                break;
            }
            work++;
            if (BundleLayout.is(memory, 0, length, true)) {
                deliverEntries(memory, length, nowNs);
            } else {
                deliver(memory, 0, length, nowNs);
            }
        }
        return work;
    }

    private void deliverEntries(MemorySegment memory, int length, long nowNs) {
        int at = DatagramLayout.HEADER_BYTES;
        while (at < length) {
            int each = BundleLayout.entryLength(memory, at, length - at);
            if (each < 0) {
                return; // The rest is lost, and sent again.
            }
            deliver(memory, at + BundleLayout.DATAGRAM_OFFSET, each, nowNs);
            at += BundleLayout.HEADER_BYTES + each;
        }
    }

    private void deliver(MemorySegment memory, long datagram, int length, long nowNs) {
        GroupLink to = length < DatagramLayout.HEADER_BYTES ? null : recipient(memory, datagram, length);
        if (to != null) {
            to.deliver(memory, datagram, length, nowNs);
        }
    }

    private @Nullable GroupLink recipient(MemorySegment memory, long datagram, int length) {
        int id = DatagramLayout.session(memory, datagram);
        if (id != DatagramLayout.SESSION_NONE) {
            return sessions.get(id);
        }
        return length < NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES
                ? null
                : handshakes.get(Nonce.of(memory, datagram + NONCE_OFFSET));
    }

    // For links

    void awaitHandshake(byte[] clientNonce, GroupLink from) {
        handshakes.put(Nonce.of(clientNonce), from);
    }

    void forgetHandshake(byte[] clientNonce) {
        handshakes.remove(Nonce.of(clientNonce));
    }

    /** Returns who had the session's number before. */
    @Nullable
    GroupLink opened(int session, GroupLink link) {
        return sessions.put(session, link);
    }

    void ended(int session, GroupLink link) {
        sessions.remove(session, link);
    }

    /**
     * Sends a datagram, or puts it into the bundle that goes out with the next {@link #flush}.
     *
     * @param bundleBytesMax the longest bundle that it may go in; 0 when it has to go by itself
     * @return false when the link takes nothing now
     */
    boolean send(ByteBuffer datagram, int bundleBytesMax) {
        int length = datagram.remaining();
        int bytesMax = Math.min(bundleBytesMax, bundle.capacity());
        if (BundleLayout.BYTES_BESIDE + length > bytesMax) {
            return link.send(datagram);
        }
        if (bundleEnd + BundleLayout.HEADER_BYTES + length > bytesMax && !flush()) {
            return false;
        }
        BundleLayout.writeEntry(bundleMemory, bundleEnd, length);
        bundle.limit(bundle.capacity());
        bundle.put(bundleEnd + BundleLayout.DATAGRAM_OFFSET, datagram, datagram.position(), length);
        bundleEnd += BundleLayout.HEADER_BYTES + length;
        bundled++;
        return true;
    }

    /** Sends the bundle; one datagram in it goes by itself. False when the link takes nothing now, and then it is still here. */
    boolean flush() {
        if (bundled == 0) {
            return true;
        }
        bundle.limit(bundleEnd).position(bundled == 1 ? BundleLayout.BYTES_BESIDE : 0);
        if (!link.send(bundle)) {
            return false;
        }
        bundled = 0;
        bundleEnd = DatagramLayout.HEADER_BYTES;
        return true;
    }

    @Nullable
    String failure() {
        return link.failure();
    }

    void close() {
        boolean ignored = flush();
        link.close();
    }
}
