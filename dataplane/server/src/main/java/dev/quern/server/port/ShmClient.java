package dev.quern.server.port;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.protocol.ShmFileLayout;
import dev.quern.protocol.ShmReceiver;
import dev.quern.protocol.ShmSender;
import dev.quern.protocol.Wire;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import dev.quern.server.session.DatagramSink;
import io.netty.channel.Channel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The core's end of one client's rings. Replies are written where the client reads them; requests are copied out before they are looked at,
 * as the client could change them meanwhile. Thread: the core's.
 */
final class ShmClient implements DatagramSink {
    /** No family of the kernel's: a client is known by its number. */
    private static final short PEER_FAMILY = (short) 0xFFFE;

    private final ShmRings rings;
    private final Channel socket;
    private final Counters counters;
    private final long spare;
    private final MemorySegment peerMemory = Arena.ofAuto().allocate(SocketLayout.ADDRESS_SLOT, Long.BYTES);
    private final long base;
    private final ShmReceiver requests;
    private final ShmSender replies;
    private final long replyRoom;

    /** How far requests had come, by when the core looked. */
    private final Watermarks marks = new Watermarks();

    private boolean isReserved;
    private boolean isUnannounced;
    private boolean isGone;

    /**
     * @param number another for each client
     * @param spare where replies go that find no room, as long as the longest
     */
    ShmClient(ShmRings rings, int number, Channel socket, Counters counters, long spare) {
        this.rings = rings;
        this.socket = socket;
        this.counters = counters;
        this.spare = spare;
        this.base = rings.address();
        int ringBytes = rings.ringBytes();
        this.requests = new ShmReceiver(
                NativeMemory.ALL,
                base + ShmFileLayout.requestsOffset(),
                ringBytes,
                base + ShmFileLayout.REQUESTS_TAKEN_OFFSET);
        this.replies = new ShmSender(
                NativeMemory.ALL,
                base + ShmFileLayout.repliesOffset(ringBytes),
                ringBytes,
                base + ShmFileLayout.REPLIES_TAKEN_OFFSET);
        this.replyRoom = ringBytes / PortLimits.SHM_REPLY_ROOM_SHARE;
        NativeMemory.putShort(peer() + SocketLayout.ADDRESS_FAMILY, PEER_FAMILY);
        NativeMemory.putInt(peer() + SocketLayout.ADDRESS_IPV4, number);
    }

    long peer() {
        return peerMemory.address();
    }

    /** Whether there is a request to take: none of a client that does not take its replies. */
    boolean hasRequests() {
        return !isGone && requests.hasNext() && replies.hasRoom(replyRoom);
    }

    /** Notes how far requests have come. */
    void mark(long nowNs) {
        if (!isGone) {
            marks.note(requests.look(PortLimits.SHM_LOOK_MAX), nowNs);
        }
    }

    /** Since when the next request has been here, at the least. */
    long arrivedNs(long nowNs) {
        return marks.arrivedNs(requests.taken(), nowNs);
    }

    /** Copies the next request out; returns its length, 0 when there is none. */
    int take(long target) {
        long at = requests.next();
        if (at < 0) {
            return 0;
        }
        int length = requests.length();
        NativeMemory.copy(at, target, length);
        requests.take();
        return length;
    }

    /** Tells the client how far its requests were taken. For when there are no more. */
    void settle() {
        if (!isGone) {
            requests.settle();
        }
    }

    /** Whether the client wrote what cannot be. */
    boolean isBroken() {
        return requests.isBroken() || replies.isBroken();
    }

    @Override
    public long acquire() {
        long at = isGone ? -1 : replies.reserve();
        isReserved = at >= 0;
        return isReserved ? at : spare;
    }

    @Override
    public void send(int length, long peer) {
        if (!isReserved) {
            // A client that does not read its replies loses them, as over a socket.
            counters.increment(Counter.DATAGRAMS_UNSENT);
            return;
        }
        isReserved = false;
        replies.publish(length);
        isUnannounced = true;
    }

    @Override
    public int bytesMax(long peer) {
        return PortLimits.RING_SLOT_BYTES;
    }

    /** Whether replies were sent since this was asked last. */
    boolean takeUnannounced() {
        boolean was = isUnannounced && !isGone;
        isUnannounced = false;
        return was;
    }

    boolean clientSleeps() {
        return Wire.getIntAcquire(NativeMemory.ALL, base + ShmFileLayout.CLIENT_SLEEPS_OFFSET) != 0;
    }

    /** Wakes the client by a byte on its socket. */
    void ring() {
        Wire.putIntRelease(NativeMemory.ALL, base + ShmFileLayout.CLIENT_SLEEPS_OFFSET, 0);
        // One that reads none has enough of them waiting.
        if (socket.isWritable()) {
            var ignored = socket.writeAndFlush(socket.alloc().directBuffer(1).writeByte(1), socket.voidPromise());
        }
    }

    /** Says whether the core sleeps, so that the client wakes it. */
    void coreSleeps(boolean sleeps) {
        Wire.putIntRelease(NativeMemory.ALL, base + ShmFileLayout.SERVER_SLEEPS_OFFSET, sleeps ? 1 : 0);
    }

    ShmRings rings() {
        return rings;
    }

    Channel socket() {
        return socket;
    }

    /** What is sent from now on is lost; the memory may go. */
    void gone() {
        isGone = true;
        isReserved = false;
    }
}
