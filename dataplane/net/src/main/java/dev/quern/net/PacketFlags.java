package dev.quern.net;

/**
 * What a device says of a frame it received, or is asked to do with one it sends. The lengths of the link and network headers stand in the same
 * int, as devices that fill in checksums want to be told.
 */
public final class PacketFlags {
    public static final int NONE = 0;

    /** Received: the device has found the IPv4 header's checksum right. */
    public static final int IPV4_CHECKSUM_GOOD = 1;

    /** Received: the device has found the UDP checksum right, or the frame came from this machine and needs none. */
    public static final int UDP_CHECKSUM_GOOD = 1 << 1;

    /** Received: the device has found a checksum wrong. */
    public static final int CHECKSUM_BAD = 1 << 2;

    /** To send: the device is to fill in the IPv4 header's checksum, in whose place stands 0. */
    public static final int IPV4_CHECKSUM_WANTED = 1 << 3;

    /** To send: the device is to fill in the UDP checksum, in whose place stands the pseudo-header's sum, not inverted. */
    public static final int UDP_CHECKSUM_WANTED = 1 << 4;

    private static final int LINK_SHIFT = 8;
    private static final int NETWORK_SHIFT = 16;
    private static final int LENGTH_MASK = 0xFF;

    private PacketFlags() {}

    /** Adds the lengths of the headers that stand before UDP. */
    public static int withHeaders(int flags, int linkBytes, int networkBytes) {
        return flags | linkBytes << LINK_SHIFT | networkBytes << NETWORK_SHIFT;
    }

    /** Bytes of the Ethernet header, with its VLAN tag. Only for frames to send. */
    public static int linkBytes(int flags) {
        return flags >>> LINK_SHIFT & LENGTH_MASK;
    }

    /** Bytes of the IPv4 or IPv6 header. Only for frames to send. */
    public static int networkBytes(int flags) {
        return flags >>> NETWORK_SHIFT & LENGTH_MASK;
    }
}
