package dev.quern.server.port;

import dev.quern.ffi.linux.SocketLayout;
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
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * A core's UDP socket by NIO, for systems without recvmmsg: a call and some garbage for every datagram. Thread: the core's.
 */
final class NioUdpPort implements Port, DatagramSink {
    private final Arena arena = Arena.ofConfined();
    private final DatagramChannel channel;
    private final InetSocketAddress localAddress;
    private final NativeDoor door;
    private final Counters counters;
    private final int datagramBytesMax;
    private final long inAddress;
    private final ByteBuffer in;
    private final long outAddress;
    private final ByteBuffer out;
    private final long peer;
    private final CoreEvents.@Nullable Watch watch;

    /** @throws IOException when the address cannot be had */
    NioUdpPort(Core core, DatagramChannel channel, SessionConfig config, int[] ports, int datagramBytesMax)
            throws IOException {
        this.channel = channel;
        this.localAddress = (InetSocketAddress) channel.getLocalAddress();
        this.counters = core.counters();
        this.datagramBytesMax = datagramBytesMax;
        this.door = new NativeDoor(core, config, ports);
        this.watch = core.events().kind() == CoreEvents.Kind.NIO ? core.events().watch(channel) : null;
        MemorySegment incoming = arena.allocate(PortLimits.SLOT_BYTES, Long.BYTES);
        MemorySegment outgoing = arena.allocate(PortLimits.SLOT_BYTES, Long.BYTES);
        this.inAddress = incoming.address();
        this.in = incoming.asByteBuffer();
        this.outAddress = outgoing.address();
        this.out = outgoing.asByteBuffer();
        this.peer = arena.allocate(SocketLayout.ADDRESS_SLOT, Long.BYTES).address();
    }

    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        int received = 0;
        door.beginBurst();
        while (received < limit && receive()) {
            received++;
        }
        door.endBurst();
        return received;
    }

    private boolean receive() {
        try {
            in.clear();
            SocketAddress source = channel.receive(in);
            if (source == null) {
                return false;
            }
            InetSocketAddress address = (InetSocketAddress) source;
            SocketLayout.write(peer, address, SocketLayout.family(address.getAddress()));
            door.receive(inAddress, in.position(), peer, this);
            return true;
        } catch (IOException pastDatagramRefused) {
            // A peer that has gone: it says nothing of the next datagram.
            counters.increment(Counter.DATAGRAMS_UNSENT);
            return true;
        }
    }

    @Override
    public long acquire() {
        return outAddress;
    }

    @Override
    public void send(int length, long peer) {
        try {
            if (channel.send(out.clear().limit(length), SocketLayout.read(peer)) == 0) {
                counters.increment(Counter.DATAGRAMS_UNSENT);
            }
        } catch (IOException lost) {
            // A datagram is lost, as any may be, and the client asks again.
            counters.increment(Counter.DATAGRAMS_UNSENT);
        }
    }

    @Override
    public int bytesMax(long peer) {
        return SocketLayout.read(peer).getAddress().isLoopbackAddress()
                ? Math.max(datagramBytesMax, Limits.DATAGRAM_BYTES_LOOPBACK)
                : datagramBytesMax;
    }

    @Override
    public int flush(long nowNs) {
        return 0;
    }

    @Override
    public boolean wakesCore() {
        return watch != null;
    }

    @Override
    public String describe() {
        return "UDP " + Addresses.format(localAddress) + " (NIO)";
    }

    @Override
    public boolean drained() {
        return true;
    }

    @Override
    public void close() {
        door.close();
        if (watch != null) {
            watch.close();
        }
        try {
            channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            arena.close();
        }
    }
}
