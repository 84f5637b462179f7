package dev.quern.net;

/**
 * What we know of ICMP and ICMPv6: echo, and the neighbour messages of IPv6. Sources: RFC 792, RFC 4443, RFC 4861.
 */
public final class IcmpLayout {
    public static final int TYPE_OFFSET = 0;
    public static final int CODE_OFFSET = TYPE_OFFSET + Byte.BYTES;
    public static final int CHECKSUM_OFFSET = CODE_OFFSET + Byte.BYTES;
    public static final int HEADER_BYTES = CHECKSUM_OFFSET + Short.BYTES;

    /** Identifier and sequence of an echo stand before its data. */
    public static final int ECHO_BYTES_MIN = HEADER_BYTES + Integer.BYTES;

    public static final int ECHO_REPLY = 0;
    public static final int ECHO_REQUEST = 8;

    public static final int V6_ECHO_REQUEST = 128;
    public static final int V6_ECHO_REPLY = 129;
    public static final int V6_SOLICITATION = 135;
    public static final int V6_ADVERTISEMENT = 136;

    /** Of an advertisement; reserved in a solicitation. */
    public static final int NEIGHBOUR_FLAGS_OFFSET = HEADER_BYTES;

    public static final int NEIGHBOUR_TARGET_OFFSET = NEIGHBOUR_FLAGS_OFFSET + Integer.BYTES;
    public static final int NEIGHBOUR_OPTIONS_OFFSET = NEIGHBOUR_TARGET_OFFSET + 16;

    public static final int FLAG_SOLICITED = 1 << 30;
    public static final int FLAG_OVERRIDE = 1 << 29;

    /** An option: its type, its length in words of eight, an address. */
    public static final int OPTION_SOURCE_MAC = 1;

    public static final int OPTION_TARGET_MAC = 2;
    public static final int OPTION_BYTES = 8;
    public static final int OPTION_MAC_OFFSET = 2;

    /** A neighbour message with the one option that we send. */
    public static final int NEIGHBOUR_BYTES = NEIGHBOUR_OPTIONS_OFFSET + OPTION_BYTES;

    private IcmpLayout() {}
}
