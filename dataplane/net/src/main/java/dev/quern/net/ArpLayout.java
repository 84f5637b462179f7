package dev.quern.net;

/** ARP for IPv4 over Ethernet. Source: RFC 826. */
public final class ArpLayout {
    public static final int HARDWARE_OFFSET = 0;
    public static final int PROTOCOL_OFFSET = HARDWARE_OFFSET + Short.BYTES;
    public static final int HARDWARE_LENGTH_OFFSET = PROTOCOL_OFFSET + Short.BYTES;
    public static final int PROTOCOL_LENGTH_OFFSET = HARDWARE_LENGTH_OFFSET + Byte.BYTES;
    public static final int OPERATION_OFFSET = PROTOCOL_LENGTH_OFFSET + Byte.BYTES;
    public static final int SENDER_MAC_OFFSET = OPERATION_OFFSET + Short.BYTES;
    public static final int SENDER_ADDRESS_OFFSET = SENDER_MAC_OFFSET + 6;
    public static final int TARGET_MAC_OFFSET = SENDER_ADDRESS_OFFSET + Integer.BYTES;
    public static final int TARGET_ADDRESS_OFFSET = TARGET_MAC_OFFSET + 6;
    public static final int BYTES = TARGET_ADDRESS_OFFSET + Integer.BYTES;

    public static final int HARDWARE_ETHERNET = 1;
    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    /** The four fields that say Ethernet and IPv4, as one word. */
    public static final long KIND = (long) HARDWARE_ETHERNET << 32 | (long) EthernetLayout.TYPE_IPV4 << 16 | 6 << 8 | 4;

    private ArpLayout() {}

    public static long kind(long arp) {
        return NetworkOrder.getLong(arp) >>> Short.SIZE;
    }

    public static void write(long arp, int operation, long senderMac, int sender, long targetMac, int target) {
        NetworkOrder.putLong(arp, KIND << Short.SIZE | operation);
        NetworkOrder.putMac(arp + SENDER_MAC_OFFSET, senderMac);
        NetworkOrder.putInt(arp + SENDER_ADDRESS_OFFSET, sender);
        NetworkOrder.putMac(arp + TARGET_MAC_OFFSET, targetMac);
        NetworkOrder.putInt(arp + TARGET_ADDRESS_OFFSET, target);
    }
}
