package dev.quern.bypass;

import dev.quern.client.transport.Transport;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.EthernetLayout;
import dev.quern.net.LinkAddress;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketDevice;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import dev.quern.protocol.Limits;
import dev.quern.protocol.Toeplitz;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way to a server over a packet device of the client's own, without the kernel's network stack: UDP over IPv4, on one link with the server or
 * through a router. One pair of queues; no VLAN, no ping. The thread that uses it polls, also while it waits, so the transport is for an application
 * that has a core to spare. Sending and receiving allocates nothing.
 */
public final class PacketTransport implements Transport {
    private static final int BURST = 32;
    private static final int SOURCE_PORT_FIRST = 49_152;
    private static final int SOURCE_PORT_LAST = 65_535;

    /** A look at the clock for so many turns: questions are due by hundreds of milliseconds. */
    private static final int TURNS_PER_LOOK = 1024;

    private static final long REST_NS = 20_000;

    private final PacketDevice device;
    private final LinkAddress own;
    private final InetSocketAddress server;
    private final int queueCount;
    private final ReceiveQueue receiving;
    private final TransmitQueue transmitting;
    private final NextHop nextHop;
    private final Datagrams datagrams;
    private final List<PacketLink> links = new ArrayList<>();
    private final PacketBurst arrived = new PacketBurst(BURST);
    private final PacketBurst spare = new PacketBurst(2 * BURST);
    private final PacketBurst spent = new PacketBurst(BURST);
    private final PacketBurst out = new PacketBurst(BURST);
    private int turns;
    private @Nullable Thread poller;
    private volatile @Nullable Thread waiting;
    private volatile boolean isWoken;

    private PacketTransport(
            PacketDevice device,
            LinkAddress own,
            InetSocketAddress server,
            @Nullable InetAddress gateway,
            int queueCount) {
        this.device = device;
        this.own = own;
        this.server = server;
        this.queueCount = queueCount;
        int ownBits = bits(own.address());
        int serverBits = bits(server.getAddress());
        boolean isOnLink = (ownBits ^ serverBits) >>> (Integer.SIZE - own.prefixLength()) == 0;
        InetAddress hop = isOnLink || gateway == null ? server.getAddress() : gateway;
        receiving = device.receiveQueue(0);
        transmitting = device.transmitQueue(0);
        nextHop = new NextHop(device.mac(), ownBits, bits(hop), System.nanoTime());
        datagrams = new Datagrams(device.mac(), ownBits, serverBits, device.fillsChecksums());
    }

    /**
     * A transport over a device, which is closed with it.
     *
     * @param own our address on the device's link, IPv4
     * @param server address and port of the server's core 0, IPv4
     * @param gateway the router to it, where it is not on our link
     * @param queueCount over how many queues the server's device spreads flows by {@link Toeplitz}: as many as it has cores; 1 when it does not
     * @throws IllegalArgumentException when the addresses do not go together, saying what to change; the device stays the caller's
     */
    public static PacketTransport to(
            PacketDevice device,
            LinkAddress own,
            InetSocketAddress server,
            @Nullable InetAddress gateway,
            int queueCount) {
        if (!own.isIpv4()
                || !(server.getAddress() instanceof Inet4Address)
                || (gateway != null && !(gateway instanceof Inet4Address))) {
            throw new IllegalArgumentException(
                    "a packet transport speaks IPv4 only: own=" + own + ", server=" + server + ", gateway=" + gateway);
        }
        return new PacketTransport(device, own, server, gateway, queueCount);
    }

    /**
     * A transport over a device that DPDK drives.
     *
     * @throws IOException when DPDK or the device is not to be had; the message says what to do
     */
    public static PacketTransport overDpdk(DpdkConfig config, LinkAddress own, InetSocketAddress server)
            throws IOException {
        DpdkDevice device = DpdkDevice.open(config, 1);
        try {
            return to(device, own, server, null, 1);
        } catch (IllegalArgumentException wrong) {
            device.close();
            throw wrong;
        }
    }

    private static int bits(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes[0] << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
    }

    @Override
    public Link open(int port) throws IOException {
        int to = port == PORT_FIRST ? server.getPort() : port;
        PacketLink link = new PacketLink(this, sourcePort(to), to);
        links.add(link);
        return link;
    }

    /** One that no link has, and whose flow reaches the core's queue. */
    private int sourcePort(int to) throws IOException {
        int queue = Math.floorMod(to - server.getPort(), queueCount);
        byte[] addresses = new byte[2 * Integer.BYTES];
        System.arraycopy(own.address().getAddress(), 0, addresses, 0, Integer.BYTES);
        System.arraycopy(server.getAddress().getAddress(), 0, addresses, Integer.BYTES, Integer.BYTES);
        // From a place of its own for each process, as the server remembers sessions by address and port.
        int count = SOURCE_PORT_LAST - SOURCE_PORT_FIRST + 1;
        int start = Math.floorMod(System.nanoTime(), count);
        for (int i = 0; i < count; i++) {
            int candidate = SOURCE_PORT_FIRST + (start + i) % count;
            if (link(candidate) == null
                    && (queueCount == 1
                            || Toeplitz.queue(Toeplitz.hash(addresses, candidate, to), queueCount) == queue)) {
                return candidate;
            }
        }
        throw new IOException("no source port is left whose flow reaches queue " + queue + " of " + queueCount);
    }

    private @Nullable PacketLink link(int sourcePort) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).sourcePort() == sourcePort) {
                return links.get(i);
            }
        }
        return null;
    }

    void closed(PacketLink link) {
        links.remove(link);
    }

    /** Devices want to know which threads poll. */
    private void attach() {
        Thread current = Thread.currentThread();
        if (!current.equals(poller)) {
            device.attach();
            poller = current;
        }
    }

    boolean send(PacketLink link, ByteBuffer datagram) {
        long mac = nextHop.mac();
        if (mac == NextHop.UNKNOWN) {
            look();
            return false;
        }
        if (!hasSpare()) {
            return false;
        }
        int length = datagram.remaining();
        int last = spare.count() - 1;
        long handle = spare.handle(last);
        long payload = Datagrams.payload(spare.address(last));
        spare.truncate(last);
        NativeMemory.copy(MemorySegment.ofBuffer(datagram).address(), payload, length);
        datagram.position(datagram.limit());
        long frame = datagrams.write(payload, length, mac, link.sourcePort(), link.port());
        emit(handle, frame, (int) (payload - frame) + length, datagrams.flags());
        return true;
    }

    private boolean hasSpare() {
        attach();
        return spare.count() > 0 || transmitting.allocate(spare, BURST) > 0;
    }

    private void emit(long handle, long frame, int length, int flags) {
        if (out.room() == 0) {
            flush();
        }
        out.add(handle, frame, length, flags);
    }

    /** What the device does not take is lost, as any datagram may be. */
    private void flush() {
        if (out.count() > 0) {
            int sent = transmitting.transmit(out, 0);
            transmitting.free(out, sent);
            out.truncate(0);
        }
    }

    /** Sends what is written, and receives what has come. */
    void turn() {
        attach();
        flush();
        if (++turns % TURNS_PER_LOOK == 0) {
            look();
        }
        arrived.truncate(0);
        receiving.receive(arrived, BURST);
        for (int i = 0; i < arrived.count(); i++) {
            if (!accept(arrived.handle(i), arrived.address(i), arrived.length(i), arrived.flags(i))) {
                release(arrived.handle(i), arrived.address(i));
            }
        }
    }

    /** False when the buffer is still the caller's. */
    private boolean accept(long handle, long frame, int length, int flags) {
        if (length < EthernetLayout.HEADER_BYTES) {
            return false;
        }
        int type = NetworkOrder.getShort(frame + EthernetLayout.TYPE_OFFSET);
        if (type == EthernetLayout.TYPE_ARP) {
            int answer = nextHop.accept(frame, length, System.nanoTime());
            if (answer > 0) {
                emit(handle, frame, answer, PacketFlags.NONE);
            }
            return answer > 0;
        }
        if (type != EthernetLayout.TYPE_IPV4
                || NetworkOrder.getMac(frame + EthernetLayout.DESTINATION_OFFSET) != device.mac()) {
            return false;
        }
        int port = datagrams.accept(frame, length, flags);
        PacketLink link = port == Datagrams.NONE ? null : link(port);
        return link != null && link.offer(handle, frame + Datagrams.HEADER_BYTES, datagrams.payloadLength());
    }

    /** A buffer is needed no more. Its frame may begin anywhere, so it goes back to the pool rather than among the spare ones. */
    void release(long handle, long address) {
        if (spent.room() == 0) {
            transmitting.free(spent, 0);
        }
        spent.add(handle, address, 0, PacketFlags.NONE);
    }

    private void look() {
        if (nextHop.mustAsk(System.nanoTime()) && hasSpare()) {
            int last = spare.count() - 1;
            long handle = spare.handle(last);
            long frame = spare.address(last);
            spare.truncate(last);
            emit(handle, frame, nextHop.writeQuestion(frame), PacketFlags.NONE);
            flush();
        }
    }

    @Nullable
    String failure() {
        return nextHop.mac() == NextHop.UNKNOWN ? "nobody says where the server is on the link (ARP)" : null;
    }

    @Override
    public int datagramBytesMax() {
        int bytes = NetLimits.datagramBytes(device, false);
        return Math.clamp(bytes, Limits.DATAGRAM_BYTES_MIN, Limits.DATAGRAM_BYTES_LOOPBACK);
    }

    @Override
    public void await(long timeoutNs) {
        long beginNs = System.nanoTime();
        waiting = Thread.currentThread();
        do {
            look();
            turn();
            if (hasWaiting()) {
                break;
            }
            // A look at the flag comes after waiting is set: a wake-up is either seen here or ends the rest.
            if (!isWoken) {
                LockSupport.parkNanos(this, REST_NS);
            }
        } while (!isWoken && System.nanoTime() - beginNs < timeoutNs);
        waiting = null;
        isWoken = false;
    }

    private boolean hasWaiting() {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).hasWaiting()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void wakeup() {
        isWoken = true;
        LockSupport.unpark(waiting);
    }

    @Override
    public String describe() {
        return device.describe() + " to " + server.getAddress().getHostAddress() + ":" + server.getPort();
    }

    @Override
    public void close() {
        flush();
        List.copyOf(links).forEach(PacketLink::close);
        transmitting.free(spent, 0);
        transmitting.free(spare, 0);
        if (Thread.currentThread().equals(poller)) {
            device.detach();
        }
        device.close();
    }
}
