package dev.quern.server.net;

/** The header of an Ethernet II frame, with an 802.1Q tag where the interface has one. Source: IEEE 802.3, 802.1Q. */
final class EthernetLayout {
    static final int DESTINATION_OFFSET = 0;
    static final int SOURCE_OFFSET = DESTINATION_OFFSET + 6;
    static final int TYPE_OFFSET = SOURCE_OFFSET + 6;
    static final int HEADER_BYTES = TYPE_OFFSET + Short.BYTES;

    /** Priority and VLAN; stands where the type stood, which comes behind it. */
    static final int TAG_OFFSET = TYPE_OFFSET + Short.BYTES;

    static final int TAG_BYTES = 4;
    static final int TAGGED_TYPE_OFFSET = TYPE_OFFSET + TAG_BYTES;
    static final int TAGGED_HEADER_BYTES = HEADER_BYTES + TAG_BYTES;
    static final int VLAN_MASK = 0xFFF;

    static final int TYPE_IPV4 = 0x0800;
    static final int TYPE_ARP = 0x0806;
    static final int TYPE_TAG = 0x8100;
    static final int TYPE_IPV6 = 0x86DD;

    static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** In the first octet: an address of several. */
    private static final long GROUP_BIT = 1L << 40;

    private EthernetLayout() {}

    static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }
}
