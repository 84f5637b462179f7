package dev.quern.net.dpdk;

import dev.quern.ffi.dpdk.BurstQueue;
import dev.quern.ffi.dpdk.Mbuf;
import dev.quern.ffi.dpdk.MbufCache;
import dev.quern.ffi.dpdk.MbufFlags;
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
        int first = burst.count();
        int received = queue.burst(burst.handles(first), wanted);
        long seen = describe(burst.handles(first), burst.frames(first), received);
        burst.grow(received, trusted);
        if (seen == 0) {
            return received;
        }
        return look(burst, first);
    }

    /**
     * Writes the columns of frames whose handles stand there. One plain loop, since what is unusual is looked at afterwards.
     *
     * @return 0 when each frame is in one buffer and the device says nothing of any checksum
     */
    private static long describe(long handles, long frames, int count) {
        long places = 0;
        long flags = 0;
        for (int i = 0; i < count; i++) {
            long at = (long) i * Long.BYTES;
            long mbuf = NativeMemory.getLong(handles + at);
            long place = Mbuf.place(mbuf);
            places |= Mbuf.notAlone(place);
            flags |= Mbuf.flags(mbuf);
            NativeMemory.putLong(frames + at, PacketBurst.frame(Mbuf.data(mbuf, place), Mbuf.dataLength(mbuf)));
        }
        return Mbuf.areNotAlone(places) | flags & CHECKSUM_BITS;
    }

    /** Drops those that came in several buffers, and says what the device has found out about the others' checksums. */
    private int look(PacketBurst burst, int first) {
        int count = burst.count();
        burst.truncate(first);
        for (int i = first; i < count; i++) {
            long mbuf = burst.handle(i);
            if (Mbuf.isAlone(Mbuf.place(mbuf))) {
                burst.add(mbuf, burst.address(i), burst.length(i), trusted | flags(Mbuf.flags(mbuf)));
            } else {
                cutFrames.incrementAndGet();
                MbufCache.free(burst.handles(i), 1);
            }
        }
        return burst.count() - first;
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
}
