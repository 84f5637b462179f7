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
import dev.quern.server.session.SessionConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A core's UDP socket: a burst comes in by one recvmmsg and its replies leave by one sendmmsg. Thread: the core's. */
final class UdpPort implements Port, DatagramSink {
    private static final int LOOPBACK_IPV4 = 127;

    private final UdpSocket socket;
    private final MultiMessage incoming = new MultiMessage(PortLimits.BATCH, PortLimits.SLOT_BYTES);
    private final MultiMessage outgoing = new MultiMessage(PortLimits.BATCH, PortLimits.SLOT_BYTES);
    private final NativeDoor door;
    private final Counters counters;
    private final int datagramBytesMax;
    private final CoreEvents.@Nullable Watch watch;
    private int queued;

    /**
     * @param ports every core's port
     * @param datagramBytesMax the longest datagram for peers elsewhere
     * @throws IOException when the address cannot be had
     */
    UdpPort(Core core, UdpSocket socket, SessionConfig config, int[] ports, int datagramBytesMax) throws IOException {
        this.socket = socket;
        this.counters = core.counters();
        this.datagramBytesMax = datagramBytesMax;
        this.door = new NativeDoor(core, config, ports);
        this.watch =
                core.events().kind() == CoreEvents.Kind.EPOLL ? core.events().watch(socket.descriptor()) : null;
    }

    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        int received = incoming.receive(socket.descriptor(), limit);
        if (received <= 0) {
            // An error here is a past datagram's (ECONNREFUSED from a peer that has gone): it says nothing of the next
            // one.
            return 0;
        }
        door.beginBurst();
        for (int slot = 0; slot < received; slot++) {
            if (incoming.truncated(slot)) {
                counters.increment(Counter.DROPPED_LONG);
            } else {
                door.receive(incoming.address(slot), incoming.length(slot), incoming.peer(slot), this);
            }
        }
        door.endBurst();
        return received;
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
        return queued == 0;
    }

    @Override
    public void close() {
        door.close();
        if (watch != null) {
            watch.close();
        }
        socket.close();
        incoming.close();
        outgoing.close();
    }
}
