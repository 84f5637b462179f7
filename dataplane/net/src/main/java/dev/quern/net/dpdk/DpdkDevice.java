package dev.quern.net.dpdk;

import dev.quern.ffi.dpdk.Dpdk;
import dev.quern.ffi.dpdk.DpdkException;
import dev.quern.ffi.dpdk.Ethdev;
import dev.quern.ffi.dpdk.EthdevConfig;
import dev.quern.ffi.dpdk.EthdevInfo;
import dev.quern.ffi.dpdk.EthdevStats;
import dev.quern.ffi.dpdk.Mempool;
import dev.quern.net.NetLimits;
import dev.quern.net.PacketDevice;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.protocol.Toeplitz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device that DPDK drives: a buffer is an mbuf, and its handle the mbuf's address, so that frames are decoded where the device has put them and
 * leave from where they are written.
 */
public final class DpdkDevice implements PacketDevice {
    private static final Logger LOG = LoggerFactory.getLogger(DpdkDevice.class);

    /** Their other end is this machine's kernel, which leaves checksums of what never meets a wire unfilled and says nothing of it. */
    private static final Set<String> LOCAL_DRIVERS = Set.of("net_af_packet", "net_af_xdp", "net_tap");

    /** Pools have names that are unique in the process. */
    private static final AtomicInteger POOLS = new AtomicInteger();

    private static final String TAP = "net_tap";

    /** A tap's own address is that of its kernel end, which takes no frames that claim to come from itself; ours differs in this bit. */
    private static final long TAP_OTHER_END = 1;

    private final Dpdk dpdk;
    private final Ethdev ethdev;
    private final EthdevInfo info;
    private final Mempool pool;
    private final int mtu;
    private final long mac;
    private final boolean fillsChecksums;
    private final List<MbufReceiveQueue> receives = new ArrayList<>();
    private final List<MbufTransmitQueue> transmits = new ArrayList<>();
    private final AtomicLong cutFrames = new AtomicLong();

    private DpdkDevice(Dpdk dpdk, Ethdev ethdev, EthdevInfo info, Mempool pool, int queueCount) throws DpdkException {
        this.dpdk = dpdk;
        this.ethdev = ethdev;
        this.info = info;
        this.pool = pool;
        this.mtu = ethdev.mtu();
        this.mac = info.driver().equals(TAP) ? ethdev.mac() ^ TAP_OTHER_END : ethdev.mac();
        this.fillsChecksums = info.fillsChecksums();
        int trusted = LOCAL_DRIVERS.contains(info.driver())
                ? PacketFlags.IPV4_CHECKSUM_GOOD | PacketFlags.UDP_CHECKSUM_GOOD
                : PacketFlags.NONE;
        for (int index = 0; index < queueCount; index++) {
            receives.add(new MbufReceiveQueue(ethdev.receiveQueue(index), trusted, cutFrames));
            transmits.add(new MbufTransmitQueue(ethdev.transmitQueue(index), pool));
        }
    }

    /**
     * Starts DPDK, unless it runs already with the same arguments, and the device with so many pairs of queues.
     *
     * @throws IOException when DPDK or the device is not to be had; the message says what to do
     */
    public static DpdkDevice open(DpdkConfig config, int queueCount) throws IOException {
        Dpdk dpdk = Dpdk.start(config.eal());
        Ethdev ethdev = Ethdev.open(dpdk, config.device());
        Mempool pool = null;
        try {
            EthdevInfo info = ethdev.info();
            int mtu = config.mtu() == 0 ? ethdev.mtu() : config.mtu();
            pool = Mempool.create(dpdk, "quern-" + POOLS.getAndIncrement(), config.buffers(), bufferBytes(mtu));
            EthdevConfig wanted = EthdevConfig.DEFAULT.withQueues(queueCount).withMtu(config.mtu());
            ethdev.configure(wanted, pool, Toeplitz.key());
            ethdev.start();
            if (queueCount > 1 && !(info.spreadsUdp() && ethdev.spreadOver(queueCount))) {
                LOG.warn(
                        "device {} ({}) spreads flows over its queues as it will: clients cannot choose the core that"
                                + " serves them",
                        ethdev.name(),
                        info.driver());
            }
            return new DpdkDevice(dpdk, ethdev, info, pool, queueCount);
        } catch (IOException | RuntimeException failed) {
            release(ethdev, pool);
            throw failed;
        }
    }

    /** Drivers want 2 KiB at the least. */
    private static int bufferBytes(int mtu) {
        return Math.max(2048, mtu + NetLimits.BUFFER_BYTES_OVER_MTU + 63 & -64);
    }

    private static void release(Ethdev ethdev, @Nullable Mempool pool) {
        try {
            ethdev.close();
        } catch (DpdkException failed) {
            // Its queues may still hold buffers: the pool stays.
            LOG.error("device {} does not close", ethdev.name(), failed);
            return;
        }
        if (pool != null) {
            pool.close();
        }
    }

    @Override
    public String describe() {
        return "dpdk:" + ethdev.name() + " (" + info.driver() + "), " + receives.size()
                + (receives.size() == 1 ? " queue" : " queues");
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int queueCount() {
        return receives.size();
    }

    @Override
    public ReceiveQueue receiveQueue(int index) {
        return receives.get(index);
    }

    @Override
    public TransmitQueue transmitQueue(int index) {
        return transmits.get(index);
    }

    @Override
    public int bufferBytes() {
        return pool.bufferBytes();
    }

    @Override
    public boolean fillsChecksums() {
        return fillsChecksums;
    }

    @Override
    public void attach() {
        if (!dpdk.registerThread()) {
            LOG.warn(
                    "DPDK has no room for another thread: {} polls without a cache of its own", Thread.currentThread());
        }
    }

    @Override
    public void detach() {
        dpdk.unregisterThread();
    }

    /** All multicast frames, as few groups send much; where a device has no such setting, all frames whatever. */
    @Override
    public void listen(long multicastMac) {
        if (!ethdev.takeMulticast() && !ethdev.takeAll()) {
            LOG.warn("device {} takes no frames to groups: IPv6 neighbours may not find this server", ethdev.name());
        }
    }

    @Override
    public long missed() {
        try {
            EthdevStats stats = ethdev.stats();
            return stats.missed() + stats.noBuffer() + cutFrames.get();
        } catch (DpdkException uncounted) {
            return cutFrames.get(); // Some drivers count nothing.
        }
    }

    /** Buffers that neither the device nor anybody else holds, for tests. */
    int buffersFree() {
        return pool.available();
    }

    @Override
    public void close() {
        transmits.forEach(MbufTransmitQueue::close);
        release(ethdev, pool);
    }
}
