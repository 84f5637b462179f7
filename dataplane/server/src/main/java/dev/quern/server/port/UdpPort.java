package dev.quern.server.port;

import dev.quern.ffi.linux.MultiMessage;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.ffi.linux.UdpSocket;
import dev.quern.protocol.Limits;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.CoreEvents;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import dev.quern.server.loop.Port;
import dev.quern.server.session.DatagramSink;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A core's UDP socket: a burst comes in by one recvmmsg and its replies leave by one sendmmsg. Thread: the core's. */
final class UdpPort implements Port, DatagramSink {
    private static final int LOOPBACK_IPV4 = 127;
    private static final long NS_PER_MS = 1_000_000;

    private final UdpSocket socket;
    private final Core core;
    private final MultiMessage outgoing = new MultiMessage(PortLimits.BATCH, PortLimits.SLOT_BYTES);
    private final NativeDoor door;
    private final Counters counters;
    private final int datagramBytesMax;
    private final CoreEvents.@Nullable Watch watch;

    /** The burst being served. */
    private Burst current = new Burst();

    /** What came while a function stood still that the other burst had brought. */
    private Burst other = new Burst();

    private final StampSwitch stampSwitch = new StampSwitch();
    private boolean isStamped;
    private int queued;

    /**
     * @param ports every core's port
     * @param datagramBytesMax the longest datagram for peers elsewhere
     * @throws IOException when the address cannot be had
     */
    UdpPort(Core core, UdpSocket socket, SessionBudgets budgets, int[] ports, int datagramBytesMax) throws IOException {
        this.core = core;
        this.socket = socket;
        this.counters = core.counters();
        this.datagramBytesMax = datagramBytesMax;
        this.door = new NativeDoor(core, budgets, ports);
        this.watch =
                core.events().kind() == CoreEvents.Kind.EPOLL ? core.events().watch(socket.descriptor()) : null;
    }

    /** What came in the midst of a function goes first, in its order: held datagrams, then the rest of the bursts. */
    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        if (current.isEmpty() && other.isEmpty() && !door.hasHeld()) {
            current.receive(socket.descriptor(), limit, isStamped);
            boolean isFull = current.received() == limit;
            boolean wanted = stampSwitch.received(isFull, core.gauges().inlineRuns(), nowNs);
            if (wanted != isStamped) {
                isStamped = socket.stamps(wanted) && wanted;
            }
            if (current.isEmpty()) {
                return 0;
            }
        }
        int served = 0;
        long interludes = core.interludes();
        door.beginBurst();
        while (served < limit && serveNext()) {
            served++;
            if (core.interludes() != interludes) {
                break; // That took long: the core's other work is due.
            }
        }
        door.endBurst();
        return served;
    }

    private boolean serveNext() {
        if (door.hasHeld()) {
            door.serveHeld();
            return true;
        }
        if (current.isEmpty()) {
            Burst empty = current;
            current = other;
            other = empty;
        }
        if (current.isEmpty()) {
            return false;
        }
        int slot = current.take();
        if (current.truncated(slot)) {
            counters.increment(Counter.DROPPED_LONG);
        } else {
            door.receive(current.address(slot), current.length(slot), current.peer(slot), this, arrivedNs(slot));
        }
        return true;
    }

    /** By the kernel's clock, whose turn's time is cut to milliseconds; as one may set it, no longer ago than there has been something to do. */
    private long arrivedNs(int slot) {
        long nowNs = core.nowNs();
        if (!isStamped) {
            return nowNs;
        }
        long stampNs = current.stampNs(slot);
        long waitedNs = stampNs == 0 ? 0 : core.nowMs() * NS_PER_MS - stampNs;
        return nowNs - Math.clamp(waitedNs, 0, Math.max(0, core.waitedNs()));
    }

    @Override
    public int pollShort(long nowNs, int limit) {
        int served = 0;
        door.beginInterlude();
        while (served < limit && core.mayServeShort() && serveShort(limit)) {
            served++;
        }
        door.endInterlude();
        return served;
    }

    /** Never receives over {@link #current}, where the arguments of the function may lie that stands still. */
    private boolean serveShort(int limit) {
        Burst from = current.isEmpty() ? other : current;
        if (from.isEmpty()) {
            from.receive(socket.descriptor(), limit, isStamped);
            if (from.isEmpty()) {
                return false;
            }
        }
        int slot = from.take();
        if (from.truncated(slot)) {
            counters.increment(Counter.DROPPED_LONG);
        } else {
            door.receiveShort(from.address(slot), from.length(slot), from.peer(slot), this);
        }
        return true;
    }

    @Override
    public int flush(long nowNs) {
        int sent = queued;
        if (sent > 0) {
            transmit();
        }
        return sent;
    }

    private void transmit() {
        int from = 0;
        while (from < queued) {
            int sent = outgoing.send(socket.descriptor(), from, queued);
            if (sent > 0) {
                from += sent;
            } else {
                // Full (0) or this peer's error: a datagram is lost, as any may be, and the client asks again.
                counters.increment(Counter.DATAGRAMS_UNSENT);
                from++;
            }
        }
        queued = 0;
    }

    @Override
    public long acquire() {
        if (queued == PortLimits.BATCH) {
            transmit();
        }
        return outgoing.address(queued);
    }

    @Override
    public void send(int length, long peer) {
        outgoing.set(queued++, length, peer);
    }

    @Override
    public int bytesMax(long peer) {
        return isLoopback(peer) ? Math.max(datagramBytesMax, Limits.DATAGRAM_BYTES_LOOPBACK) : datagramBytesMax;
    }

    private static boolean isLoopback(long peer) {
        if (NativeMemory.getShort(peer + SocketLayout.ADDRESS_FAMILY) == SocketLayout.AF_INET) {
            return NativeMemory.getByte(peer + SocketLayout.ADDRESS_IPV4) == LOOPBACK_IPV4;
        }
        return SocketLayout.read(peer).getAddress().isLoopbackAddress();
    }

    InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public boolean wakesCore() {
        return watch != null;
    }

    @Override
    public String describe() {
        return "UDP " + Addresses.format(socket.localAddress()) + " (recvmmsg)";
    }

    @Override
    public boolean drained() {
        return queued == 0 && current.isEmpty() && other.isEmpty() && !door.hasHeld();
    }

    @Override
    public void close() {
        door.close();
        if (watch != null) {
            watch.close();
        }
        socket.close();
        current.close();
        other.close();
        outgoing.close();
    }
}
