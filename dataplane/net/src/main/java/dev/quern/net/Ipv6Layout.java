package dev.quern.net;

/** The IPv6 header; we send and take no extension headers. Source: RFC 8200. */
public final class Ipv6Layout {
    public static final int VERSION_OFFSET = 0;
    public static final int LENGTH_OFFSET = VERSION_OFFSET + Integer.BYTES;
    public static final int NEXT_HEADER_OFFSET = LENGTH_OFFSET + Short.BYTES;
    public static final int HOPS_OFFSET = NEXT_HEADER_OFFSET + Byte.BYTES;
    public static final int SOURCE_OFFSET = HOPS_OFFSET + Byte.BYTES;
    public static final int DESTINATION_OFFSET = SOURCE_OFFSET + 16;
    public static final int HEADER_BYTES = DESTINATION_OFFSET + 16;

    public static final int VERSION = 6;
    public static final int NEXT_UDP = 17;
    public static final int NEXT_HOP_BY_HOP = 0;
    public static final int NEXT_ROUTING = 43;
    public static final int NEXT_FRAGMENT = 44;
    public static final int NEXT_DESTINATION = 60;
    public static final int NEXT_ICMP = 58;
    public static final int HOPS = 64;

    /** What neighbours demand of each other's messages: that no router has passed them on. */
    public static final int HOPS_NEIGHBOUR = 255;

    /** ff02::1, all nodes of the link. */
    public static final long ALL_NODES_HIGH = 0xFF02_0000_0000_0000L;

    public static final long ALL_NODES_LOW = 1;

    /** ff02::1:ff00:0, above the last 24 bits of whom it is about. */
    private static final long SOLICITED_LOW = 0x0000_0001_FF00_0000L;

    private static final long SOLICITED_MASK = 0xFF_FFFFL;

    private Ipv6Layout() {}

    public static void write(
            long ip,
            int payloadLength,
            int nextHeader,
            int hops,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        NetworkOrder.putInt(ip, VERSION << 28);
        NetworkOrder.putInt(ip + LENGTH_OFFSET, payloadLength << 16 | nextHeader << 8 | hops);
        NetworkOrder.putLong(ip + SOURCE_OFFSET, sourceHigh);
        NetworkOrder.putLong(ip + SOURCE_OFFSET + Long.BYTES, sourceLow);
        NetworkOrder.putLong(ip + DESTINATION_OFFSET, destinationHigh);
        NetworkOrder.putLong(ip + DESTINATION_OFFSET + Long.BYTES, destinationLow);
    }

    public static boolean isMulticast(long high) {
        return high >>> 56 == 0xFF;
    }

    /** The low half of the group in which an address is asked for; the high half is {@link #ALL_NODES_HIGH}. */
    public static long solicitedLow(long low) {
        return SOLICITED_LOW | low & SOLICITED_MASK;
    }

    /** The Ethernet group that a multicast address is sent to (RFC 2464). */
    public static long multicastMac(long low) {
        return 0x3333_0000_0000L | low & 0xFFFF_FFFFL;
    }
}
