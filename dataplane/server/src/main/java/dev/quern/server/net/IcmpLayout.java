package dev.quern.server.net;

/**
 * What we know of ICMP and ICMPv6: echo, and the neighbour messages of IPv6. Sources: RFC 792, RFC 4443, RFC 4861.
 */
final class IcmpLayout {
    static final int TYPE_OFFSET = 0;
    static final int CODE_OFFSET = TYPE_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = CODE_OFFSET + Byte.BYTES;
    static final int HEADER_BYTES = CHECKSUM_OFFSET + Short.BYTES;

    /** Identifier and sequence of an echo stand before its data. */
    static final int ECHO_BYTES_MIN = HEADER_BYTES + Integer.BYTES;

    static final int ECHO_REPLY = 0;
    static final int ECHO_REQUEST = 8;

    static final int V6_ECHO_REQUEST = 128;
    static final int V6_ECHO_REPLY = 129;
    static final int V6_SOLICITATION = 135;
    static final int V6_ADVERTISEMENT = 136;

    /** Of an advertisement; reserved in a solicitation. */
    static final int NEIGHBOUR_FLAGS_OFFSET = HEADER_BYTES;

    static final int NEIGHBOUR_TARGET_OFFSET = NEIGHBOUR_FLAGS_OFFSET + Integer.BYTES;
    static final int NEIGHBOUR_OPTIONS_OFFSET = NEIGHBOUR_TARGET_OFFSET + 16;

    static final int FLAG_SOLICITED = 1 << 30;
    static final int FLAG_OVERRIDE = 1 << 29;

    /** An option: its type, its length in words of eight, an address. */
    static final int OPTION_SOURCE_MAC = 1;

    static final int OPTION_TARGET_MAC = 2;
    static final int OPTION_BYTES = 8;
    static final int OPTION_MAC_OFFSET = 2;

    /** A neighbour message with the one option that we send. */
    static final int NEIGHBOUR_BYTES = NEIGHBOUR_OPTIONS_OFFSET + OPTION_BYTES;

    private IcmpLayout() {}
}
