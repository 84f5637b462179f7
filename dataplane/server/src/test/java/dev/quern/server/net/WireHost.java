package dev.quern.server.net;

import dev.quern.client.transport.Transport;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.net.LinkAddress;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketDevice;
import dev.quern.net.ReceiveQueue;
import dev.quern.protocol.Toeplitz;
import dev.quern.server.loop.Counters;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A client's host at one end of a wire in memory, with a stack of its own. Threads: as {@link Transport} says. */
final class WireHost implements Transport {
    private static final int PORTS = 2000;
    private static final int PORT_BASE = 40_000;
    private static final long AWAIT_NS = 20_000;

    private final Arena arena = Arena.ofShared();
    private final InetSocketAddress server;
    private final InetAddress own;
    private final Host host;
    private final Counters counters = new Counters();
    private final Outbox outbox;
    private final FrameWriter writer;
    private final Questions questions;
    private final NetStack stack;
    private final ReceiveQueue receiving;
    private final PacketBurst burst = new PacketBurst(64);
    private final long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
    private final Map<Integer, Deque<byte[]>> received = new HashMap<>();
    private final IntUnaryOperator queueOf;
    private final int queueCount;

    /**
     * A host.
     *
     * @param queueOf which queue of the server's device a core's flow is to reach
     */
    WireHost(
            PacketDevice device, NetConfig config, InetSocketAddress server, int queueCount, IntUnaryOperator queueOf) {
        this.server = server;
        this.queueCount = queueCount;
        this.queueOf = queueOf;
        NetConfig withPorts = new NetConfig(
                config.ipv4(), config.gateway4(), config.ipv6(), config.gateway6(), config.vlan(), PORT_BASE, 65_504);
        boolean isIpv6 = server.getAddress().getAddress().length == 16;
        LinkAddress address = isIpv6 ? config.ipv6() : config.ipv4();
        if (address == null) {
            throw new IllegalArgumentException("no address of the server's family");
        }
        own = address.address();
        long nowNs = System.nanoTime();
        host = new Host(device, withPorts, PORTS, nowNs);
        outbox = new Outbox(device.transmitQueue(0), counters);
        writer = new FrameWriter(host);
        questions = new Questions(host, writer, outbox, counters, nowNs);
        stack = new NetStack(host, questions, outbox, counters);
        receiving = device.receiveQueue(0);
    }

    Counters counters() {
        return counters;
    }

    @Override
    public Flow open(int port) {
        int core = port == PORT_FIRST ? 0 : port - server.getPort();
        InetSocketAddress to = new InetSocketAddress(server.getAddress(), server.getPort() + core);
        return new Flow(to, sourcePort(to, queueOf.applyAsInt(core)));
    }

    /** One whose flow reaches this queue, and that no link has yet. */
    private int sourcePort(InetSocketAddress to, int queue) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(own.getAddress());
        both.writeBytes(to.getAddress().getAddress());
        for (int port = PORT_BASE; port < PORT_BASE + PORTS; port++) {
            if (!received.containsKey(port)
                    && Toeplitz.queue(Toeplitz.hash(both.toByteArray(), port, to.getPort()), queueCount) == queue) {
                received.put(port, new ArrayDeque<>());
                return port;
            }
        }
        throw new IllegalStateException("no port is left whose flow reaches queue " + queue);
    }

    /** Receives what is there and answers what asks. */
    void turn() {
        long nowNs = System.nanoTime();
        host.neighbours.tick(nowNs, questions);
        burst.truncate(0);
        receiving.receive(burst, burst.capacity());
        for (int i = 0; i < burst.count(); i++) {
            int accepted =
                    stack.accept(burst.handle(i), burst.address(i), burst.length(i), burst.flags(i), peer, nowNs);
            if (accepted == NetStack.DATAGRAM) {
                Deque<byte[]> queue = received.get(PORT_BASE + stack.portIndex());
                if (queue != null) {
                    queue.add(NativeMemory.toArray(stack.payload(), stack.payloadLength()));
                }
            }
            if (accepted != NetStack.ANSWERED) {
                outbox.release(burst.handle(i), burst.address(i));
            }
        }
        outbox.flush();
    }

    @Override
    public int datagramBytesMax() {
        return host.datagramBytes(own.getAddress().length == 16);
    }

    @Override
    public void await(long timeoutNs) {
        turn();
        if (received.values().stream().allMatch(Deque::isEmpty)) {
            LockSupport.parkNanos(Math.min(timeoutNs, AWAIT_NS));
        }
    }

    @Override
    public void wakeup() {
        // It looks around often enough.
    }

    @Override
    public String describe() {
        return "wire to " + server;
    }

    @Override
    public void close() {
        outbox.close();
    }

    /** One flow. */
    final class Flow implements Transport.Link {
        private final InetSocketAddress to;
        private final int port;
        private final Deque<byte[]> arrived;
        private final long toSlot = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();

        private Flow(InetSocketAddress to, int port) {
            this.to = to;
            this.port = port;
            arrived = Objects.requireNonNull(received.get(port));
            SocketLayout.write(toSlot, to, SocketLayout.family(to.getAddress()));
        }

        @Override
        public boolean send(ByteBuffer datagram) {
            int length = datagram.remaining();
            long mac = macOfServer();
            if (mac != Neighbours.NONE && outbox.hasBuffer()) {
                long handle = outbox.take();
                long payload = outbox.address() + NetLimits.PAYLOAD_OFFSET;
                NativeMemory.copy(MemorySegment.ofBuffer(datagram).address(), payload, length);
                long frame = writer.datagram(payload, length, toSlot, mac, port);
                outbox.send(handle, frame, (int) (payload - frame) + length, writer.flags());
                outbox.flush();
            }
            datagram.position(datagram.limit());
            return true;
        }

        private long macOfServer() {
            boolean isIpv6 = FrameWriter.isIpv6(toSlot);
            long high = isIpv6 ? NetworkOrder.getLong(toSlot + SocketLayout.ADDRESS_IPV6) : 0;
            long low = isIpv6
                    ? NetworkOrder.getLong(toSlot + SocketLayout.ADDRESS_IPV6 + 8)
                    : Host.mapped(NetworkOrder.getInt(toSlot + SocketLayout.ADDRESS_IPV4));
            long nextHigh = host.nextHigh(high, low);
            long nextLow = host.nextLow(high, low);
            long mac = host.neighbours.find(nextHigh, nextLow);
            if (mac == Neighbours.NONE) {
                host.neighbours.want(nextHigh, nextLow, System.nanoTime(), questions);
                outbox.flush();
            }
            return mac;
        }

        @Override
        public int receive(ByteBuffer target) {
            turn();
            byte[] datagram = arrived.poll();
            if (datagram == null) {
                return 0;
            }
            target.clear().put(0, datagram);
            return datagram.length;
        }

        @Override
        public @Nullable String failure() {
            return null;
        }

        @Override
        public void close() {
            arrived.clear();
        }

        @Override
        public String toString() {
            return own + ":" + port + " to " + to;
        }
    }
}
