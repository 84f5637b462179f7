package dev.quern.net;

/** The header of an Ethernet II frame, with an 802.1Q tag where the interface has one. Source: IEEE 802.3, 802.1Q. */
public final class EthernetLayout {
    public static final int DESTINATION_OFFSET = 0;
    public static final int SOURCE_OFFSET = DESTINATION_OFFSET + 6;
    public static final int TYPE_OFFSET = SOURCE_OFFSET + 6;
    public static final int HEADER_BYTES = TYPE_OFFSET + Short.BYTES;

    /** Priority and VLAN; stands where the type stood, which comes behind it. */
    public static final int TAG_OFFSET = TYPE_OFFSET + Short.BYTES;

    public static final int TAG_BYTES = 4;
    public static final int TAGGED_TYPE_OFFSET = TYPE_OFFSET + TAG_BYTES;
    public static final int TAGGED_HEADER_BYTES = HEADER_BYTES + TAG_BYTES;
    public static final int VLAN_MASK = 0xFFF;

    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_TAG = 0x8100;
    public static final int TYPE_IPV6 = 0x86DD;

    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** In the first octet: an address of several. */
    private static final long GROUP_BIT = 1L << 40;

    private EthernetLayout() {}

    public static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }
}
