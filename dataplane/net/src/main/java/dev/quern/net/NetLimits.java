package dev.quern.net;

import dev.quern.protocol.Limits;
import java.util.concurrent.TimeUnit;

/** The network stack's limits, each with its reason. */
public final class NetLimits {
    /**
     * What a device's buffer has room for beside an IP packet of its MTU: an Ethernet header with a VLAN tag, and what it takes to begin a
     * datagram's payload at the same aligned place for IPv4 and IPv6.
     */
    public static final int BUFFER_BYTES_OVER_MTU = 64;

    /** Less than IPv6 demands of a link, no device has. */
    public static final int MTU_MIN = 1280;

    /** Frames that are received or sent at a time; past this a call's own cost no longer shows. */
    public static final int BURST = 64;

    /** Free buffers that a core has at hand: those of one burst, to answer the next in. */
    public static final int SPARE_BUFFERS = 2 * BURST;

    /** Where a datagram's payload begins in a buffer: behind the longest headers, aligned. */
    public static final int PAYLOAD_OFFSET = 72;

    /** Neighbours known at a time, in sets of {@link #NEIGHBOUR_WAYS}; strangers beyond push out strangers. */
    public static final int NEIGHBOURS = 1024;

    public static final int NEIGHBOUR_WAYS = 8;

    /** How long a neighbour that has answered is believed without asking again (RFC 4861's REACHABLE_TIME). */
    public static final long NEIGHBOUR_GOOD_NS = TimeUnit.SECONDS.toNanos(30);

    /** A neighbour that nobody wrote to for so long is forgotten. */
    public static final long NEIGHBOUR_IDLE_NS = TimeUnit.MINUTES.toNanos(10);

    /** Between two questions about one neighbour (RFC 4861's RETRANS_TIMER). */
    public static final long NEIGHBOUR_ASK_NS = TimeUnit.SECONDS.toNanos(1);

    /** Questions before the next step: from asking whom we know to asking all, from asking all to giving up. */
    public static final int NEIGHBOUR_ASKS = 3;

    /** Between two looks through the table for whom to ask. */
    public static final long NEIGHBOUR_TICK_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Between two announcements of our own addresses when another host claims one (RFC 5227's DEFEND_INTERVAL). */
    public static final long DEFEND_NS = TimeUnit.SECONDS.toNanos(10);

    /** Frames of one core that wait for a neighbour's address; each holds a buffer. More are lost, as any may be. */
    public static final int UNRESOLVED_MAX = 64;

    /** Datagrams that one core has under way to others, whose queue they missed. */
    public static final int HANDOVER_SLOTS = 256;

    static {
        if (PAYLOAD_OFFSET % Long.BYTES != 0
                || PAYLOAD_OFFSET
                        < EthernetLayout.TAGGED_HEADER_BYTES + Ipv6Layout.HEADER_BYTES + UdpLayout.HEADER_BYTES) {
            throw new ExceptionInInitializerError("all headers fit before an aligned payload");
        }
        if (MTU_MIN - Ipv6Layout.HEADER_BYTES - UdpLayout.HEADER_BYTES < Limits.DATAGRAM_BYTES_MIN) {
            throw new ExceptionInInitializerError("the least datagram fits the least MTU");
        }
        if (NEIGHBOURS % NEIGHBOUR_WAYS != 0) {
            throw new ExceptionInInitializerError("neighbours are whole sets");
        }
    }

    private NetLimits() {}

    /** The longest datagram to a peer of either family on this device, in whole words. */
    public static int datagramBytes(PacketDevice device, boolean isIpv6) {
        int headers = (isIpv6 ? Ipv6Layout.HEADER_BYTES : Ipv4Layout.HEADER_BYTES) + UdpLayout.HEADER_BYTES;
        int room = device.bufferBytes() - PAYLOAD_OFFSET - Long.BYTES;
        return Math.min(device.mtu() - headers, room) & -Long.BYTES;
    }
}
