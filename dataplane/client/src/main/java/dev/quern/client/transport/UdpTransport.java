package dev.quern.client.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.PrimitiveIterator;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** UDP sockets of the JDK, one connected socket a core, non-blocking, under one selector. Sending and receiving allocates nothing. */
public final class UdpTransport implements Transport {
    /** Asked of the kernel, which gives what its {@code net.core.rmem_max} allows: a window of replies should fit. */
    private static final int SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

    /** Source ports tried for one link, when others have taken them. */
    private static final int SOURCE_PORTS_MAX = 64;

    private final InetSocketAddress server;
    private final int datagramBytesMax;
    private final IntUnaryOperator ports;
    private final int queueCount;
    private final Selector selector;

    private UdpTransport(InetSocketAddress server, int datagramBytesMax, IntUnaryOperator ports, int queueCount)
            throws IOException {
        this.queueCount = queueCount;
        this.server = server;
        this.datagramBytesMax = datagramBytesMax;
        this.ports = ports;
        selector = Selector.open();
    }

    /**
     * A transport to the server at this address.
     *
     * @param server host and port of one of the server's cores
     * @param datagramBytesLocal the longest datagram when the server is on this machine
     * @param datagramBytesRemote the longest datagram when it is not
     * @param ports what to connect to when the server announces a port: the identity, or the way through a proxy or a NAT
     */
    public static UdpTransport to(
            InetSocketAddress server, int datagramBytesLocal, int datagramBytesRemote, IntUnaryOperator ports)
            throws IOException {
        return to(server, datagramBytesLocal, datagramBytesRemote, ports, 1);
    }

    /**
     * A transport to a server whose device spreads flows over several receive queues, one of each core: source ports are chosen so that a core's
     * packets reach its queue.
     *
     * @param server host and port of core 0
     * @param queueCount how many queues; 1 leaves the source ports to the system
     */
    public static UdpTransport to(
            InetSocketAddress server,
            int datagramBytesLocal,
            int datagramBytesRemote,
            IntUnaryOperator ports,
            int queueCount)
            throws IOException {
        if (server.isUnresolved()) {
            throw new UnknownHostException("cannot resolve " + server.getHostString() + ": check the server's name");
        }
        return new UdpTransport(server, isLocal(server) ? datagramBytesLocal : datagramBytesRemote, ports, queueCount);
    }

    private static boolean isLocal(InetSocketAddress server) throws SocketException {
        return server.getAddress().isLoopbackAddress()
                || NetworkInterface.getByInetAddress(server.getAddress()) != null;
    }

    @Override
    public Link open(int port) throws IOException {
        InetSocketAddress peer =
                port == PORT_FIRST ? server : new InetSocketAddress(server.getAddress(), ports.applyAsInt(port));
        if (queueCount <= 1) {
            return open(peer, null);
        }
        int queue = Math.floorMod(peer.getPort() - server.getPort(), queueCount);
        InetAddress local = localAddress(peer);
        PrimitiveIterator.OfInt candidates = SourcePorts.candidates(local, peer, queue, queueCount, SOURCE_PORTS_MAX);
        while (candidates.hasNext()) {
            try {
                return open(peer, new InetSocketAddress(local, candidates.nextInt()));
            } catch (BindException taken) {
                // The next one, then.
            }
        }
        return open(peer, null);
    }

    /** Which of our addresses packets to this peer leave from. */
    private static InetAddress localAddress(InetSocketAddress peer) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(peer);
            return ((InetSocketAddress) channel.getLocalAddress()).getAddress();
        }
    }

    private Link open(InetSocketAddress peer, @Nullable InetSocketAddress source) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            if (source != null) {
                channel.bind(source);
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            channel.connect(peer);
            channel.register(selector, SelectionKey.OP_READ);
            return new UdpLink(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public int datagramBytesMax() {
        return datagramBytesMax;
    }

    @Override
    public void await(long timeoutNs) {
        try {
            // 0 would mean for ever.
            selector.select(key -> {}, Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNs)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot wait for datagrams from " + describe(), e);
        }
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public String describe() {
        return "udp " + server.getAddress().getHostAddress() + ":" + server.getPort();
    }

    @Override
    public void close() {
        if (!selector.isOpen()) {
            return;
        }
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the sockets to " + describe(), e);
        }
    }

    /** A socket error is no more than a lost datagram: the peer may come back, and requests have timeouts. */
    private static final class UdpLink implements Link {
        private final DatagramChannel channel;
        private @Nullable String failure;

        UdpLink(DatagramChannel channel) {
            this.channel = channel;
        }

        @Override
        public boolean send(ByteBuffer datagram) {
            try {
                return channel.write(datagram) != 0;
            } catch (IOException e) {
                failure = cause(e);
                return true;
            }
        }

        @Override
        public int receive(ByteBuffer target) {
            target.clear();
            try {
                int length = channel.read(target);
                if (length > 0) {
                    failure = null;
                }
                return Math.max(length, 0);
            } catch (IOException e) {
                failure = cause(e);
                return 0;
            }
        }

        private static String cause(IOException e) {
            return e instanceof java.net.PortUnreachableException
                    ? "nobody listens on this port"
                    : String.valueOf(e.getMessage());
        }

        @Override
        public @Nullable String failure() {
            return failure;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close a socket", e);
            }
        }
    }
}
