package dev.quern.net.dpdk;

import dev.quern.ffi.dpdk.BurstQueue;
import dev.quern.ffi.dpdk.Mbuf;
import dev.quern.ffi.dpdk.MbufCache;
import dev.quern.ffi.dpdk.MbufFlags;
import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A DPDK receive queue. Thread: one at a time. */
final class MbufReceiveQueue implements ReceiveQueue {
    private static final long CHECKSUM_BITS = MbufFlags.IP_CHECKSUM_MASK | MbufFlags.L4_CHECKSUM_MASK;

    private final BurstQueue queue;
    private final int trusted;
    private final AtomicLong cutFrames;
    private final long packets = NativeHeap.allocate((long) MbufTransmitQueue.BURST_MAX * Long.BYTES);

    /**
     * @param trusted what is known of each frame's checksums, whatever the device says
     * @param cutFrames counts frames that came in several buffers
     */
    MbufReceiveQueue(BurstQueue queue, int trusted, AtomicLong cutFrames) {
        this.queue = queue;
        this.trusted = trusted;
        this.cutFrames = cutFrames;
    }

    @Override
    public int receive(PacketBurst burst, int limit) {
        int wanted = Math.min(Math.min(limit, burst.room()), MbufTransmitQueue.BURST_MAX);
        int received = queue.burst(packets, wanted);
        int given = 0;
        for (int i = 0; i < received; i++) {
            long slot = packets + (long) i * Long.BYTES;
            long mbuf = NativeMemory.getLong(slot);
            long place = Mbuf.place(mbuf);
            if (Mbuf.isAlone(place)) {
                burst.add(mbuf, Mbuf.data(mbuf, place), Mbuf.dataLength(mbuf), trusted | flags(Mbuf.flags(mbuf)));
                given++;
            } else {
                cutFrames.incrementAndGet();
                MbufCache.free(slot, 1);
            }
        }
        return given;
    }

    /** What the device has found out about the checksums. */
    static int flags(long mbufFlags) {
        if ((mbufFlags & CHECKSUM_BITS) == 0) {
            return PacketFlags.NONE;
        }
        long ip = mbufFlags & MbufFlags.IP_CHECKSUM_MASK;
        long udp = mbufFlags & MbufFlags.L4_CHECKSUM_MASK;
        int flags = PacketFlags.NONE;
        if (ip == MbufFlags.IP_CHECKSUM_GOOD) {
            flags |= PacketFlags.IPV4_CHECKSUM_GOOD;
        }
        // Both bits: not filled in, and the bytes are good all the same.
        if (udp == MbufFlags.L4_CHECKSUM_GOOD || udp == MbufFlags.L4_CHECKSUM_MASK) {
            flags |= PacketFlags.UDP_CHECKSUM_GOOD;
        }
        if (ip == MbufFlags.IP_CHECKSUM_BAD || udp == MbufFlags.L4_CHECKSUM_BAD) {
            flags |= PacketFlags.CHECKSUM_BAD;
        }
        return flags;
    }

    /** Nobody receives any more. */
    void close() {
        NativeHeap.free(packets);
    }
}
