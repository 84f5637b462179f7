package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.DpdkException.Reason;
import dev.quern.ffi.dpdk.generated.DpdkCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An Ethernet device: found or plugged in, configured, started, polled by its queues, closed. Any thread, but one at a time; its queues
 * belong to whoever polls them, and nobody may while it is started, stopped or closed.
 */
public final class Ethdev implements AutoCloseable {
    private static final Pattern PCI_ADDRESS =
            Pattern.compile("([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]");
    private static final int MAC_BYTES = 6;
    private static final int RSS_TABLE_GROUP = 64;

    private final DpdkAbi abi;
    private final String name;
    private final short port;
    /** Whether DPDK waits for this one to be closed. */
    private final boolean isAwaited;

    private boolean started;
    private boolean closed;

    private Ethdev(DpdkAbi abi, String name, short port, boolean isAwaited) {
        this.isAwaited = isAwaited;
        this.abi = abi;
        this.name = name;
        this.port = port;
    }

    /** Those that EAL made or found when it started, and those plugged in since. */
    public static List<Ethdev> all(Dpdk dpdk) {
        List<Ethdev> devices = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(DpdkCalls.RTE_ETH_NAME_MAX_LEN());
            long port = DpdkCalls.rte_eth_find_next((short) 0);
            while (port < DpdkCalls.RTE_MAX_ETHPORTS()) {
                if (DpdkCalls.rte_eth_dev_get_name_by_port((short) port, text) == 0) {
                    devices.add(new Ethdev(dpdk.layouts(), text.getString(0), (short) port, false));
                }
                port = DpdkCalls.rte_eth_find_next((short) (port + 1));
            }
        }
        return devices;
    }

    /**
     * The device of this name, plugged in when it is not there yet.
     *
     * @param device a PCI address, or a virtual device with its arguments: {@code net_af_packet0,iface=eth1,qpairs=2}
     * @throws DpdkException DEVICE_UNKNOWN or DEVICE_BUSY; after either another one can be tried
     */
    public static Ethdev open(Dpdk dpdk, String device) throws DpdkException {
        Dpdk.opening();
        try {
            return openAwaited(dpdk, device);
        } catch (DpdkException | RuntimeException refused) {
            Dpdk.closed();
            throw refused;
        }
    }

    private static Ethdev openAwaited(Dpdk dpdk, String device) throws DpdkException {
        int comma = device.indexOf(',');
        String name = comma < 0 ? device : device.substring(0, comma);
        String arguments = comma < 0 ? "" : device.substring(comma + 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nameText = arena.allocateFrom(name);
            MemorySegment port = arena.allocate(ValueLayout.JAVA_SHORT);
            if (DpdkCalls.rte_eth_dev_get_port_by_name(nameText, port) != 0) {
                plug(arena, name, arguments);
                if (DpdkCalls.rte_eth_dev_get_port_by_name(nameText, port) != 0) {
                    throw new DpdkException(
                            Reason.DEVICE_UNKNOWN, device + " is no Ethernet device, or no driver of DPDK's took it");
                }
            }
            return new Ethdev(dpdk.layouts(), name, port.get(ValueLayout.JAVA_SHORT, 0), true);
        }
    }

    private static void plug(Arena arena, String name, String arguments) throws DpdkException {
        MemorySegment bus = arena.allocateFrom(PCI_ADDRESS.matcher(name).matches() ? "pci" : "vdev");
        try (EalLog log = EalLog.open()) {
            int result = DpdkCalls.rte_eal_hotplug_add(bus, arena.allocateFrom(name), arena.allocateFrom(arguments));
            if (result != 0) {
                throw refused(name + (arguments.isEmpty() ? "" : "," + arguments), -result, log.lines());
            }
        }
    }

    private static DpdkException refused(String device, int error, List<String> log) {
        Reason reason = switch (error) {
            case RteErrno.EBUSY, RteErrno.EEXIST -> Reason.DEVICE_BUSY;
            case RteErrno.EACCES -> Reason.NO_PERMISSION;
            // Drivers say -1, which is EPERM, of whatever went wrong.
            case RteErrno.EPERM -> isRoot() ? Reason.DEVICE_UNKNOWN : Reason.NO_PERMISSION;
            default -> Reason.DEVICE_UNKNOWN;
        };
        String advice = switch (reason) {
            case DEVICE_BUSY -> "somebody has it, or its name, already";
            case NO_PERMISSION -> "this user may not: run as root";
            default -> "no such device, no driver for it, or its arguments are wrong";
        };
        return new DpdkException(
                reason,
                "device " + device + ": " + advice + " ("
                        + (log.isEmpty() ? RteErrno.describe(error) : String.join(" | ", log)) + ")");
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    public String name() {
        return name;
    }

    /** What it is and can. */
    public EthdevInfo info() throws DpdkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(abi.infoBytesMax(), 8);
            check("say what it can", DpdkCalls.rte_eth_dev_info_get(port, info));
            MemorySegment driver = info.get(ValueLayout.ADDRESS, abi.infoDriverName());
            return new EthdevInfo(
                    driver.address() == 0
                            ? ""
                            : driver.reinterpret(Long.MAX_VALUE).getString(0),
                    unsigned(info, abi.infoMtuMin()),
                    unsigned(info, abi.infoMtuMax()),
                    unsigned(info, abi.infoReceiveQueuesMax()),
                    unsigned(info, abi.infoTransmitQueuesMax()),
                    info.get(ValueLayout.JAVA_LONG, abi.infoReceiveOffloads()),
                    info.get(ValueLayout.JAVA_LONG, abi.infoTransmitOffloads()),
                    info.get(ValueLayout.JAVA_LONG, abi.infoRssTypes()),
                    unsigned(info, abi.infoRssTableEntries()),
                    Byte.toUnsignedInt(info.get(ValueLayout.JAVA_BYTE, abi.infoRssKeyBytes())));
        }
    }

    private static int unsigned(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(ValueLayout.JAVA_SHORT, offset));
    }

    /**
     * Sets its queues up, all of them fed with buffers from this pool. UDP is spread over them where the device can; where it cannot, the
     * device spreads as it will.
     *
     * @throws DpdkException DEVICE_REFUSED when it cannot do that
     */
    public void configure(EthdevConfig config, Mempool pool) throws DpdkException {
        configure(config, pool, new byte[0]);
    }

    /** The same; the device hashes flows with this key, where it takes one, filled up with zeroes to what it wants. */
    public void configure(EthdevConfig config, Mempool pool, byte[] rssKey) throws DpdkException {
        EthdevInfo info = info();
        if (config.queues() > info.receiveQueuesMax() || config.queues() > info.transmitQueuesMax()) {
            throw new DpdkException(
                    Reason.DEVICE_REFUSED,
                    "device " + name + " (" + info.driver() + ") has " + info.receiveQueuesMax() + " receive and "
                            + info.transmitQueuesMax() + " send queues, and " + config.queues()
                            + " of each are wanted: use fewer cores, or give the device more queues");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment conf = arena.allocate(abi.configBytesMax(), 8);
            boolean spread = config.queues() > 1 && info.spreadsUdp();
            conf.set(
                    ValueLayout.JAVA_INT,
                    abi.configReceiveMode(),
                    spread ? DpdkCalls.RTE_ETH_MQ_RX_RSS() : DpdkCalls.RTE_ETH_MQ_RX_NONE());
            conf.set(ValueLayout.JAVA_LONG, abi.configRssTypes(), spread ? info.rssTypesUdp() : 0);
            if (spread && rssKey.length > 0 && info.rssKeyBytes() >= rssKey.length) {
                MemorySegment key = arena.allocate(info.rssKeyBytes(), 8);
                MemorySegment.copy(rssKey, 0, key, ValueLayout.JAVA_BYTE, 0, rssKey.length);
                conf.set(ValueLayout.ADDRESS, abi.configRssKey(), key);
                conf.set(ValueLayout.JAVA_BYTE, abi.configRssKeyLength(), (byte) info.rssKeyBytes());
            }
            conf.set(ValueLayout.JAVA_INT, abi.configMtu(), config.mtu());
            conf.set(ValueLayout.JAVA_LONG, abi.configReceiveOffloads(), info.receiveOffloads(config.checksums()));
            conf.set(ValueLayout.JAVA_LONG, abi.configTransmitOffloads(), info.transmitOffloads(config.checksums()));
            short queues = (short) config.queues();
            check("be configured", DpdkCalls.rte_eth_dev_configure(port, queues, queues, conf));
            MemorySegment receive = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) config.receiveDescriptors());
            MemorySegment transmit = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) config.transmitDescriptors());
            check("size its queues", DpdkCalls.rte_eth_dev_adjust_nb_rx_tx_desc(port, receive, transmit));
            int socket = DpdkCalls.rte_eth_dev_socket_id(port);
            for (int queue = 0; queue < config.queues(); queue++) {
                check(
                        "have receive queue " + queue,
                        DpdkCalls.rte_eth_rx_queue_setup(
                                port,
                                (short) queue,
                                receive.get(ValueLayout.JAVA_SHORT, 0),
                                socket,
                                MemorySegment.NULL,
                                pool.segment()));
                check(
                        "have send queue " + queue,
                        DpdkCalls.rte_eth_tx_queue_setup(
                                port,
                                (short) queue,
                                transmit.get(ValueLayout.JAVA_SHORT, 0),
                                socket,
                                MemorySegment.NULL));
            }
        }
    }

    /** Lets packets flow. Frames to other addresses than its own are taken, too, where the device can be asked for that. */
    public void start() throws DpdkException {
        check("start", DpdkCalls.rte_eth_dev_start(port));
        started = true;
    }

    /** Takes frames to whatever address; false when the device cannot. */
    public boolean takeAll() {
        return DpdkCalls.rte_eth_promiscuous_enable(port) == 0;
    }

    /** Takes frames to all multicast addresses; false when the device cannot. */
    public boolean takeMulticast() {
        return DpdkCalls.rte_eth_allmulticast_enable(port) == 0;
    }

    /**
     * Deals the entries of its hash table to queues in turn, every 64 anew; false when it has no such table, or does not let it be changed.
     * Only while it runs.
     */
    public boolean spreadOver(int queues) throws DpdkException {
        int entries = info().rssTableEntries();
        if (entries == 0) {
            return false;
        }
        int groups = (entries + RSS_TABLE_GROUP - 1) / RSS_TABLE_GROUP;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) groups * abi.rssTableBytes(), 8);
            for (int entry = 0; entry < entries; entry++) {
                long group = (long) (entry / RSS_TABLE_GROUP) * abi.rssTableBytes();
                int inGroup = entry % RSS_TABLE_GROUP;
                long mask = table.get(ValueLayout.JAVA_LONG, group + abi.rssTableMask());
                table.set(ValueLayout.JAVA_LONG, group + abi.rssTableMask(), mask | 1L << inGroup);
                table.set(ValueLayout.JAVA_SHORT, group + abi.rssTableQueues() + (long) inGroup * Short.BYTES, (short)
                        (entry % queues));
            }
            return DpdkCalls.rte_eth_dev_rss_reta_update(port, table, (short) entries) == 0;
        }
    }

    /** One of the receive queues of a started device. */
    public BurstQueue receiveQueue(int index) {
        long entry = burstEntry();
        return new BurstQueue(entry + abi.receiveFunction(), entry + abi.receiveData(), index);
    }

    /** One of the send queues of a started device. */
    public BurstQueue transmitQueue(int index) {
        long entry = burstEntry();
        return new BurstQueue(entry + abi.transmitFunction(), entry + abi.transmitData(), index);
    }

    private long burstEntry() {
        return FastCalls.BURST_TABLE + (long) Short.toUnsignedInt(port) * abi.burstEntryBytes();
    }

    /** Its address, the first octet in bits 47 to 40. */
    public long mac() throws DpdkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Long.BYTES);
            check("say its address", DpdkCalls.rte_eth_macaddr_get(port, address));
            long mac = 0;
            for (int octet = 0; octet < MAC_BYTES; octet++) {
                mac = mac << Byte.SIZE | Byte.toUnsignedLong(address.get(ValueLayout.JAVA_BYTE, octet));
            }
            return mac;
        }
    }

    /** The longest IP packet that it carries now. */
    public int mtu() throws DpdkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mtu = arena.allocate(ValueLayout.JAVA_SHORT);
            check("say its MTU", DpdkCalls.rte_eth_dev_get_mtu(port, mtu));
            return unsigned(mtu, 0);
        }
    }

    /** Changes {@link #mtu}; most devices must be stopped for that. */
    public void setMtu(int mtu) throws DpdkException {
        check("have an MTU of " + mtu, DpdkCalls.rte_eth_dev_set_mtu(port, (short) mtu));
    }

    /** Its counters. */
    public EthdevStats stats() throws DpdkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stats = arena.allocate(abi.statsBytesMax(), 8);
            check("say what it counted", DpdkCalls.rte_eth_stats_get(port, stats));
            return new EthdevStats(
                    stats.get(ValueLayout.JAVA_LONG, abi.statsReceived()),
                    stats.get(ValueLayout.JAVA_LONG, abi.statsSent()),
                    stats.get(ValueLayout.JAVA_LONG, abi.statsMissed()),
                    stats.get(ValueLayout.JAVA_LONG, abi.statsReceiveErrors()),
                    stats.get(ValueLayout.JAVA_LONG, abi.statsSendErrors()),
                    stats.get(ValueLayout.JAVA_LONG, abi.statsNoBuffer()));
        }
    }

    /** Stops it: the buffers in its queues go back to the pool; bursts are empty until it is started again. */
    public void stop() throws DpdkException {
        started = false;
        check("stop", DpdkCalls.rte_eth_dev_stop(port));
    }

    private void check(String what, int result) throws DpdkException {
        if (result >= 0) {
            return;
        }
        Reason reason = switch (-result) {
            case RteErrno.EBUSY, RteErrno.EEXIST -> Reason.DEVICE_BUSY;
            case RteErrno.ENODEV -> Reason.DEVICE_UNKNOWN;
            case RteErrno.EACCES, RteErrno.EPERM -> Reason.NO_PERMISSION;
            default -> Reason.DEVICE_REFUSED;
        };
        throw new DpdkException(reason, "device " + name + " cannot " + what + ": " + RteErrno.describe(-result));
    }

    /** Stops it and unplugs it: its name is free again. The second time does nothing. */
    @Override
    public void close() throws DpdkException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (started) {
                stop();
            }
            unplug();
        } finally {
            if (isAwaited) {
                Dpdk.closed();
            }
        }
    }

    private void unplug() throws DpdkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bus = arena.allocateFrom(PCI_ADDRESS.matcher(name).matches() ? "pci" : "vdev");
            if (DpdkCalls.rte_eal_hotplug_remove(bus, arena.allocateFrom(name)) != 0) {
                // Some drivers cannot be unplugged; closing lets go of its memory all the same.
                check("close", DpdkCalls.rte_eth_dev_close(port));
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
