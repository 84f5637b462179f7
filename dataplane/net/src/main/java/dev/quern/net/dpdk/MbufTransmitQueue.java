package dev.quern.net.dpdk;

import dev.quern.ffi.dpdk.BurstQueue;
import dev.quern.ffi.dpdk.Mbuf;
import dev.quern.ffi.dpdk.MbufCache;
import dev.quern.ffi.dpdk.MbufFlags;
import dev.quern.ffi.dpdk.Mempool;
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
        if (from < burst.count()) {
            MbufCache.free(burst.handles(from), burst.count() - from);
            burst.truncate(from);
        }
    }

    @Override
    public int transmit(PacketBurst burst, int from) {
        int next = from;
        while (next < burst.count()) {
            int end = Math.min(burst.count(), next + BURST_MAX);
            int shortest = prepare(burst.handles(next), burst.frames(next), end - next);
            if (shortest < FRAME_BYTES_MIN || (burst.flags(next, end) & WANTED) != 0) {
                finish(burst, next, end);
            }
            int sent = queue.burst(burst.handles(next), end - next);
            next += sent;
            if (next < end) {
                break;
            }
        }
        return next - from;
    }

    /**
     * Makes packets of buffers. One plain loop, since few devices fill checksums in and few frames are short.
     *
     * @return the shortest frame's length, or a length that is long enough
     */
    private static int prepare(long handles, long frames, int count) {
        int shortest = FRAME_BYTES_MIN;
        for (int i = 0; i < count; i++) {
            long at = (long) i * Long.BYTES;
            long frame = NativeMemory.getLong(frames + at);
            int length = PacketBurst.frameLength(frame);
            shortest = Math.min(shortest, length);
            Mbuf.setPacket(NativeMemory.getLong(handles + at), PacketBurst.frameAddress(frame), length);
        }
        return shortest;
    }

    private static void finish(PacketBurst burst, int from, int to) {
        for (int i = from; i < to; i++) {
            long mbuf = burst.handle(i);
            int length = burst.length(i);
            int flags = burst.flags(i);
            if (length < FRAME_BYTES_MIN) {
                Mbuf.setLength(mbuf, pad(burst.address(i), length));
            }
            if ((flags & WANTED) != 0) {
                int networkBytes = PacketFlags.networkBytes(flags);
                Mbuf.setTransmit(mbuf, wanted(flags, networkBytes), PacketFlags.linkBytes(flags), networkBytes);
            }
        }
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
    }
}
