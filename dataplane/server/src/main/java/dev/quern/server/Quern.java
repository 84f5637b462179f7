package dev.quern.server;

import dev.quern.server.loop.PortFactory;
import dev.quern.server.net.NetConfig;
import dev.quern.server.net.NetPorts;
import dev.quern.server.port.RingPorts;
import dev.quern.server.port.ShmPorts;
import dev.quern.server.port.UdpPorts;
import dev.quern.server.resp.RespPorts;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Starts Quern: as a server of its own, or inside an application. */
public final class Quern {
    private Quern() {}

    /**
     * Starts a server that listens where its configuration says. It serves until it is closed.
     *
     * @throws IOException when an address cannot be had; the message names it
     */
    public static Server start(ServerConfig config) throws IOException {
        return Server.start(config, waysIn(config, budgets(config)));
    }

    /**
     * Starts the same within this JVM, reached by {@link EmbeddedQuern#client} without a socket; and by sockets as well where the
     * configuration opens them ({@code builder.udp("off").resp("off")} opens none).
     *
     * @throws IOException when an address cannot be had; the message names it
     */
    public static EmbeddedQuern embedded(ServerConfig config) throws IOException {
        SessionBudgets budgets = budgets(config);
        RingPorts rings = new RingPorts(config.cores(), budgets);
        List<PortFactory> ways = waysIn(config, budgets);
        ways.add(rings);
        return new EmbeddedQuern(Server.start(config, ways), rings);
    }

    private static SessionBudgets budgets(ServerConfig config) {
        return new SessionBudgets(config.sessions(), config.pushback().policy());
    }

    private static List<PortFactory> waysIn(ServerConfig config, SessionBudgets budgets) throws IOException {
        List<PortFactory> ways = new ArrayList<>();
        try {
            addWays(ways, config, budgets);
            return ways;
        } catch (IOException | RuntimeException refused) {
            ways.forEach(PortFactory::close);
            throw refused;
        }
    }

    /** One line for each way in. */
    private static void addWays(List<PortFactory> ways, ServerConfig config, SessionBudgets budgets)
            throws IOException {
        if (config.udp() != null) {
            ways.add(new UdpPorts(
                    config.udp(),
                    config.cores(),
                    config.udpDriver(),
                    config.socketBufferBytes(),
                    config.datagramBytesMax(),
                    budgets));
        }
        if (config.shm() != null) {
            ways.add(
                    new ShmPorts(config.shm(), config.cores(), config.shmRingBytes(), config.shmClientsMax(), budgets));
        }
        NetConfig net = config.net();
        if (net != null) {
            ways.add(new NetPorts(
                    PacketDevices.open(config.netDevice(), config.dpdk(), config.cores()),
                    net,
                    config.cores(),
                    budgets));
        }
        if (config.resp() != null) {
            ways.add(new RespPorts(config.resp()));
        }
    }
}
