package dev.quern.server.port;

import dev.quern.ffi.linux.MultiMessage;
import dev.quern.ffi.linux.UdpSocket;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native protocol over UDP: a socket a core, on the base port and those above it. All are bound before the first core turns, so
 * that every core can tell its clients of the others.
 */
public final class UdpPorts implements PortFactory {
    /** How datagrams are moved. */
    public enum Driver {
        /** recvmmsg where it is there, else NIO. */
        AUTO,
        /** recvmmsg and sendmmsg. */
        NATIVE,
        /** java.nio. */
        NIO
    }

    private static final Logger LOG = LoggerFactory.getLogger(UdpPorts.class);

    private final SessionBudgets budgets;
    private final int datagramBytesMax;
    private final List<UdpSocket> sockets = new ArrayList<>();
    private final List<DatagramChannel> channels = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final int[] ports;

    /**
     * Binds a socket for every core.
     *
     * @param base core 0's address; port 0 takes any free port for every core
     * @throws IOException when an address cannot be had; the message names it
     */
    public UdpPorts(
            InetSocketAddress base,
            int coreCount,
            Driver driver,
            int socketBufferBytes,
            int datagramBytesMax,
            SessionBudgets budgets)
            throws IOException {
        this.budgets = budgets;
        this.datagramBytesMax = datagramBytesMax;
        boolean recvmmsg = driver != Driver.NIO && nativeWorks(driver);
        try {
            for (int index = 0; index < coreCount; index++) {
                int port = base.getPort() == 0 ? 0 : base.getPort() + index;
                bind(new InetSocketAddress(base.getAddress(), port), recvmmsg, socketBufferBytes);
            }
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
        this.ports = addresses.stream().mapToInt(InetSocketAddress::getPort).toArray();
    }

    private static boolean nativeWorks(Driver driver) {
        try {
            MethodHandles.lookup().ensureInitialized(UdpSocket.class);
            MethodHandles.lookup().ensureInitialized(MultiMessage.class);
            return true;
        } catch (IllegalAccessException | LinkageError | IllegalCallerException refused) {
            if (driver == Driver.NATIVE) {
                throw new IllegalStateException(
                        "udp.driver is native, but recvmmsg cannot be bound here: set udp.driver to auto or nio, or start the JVM"
                                + " with --enable-native-access=ALL-UNNAMED",
                        refused);
            }
            LOG.warn("recvmmsg cannot be bound here, UDP goes through NIO: {}", refused.toString());
            return false;
        }
    }

    private void bind(InetSocketAddress address, boolean recvmmsg, int socketBufferBytes) throws IOException {
        if (recvmmsg) {
            UdpSocket socket = UdpSocket.open(address, socketBufferBytes);
            sockets.add(socket);
            addresses.add(socket.localAddress());
            return;
        }
        boolean four = address.getAddress() instanceof Inet4Address;
        DatagramChannel channel =
                DatagramChannel.open(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        channels.add(channel);
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, socketBufferBytes);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, socketBufferBytes);
        try {
            channel.bind(address);
        } catch (BindException taken) {
            BindException named = new BindException("UDP " + Addresses.format(address) + ": " + taken.getMessage());
            named.initCause(taken);
            throw named;
        }
        addresses.add((InetSocketAddress) channel.getLocalAddress());
    }

    @Override
    public Port open(Core core) throws IOException {
        int index = core.index();
        return sockets.isEmpty()
                ? new NioUdpPort(core, channels.get(index), budgets, ports, datagramBytesMax)
                : new UdpPort(core, sockets.get(index), budgets, ports, datagramBytesMax);
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    @Override
    public String name() {
        return "udp";
    }

    /** Closes what no core has taken over; closing a socket twice does nothing. */
    @Override
    public void close() {
        sockets.forEach(UdpSocket::close);
        for (DatagramChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
