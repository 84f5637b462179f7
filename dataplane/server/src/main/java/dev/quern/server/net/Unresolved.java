package dev.quern.server.net;

import dev.quern.net.EthernetLayout;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketBurst;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/** A core's frames that wait until somebody says where their next hop is. Thread: the core's; allocates nothing. */
final class Unresolved {
    private static final long WAIT_NS = NetLimits.NEIGHBOUR_ASKS * NetLimits.NEIGHBOUR_ASK_NS;

    private final PacketBurst frames = new PacketBurst(NetLimits.UNRESOLVED_MAX);
    private final long[] highs = new long[NetLimits.UNRESOLVED_MAX];
    private final long[] lows = new long[NetLimits.UNRESOLVED_MAX];
    private final long[] sinceNs = new long[NetLimits.UNRESOLVED_MAX];
    private final Neighbours neighbours;
    private final Outbox outbox;
    private final Counters counters;

    Unresolved(Neighbours neighbours, Outbox outbox, Counters counters) {
        this.neighbours = neighbours;
        this.outbox = outbox;
        this.counters = counters;
    }

    boolean isEmpty() {
        return frames.count() == 0;
    }

    /** Keeps a frame, whose buffer is no longer the caller's, for the neighbour of this address; drops it when there are too many. */
    void add(long handle, long frame, int length, int flags, long high, long low, long nowNs) {
        int index = frames.count();
        if (frames.room() == 0) {
            drop(handle, frame);
            return;
        }
        frames.add(handle, frame, length, flags);
        highs[index] = high;
        lows[index] = low;
        sinceNs[index] = nowNs;
    }

    private void drop(long handle, long frame) {
        counters.increment(Counter.NET_NEIGHBOURS_UNKNOWN);
        outbox.discard(handle, frame);
    }

    /** Sends those whose neighbour has been found, gives up those that have waited for long. For every turn in which there are any. */
    void retry(long nowNs) {
        int kept = 0;
        int count = frames.count();
        frames.truncate(0);
        for (int i = 0; i < count; i++) {
            long mac = neighbours.find(highs[i], lows[i]);
            long handle = frames.handle(i);
            long frame = frames.address(i);
            int length = frames.length(i);
            int flags = frames.flags(i);
            if (mac != Neighbours.NONE) {
                NetworkOrder.putMac(frame + EthernetLayout.DESTINATION_OFFSET, mac);
                outbox.send(handle, frame, length, flags);
            } else if (nowNs - sinceNs[i] >= WAIT_NS) {
                drop(handle, frame);
            } else {
                frames.add(handle, frame, length, flags);
                highs[kept] = highs[i];
                lows[kept] = lows[i];
                sinceNs[kept] = sinceNs[i];
                kept++;
            }
        }
    }

    /** Gives all up. */
    void clear() {
        for (int i = 0; i < frames.count(); i++) {
            outbox.discard(frames.handle(i), frames.address(i));
        }
        frames.truncate(0);
    }
}
