package dev.quern.net.dpdk;

import dev.quern.ffi.dpdk.BurstQueue;
import dev.quern.ffi.dpdk.Mbuf;
import dev.quern.ffi.dpdk.MbufCache;
import dev.quern.ffi.dpdk.MbufFlags;
import dev.quern.ffi.dpdk.Mempool;
import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.TransmitQueue;

/** A DPDK send queue, and a core's share of the pool. Thread: one at a time. */
final class MbufTransmitQueue implements TransmitQueue {
    /** Packets in one call: past this the call's own cost no longer shows. */
    static final int BURST_MAX = 64;

    /** Ethernet's shortest frame, without its check sequence. */
    private static final int FRAME_BYTES_MIN = 60;

    private static final int IPV6_HEADER_BYTES = 40;
    private static final int WANTED = PacketFlags.IPV4_CHECKSUM_WANTED | PacketFlags.UDP_CHECKSUM_WANTED;

    private final BurstQueue queue;
    private final MbufCache cache;
    private final long packets = NativeHeap.allocate((long) BURST_MAX * Long.BYTES);

    MbufTransmitQueue(BurstQueue queue, Mempool pool) {
        this.queue = queue;
        this.cache = new MbufCache(pool);
    }

    @Override
    public int allocate(PacketBurst burst, int count) {
        int wanted = Math.min(count, burst.room());
        for (int i = 0; i < wanted; i++) {
            long mbuf = cache.allocate();
            if (mbuf == 0) {
                return i;
            }
            burst.add(mbuf, Mbuf.data(mbuf), 0, PacketFlags.NONE);
        }
        return wanted;
    }

    @Override
    public void free(PacketBurst burst, int from) {
        for (int next = from; next < burst.count(); next += BURST_MAX) {
            int count = Math.min(burst.count() - next, BURST_MAX);
            for (int i = 0; i < count; i++) {
                NativeMemory.putLong(packets + (long) i * Long.BYTES, burst.handle(next + i));
            }
            MbufCache.free(packets, count);
        }
        burst.truncate(from);
    }

    @Override
    public int transmit(PacketBurst burst, int from) {
        int taken = 0;
        while (from + taken < burst.count()) {
            int count = Math.min(burst.count() - from - taken, BURST_MAX);
            for (int i = 0; i < count; i++) {
                NativeMemory.putLong(packets + (long) i * Long.BYTES, prepare(burst, from + taken + i));
            }
            int sent = queue.burst(packets, count);
            taken += sent;
            if (sent < count) {
                break;
            }
        }
        return taken;
    }

    private static long prepare(PacketBurst burst, int index) {
        long mbuf = burst.handle(index);
        long frame = burst.address(index);
        int length = burst.length(index);
        int flags = burst.flags(index);
        Mbuf.setPacket(mbuf, frame, length < FRAME_BYTES_MIN ? pad(frame, length) : length);
        if ((flags & WANTED) != 0) {
            int networkBytes = PacketFlags.networkBytes(flags);
            Mbuf.setTransmit(mbuf, wanted(flags, networkBytes), PacketFlags.linkBytes(flags), networkBytes);
        }
        return mbuf;
    }

    private static int pad(long frame, int length) {
        for (int position = length; position < FRAME_BYTES_MIN; position++) {
            NativeMemory.putByte(frame + position, (byte) 0);
        }
        return FRAME_BYTES_MIN;
    }

    /** What the device is asked to fill in. */
    static long wanted(int flags, int networkBytes) {
        long wanted = 0;
        if ((flags & PacketFlags.UDP_CHECKSUM_WANTED) != 0) {
            wanted =
                    MbufFlags.FILL_UDP_CHECKSUM | (networkBytes == IPV6_HEADER_BYTES ? MbufFlags.IPV6 : MbufFlags.IPV4);
        }
        if ((flags & PacketFlags.IPV4_CHECKSUM_WANTED) != 0) {
            wanted |= MbufFlags.FILL_IP_CHECKSUM | MbufFlags.IPV4;
        }
        return wanted;
    }

    /** Nobody sends any more. */
    void close() {
        cache.close();
        NativeHeap.free(packets);
    }
}
