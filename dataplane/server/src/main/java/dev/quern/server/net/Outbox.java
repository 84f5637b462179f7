package dev.quern.server.net;

import dev.quern.net.NetLimits;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.TransmitQueue;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/**
 * A core's frames on their way out, and the free buffers that it keeps at hand. A buffer whose datagram has been served is the next to be
 * answered in: it is in the cache still, and the pool is asked for none. Thread: the core's; allocates nothing.
 */
final class Outbox implements AutoCloseable {
    private final TransmitQueue queue;
    private final Counters counters;
    private final PacketBurst out = new PacketBurst(NetLimits.BURST);
    private final PacketBurst spare = new PacketBurst(NetLimits.SPARE_BUFFERS);
    private final PacketBurst discarded = new PacketBurst(1);
    private long address;

    Outbox(TransmitQueue queue, Counters counters) {
        this.queue = queue;
        this.counters = counters;
    }

    /** A free buffer, whose memory is at {@link #address}; false when none is left. */
    boolean hasBuffer() {
        return spare.count() > 0 || queue.allocate(spare, NetLimits.BURST) > 0;
    }

    /** The handle of a free buffer, after {@link #hasBuffer}. */
    long take() {
        int last = spare.count() - 1;
        long handle = spare.handle(last);
        address = spare.address(last);
        spare.truncate(last);
        return handle;
    }

    /** Where the buffer lies that was taken last. */
    long address() {
        return address;
    }

    /** A buffer is needed no more: it is the next to be taken. */
    void release(long handle, long bufferAddress) {
        if (spare.room() == 0) {
            queue.free(spare, NetLimits.BURST);
        }
        spare.add(handle, bufferAddress, 0, PacketFlags.NONE);
    }

    /** Gives a buffer back to the pool whose first byte is no longer known. */
    void discard(long handle, long frame) {
        discarded.add(handle, frame, 0, PacketFlags.NONE);
        queue.free(discarded, 0);
    }

    void send(long handle, long frame, int length, int flags) {
        if (out.room() == 0) {
            flush();
        }
        out.add(handle, frame, length, flags);
    }

    boolean isEmpty() {
        return out.count() == 0;
    }

    /** Hands all frames to the device; what it does not take is lost, as any frame may be. Returns how many there were. */
    int flush() {
        int count = out.count();
        if (count == 0) {
            return 0;
        }
        int sent = queue.transmit(out, 0);
        counters.add(Counter.NET_FRAMES_SENT, sent);
        if (sent < count) {
            counters.add(Counter.NET_FRAMES_UNSENT, count - sent);
            queue.free(out, sent);
        }
        out.truncate(0);
        return count;
    }

    @Override
    public void close() {
        flush();
        queue.free(spare, 0);
    }
}
