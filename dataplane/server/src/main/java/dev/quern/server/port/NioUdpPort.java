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
import dev.quern.server.session.SessionBudgets;
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
    private final Core core;
    private final Arena arena = Arena.ofShared();
    private final DatagramChannel channel;
    private final InetSocketAddress localAddress;
    private final NativeDoor door;
    private final Counters counters;
    private final int datagramBytesMax;
    private final long inAddress;
    private final ByteBuffer in;
    private final long betweenAddress;
    private final ByteBuffer between;
    private final long outAddress;
    private final ByteBuffer out;
    private final long peer;
    private final CoreEvents.@Nullable Watch watch;

    /** @throws IOException when the address cannot be had */
    NioUdpPort(Core core, DatagramChannel channel, SessionBudgets budgets, int[] ports, int datagramBytesMax)
            throws IOException {
        this.core = core;
        this.channel = channel;
        this.localAddress = (InetSocketAddress) channel.getLocalAddress();
        this.counters = core.counters();
        this.datagramBytesMax = datagramBytesMax;
        this.door = new NativeDoor(core, budgets, ports);
        this.watch = core.events().kind() == CoreEvents.Kind.NIO ? core.events().watch(channel) : null;
        MemorySegment incoming = arena.allocate(PortLimits.SLOT_BYTES, Long.BYTES);
        MemorySegment incomingBetween = arena.allocate(PortLimits.SLOT_BYTES, Long.BYTES);
        MemorySegment outgoing = arena.allocate(PortLimits.SLOT_BYTES, Long.BYTES);
        this.inAddress = incoming.address();
        this.in = incoming.asByteBuffer();
        this.betweenAddress = incomingBetween.address();
        this.between = incomingBetween.asByteBuffer();
        this.outAddress = outgoing.address();
        this.out = outgoing.asByteBuffer();
        this.peer = arena.allocate(SocketLayout.ADDRESS_SLOT, Long.BYTES).address();
    }

    /** What came in the midst of a function goes first, in its order. */
    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        int received = 0;
        long interludes = core.interludes();
        door.beginBurst();
        while (received < limit && core.interludes() == interludes && serveNext()) {
            received++;
        }
        door.endBurst();
        return received;
    }

    private boolean serveNext() {
        if (door.hasHeld()) {
            door.serveHeld();
            return true;
        }
        return receive(in, inAddress, false);
    }

    /** Receives elsewhere than {@link #poll}, where the arguments of the function lie that stands still. */
    @Override
    public int pollShort(long nowNs, int limit) {
        int received = 0;
        door.beginInterlude();
        while (received < limit && core.mayServeShort() && receive(between, betweenAddress, true)) {
            received++;
        }
        door.endInterlude();
        return received;
    }

    private boolean receive(ByteBuffer into, long address, boolean onlyShort) {
        try {
            into.clear();
            SocketAddress source = channel.receive(into);
            if (source == null) {
                return false;
            }
            InetSocketAddress from = (InetSocketAddress) source;
            SocketLayout.write(peer, from, SocketLayout.family(from.getAddress()));
            if (onlyShort) {
                door.receiveShort(address, into.position(), peer, this);
            } else {
                door.receive(address, into.position(), peer, this);
            }
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
        return !door.hasHeld();
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
