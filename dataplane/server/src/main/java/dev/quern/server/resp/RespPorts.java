package dev.quern.server.resp;

import dev.quern.server.loop.Core;
import dev.quern.server.loop.CoreEvents;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The Redis door: core 0 listens, connections go to the cores in turn. Any thread may make it; see {@link PortFactory}. */
public final class RespPorts implements PortFactory {
    private final InetSocketAddress address;
    private final Clients clients = new Clients();
    private final List<RespPort> ports = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile @Nullable InetSocketAddress bound;

    /**
     * Binds nothing yet; core 0's {@link #open} does.
     *
     * @param address where to listen; port 0 takes any free one
     */
    public RespPorts(InetSocketAddress address) {
        this.address = address;
    }

    @Override
    public Port open(Core core) throws IOException {
        RespPort port = new RespPort(core, clients);
        ports.add(port);
        if (core.index() == 0) {
            ServerChannel channel = core.events().kind() == CoreEvents.Kind.EPOLL
                    ? new EpollServerSocketChannel()
                    : new NioServerSocketChannel();
            try {
                bound = port.listen(channel, address, this);
            } catch (IOException refused) {
                port.close();
                throw refused;
            }
        }
        return port;
    }

    /** The core that takes the next connection. */
    RespPort next() {
        return ports.get(Math.floorMod(turn.getAndIncrement(), ports.size()));
    }

    @Override
    public List<InetSocketAddress> addresses() {
        InetSocketAddress listening = bound;
        return listening == null ? List.of() : List.of(listening);
    }

    @Override
    public String name() {
        return "resp";
    }

    static String format(InetSocketAddress socketAddress) {
        String host = socketAddress.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + socketAddress.getPort();
    }
}
