package dev.quern.server.net;

import dev.quern.net.Ipv6Layout;
import dev.quern.net.LinkAddress;
import dev.quern.net.NetLimits;
import dev.quern.net.PacketDevice;
import dev.quern.net.ReceiveQueue;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The native protocol over a packet device that the kernel's network stack knows nothing of: a UDP port a core, on the base port and those
 * above it, under the addresses of the configuration. Each core sends by its own transmit queue; receive queues can be moved between cores
 * while they serve.
 */
public final class NetPorts implements PortFactory {
    private final PacketDevice device;
    private final NetConfig config;
    private final SessionBudgets budgets;
    private final int coreCount;
    private final Host host;
    private final Arena arena = Arena.ofShared();
    private final List<Handover> handovers = new ArrayList<>();
    private final AtomicReferenceArray<NetPort> ports;
    private final int[] portNumbers;
    private boolean isDeviceClosed;
    private long missedBeforeClose;

    /**
     * Takes over a device, which is closed with this.
     *
     * @throws IOException when the device and the configuration don't go together; the message says what to change, and the device is closed
     */
    public NetPorts(PacketDevice device, NetConfig config, int coreCount, SessionBudgets budgets) throws IOException {
        try {
            check(device, config, coreCount);
        } catch (IOException refused) {
            device.close();
            throw refused;
        }
        this.device = device;
        this.config = config;
        this.budgets = budgets;
        this.coreCount = coreCount;
        this.host = new Host(device, config, coreCount, System.nanoTime());
        this.ports = new AtomicReferenceArray<>(coreCount);
        this.portNumbers = new int[coreCount];
        for (int index = 0; index < coreCount; index++) {
            portNumbers[index] = config.port() + index;
            handovers.add(new Handover(coreCount, device.bufferBytes()));
        }
        if (host.hasIpv6) {
            device.listen(host.solicitedMac());
            device.listen(Ipv6Layout.multicastMac(Ipv6Layout.ALL_NODES_LOW));
        }
    }

    private static void check(PacketDevice device, NetConfig config, int coreCount) throws IOException {
        String name = device.describe();
        if (device.queueCount() < coreCount) {
            throw new IOException(name + " has " + device.queueCount() + " pairs of queues for " + coreCount
                    + " cores: open it with more, or serve on fewer cores");
        }
        if (device.mtu() < NetLimits.MTU_MIN) {
            throw new IOException(
                    name + " has an MTU of " + device.mtu() + ": raise it to " + NetLimits.MTU_MIN + " at the least");
        }
        if (device.bufferBytes() < device.mtu() + NetLimits.BUFFER_BYTES_OVER_MTU) {
            throw new IOException(name + " has buffers of " + device.bufferBytes() + " bytes for an MTU of "
                    + device.mtu() + ": open it with larger ones");
        }
        if (config.port() + coreCount - 1 > 0xFFFF) {
            throw new IOException(coreCount + " cores need as many ports from " + config.port()
                    + " on, past the last one: choose a lower port");
        }
    }

    Host host() {
        return host;
    }

    Handover handover(int core) {
        return handovers.get(core);
    }

    /** Memory that lives as long as this. */
    long allocate(long bytes) {
        return arena.allocate(bytes, 64).address();
    }

    /** The port of a core, null when it is not open. Any core. */
    @Nullable
    NetPort port(int core) {
        return ports.get(core);
    }

    void closed(NetPort port) {
        ports.set(port.core().index(), null);
    }

    @Override
    public Port open(Core core) throws IOException {
        NetPort port = new NetPort(this, core, budgets, portNumbers);
        int index = core.index();
        port.add(device.receiveQueue(index));
        // Those beyond the cores are shared out, as their flows come all the same.
        for (int queue = index + coreCount; queue < device.queueCount(); queue += coreCount) {
            port.add(device.receiveQueue(queue));
        }
        ports.set(index, port);
        if (index == 0) {
            port.announce();
        }
        return port;
    }

    /**
     * Has another core poll a receive queue from one of its next turns on. What the queue has brought before is served by the core that had
     * it; no frame is lost, none is served twice. Any thread.
     *
     * @return done when the queue has its new core; fails when the cores named are not open, the first one does not have it, or one takes no tasks now,
     *     and the queue stays where it was
     */
    public CompletableFuture<Void> move(int queue, int fromCore, int toCore) {
        CompletableFuture<Void> moved = new CompletableFuture<>();
        NetPort from = ports.get(fromCore);
        NetPort to = ports.get(toCore);
        if (from == null || to == null) {
            moved.completeExceptionally(
                    new IllegalStateException("core " + (from == null ? fromCore : toCore) + " serves no longer"));
            return moved;
        }
        ReceiveQueue moving = device.receiveQueue(queue);
        execute(from, moved, () -> {
            if (!from.remove(moving)) {
                moved.completeExceptionally(
                        new IllegalStateException("queue " + queue + " is not core " + fromCore + "'s"));
                return;
            }
            // The hand-over of the task is what the next owner sees the queue's past through.
            if (!execute(to, moved, () -> add(to, moving, moved))) {
                add(from, moving, new CompletableFuture<>());
            }
        });
        return moved;
    }

    private static boolean execute(NetPort on, CompletableFuture<Void> moved, Runnable task) {
        try {
            on.core().execute(task);
            return true;
        } catch (RejectedExecutionException busy) {
            moved.completeExceptionally(busy);
            return false;
        }
    }

    private static void add(NetPort to, ReceiveQueue queue, CompletableFuture<Void> moved) {
        try {
            to.add(queue);
            moved.complete(null);
        } catch (IOException refused) {
            moved.completeExceptionally(new UncheckedIOException(refused));
        }
    }

    /** The address that clients of a core are told: IPv4 where there is one. */
    @Override
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int port : portNumbers) {
            addresses.add(new InetSocketAddress(address(), port));
        }
        return addresses;
    }

    private InetAddress address() {
        LinkAddress own = config.ipv4() == null ? config.ipv6() : config.ipv4();
        if (own == null) {
            throw new IllegalStateException("a configuration without an address");
        }
        return own.address();
    }

    String describe(int core) {
        String both = (config.ipv4() == null ? "" : config.ipv4().address().getHostAddress())
                + (config.ipv4() == null || config.ipv6() == null ? "" : " and ")
                + (config.ipv6() == null ? "" : config.ipv6().address().getHostAddress());
        return both + (config.vlan() == 0 ? "" : " VLAN " + config.vlan()) + " port " + portNumbers[core];
    }

    @Override
    public String name() {
        return "net";
    }

    @Override
    public synchronized long missed() {
        return isDeviceClosed ? missedBeforeClose : device.missed();
    }

    @Override
    public synchronized void close() {
        if (!isDeviceClosed) {
            missedBeforeClose = device.missed();
            isDeviceClosed = true;
            device.close();
            arena.close();
        }
    }
}
