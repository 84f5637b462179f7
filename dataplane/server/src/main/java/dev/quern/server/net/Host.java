package dev.quern.server.net;

import dev.quern.net.EthernetLayout;
import dev.quern.net.Ipv6Layout;
import dev.quern.net.LinkAddress;
import dev.quern.net.NetLimits;
import dev.quern.net.PacketDevice;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Our place on a device's link, in the form that packets are compared with, and who else is there. Shared by all cores; any thread. */
final class Host {
    /** Before an IPv4 address in the low half, as IPv6 maps it. */
    static final long MAPPED = 0xFFFF_0000_0000L;

    private static final int LINK_LOCAL_HIGH = 0xFE80;

    final PacketDevice device;
    final long mac;
    final int vlan;
    final int linkBytes;
    final boolean hasIpv4;
    final int ipv4;
    final boolean hasIpv6;
    final long ipv6High;
    final long ipv6Low;
    final int port;
    final int portCount;
    final Neighbours neighbours;
    private final int mask4;
    private final long gateway4;
    private final long mask6High;
    private final long mask6Low;
    private final long gateway6High;
    private final long gateway6Low;
    private final int datagramBytes4;
    private final int datagramBytes6;

    Host(PacketDevice device, NetConfig config, int portCount, long nowNs) {
        this.device = device;
        this.mac = device.mac();
        this.vlan = config.vlan();
        this.linkBytes = vlan == 0 ? EthernetLayout.HEADER_BYTES : EthernetLayout.TAGGED_HEADER_BYTES;
        this.port = config.port();
        this.portCount = portCount;
        LinkAddress four = config.ipv4();
        hasIpv4 = four != null;
        ipv4 = four == null ? 0 : (int) low(four.address());
        mask4 = four == null ? 0 : -1 << Integer.SIZE - four.prefixLength();
        gateway4 = config.gateway4() == null ? 0 : low(config.gateway4());
        LinkAddress six = config.ipv6();
        hasIpv6 = six != null;
        ipv6High = six == null ? 0 : high(six.address());
        ipv6Low = six == null ? 0 : low(six.address());
        int prefix = six == null ? 0 : six.prefixLength();
        mask6High = prefix >= Long.SIZE ? -1 : prefix == 0 ? 0 : -1L << Long.SIZE - prefix;
        mask6Low = prefix <= Long.SIZE ? 0 : -1L << 2 * Long.SIZE - prefix;
        gateway6High = config.gateway6() == null ? 0 : high(config.gateway6());
        gateway6Low = config.gateway6() == null ? 0 : low(config.gateway6());
        neighbours = new Neighbours(0, gateway4, gateway6High, gateway6Low, nowNs);
        datagramBytes4 = Math.min(config.datagramBytesMax(), NetLimits.datagramBytes(device, false));
        datagramBytes6 = Math.min(config.datagramBytesMax(), NetLimits.datagramBytes(device, true));
    }

    private static long high(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == Integer.BYTES ? 0 : word(bytes, 0);
    }

    private static long low(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == Integer.BYTES
                ? MAPPED | word(bytes, -Integer.BYTES) & 0xFFFF_FFFFL
                : word(bytes, Long.BYTES);
    }

    private static long word(byte[] bytes, int from) {
        long word = 0;
        for (int i = Math.max(0, from); i < from + Long.BYTES; i++) {
            word = word << Byte.SIZE | Byte.toUnsignedInt(bytes[i]);
        }
        return word;
    }

    /** The high half of who a packet to this address is handed to; the low half is {@link #nextLow}. Both 0 when nobody is. */
    long nextHigh(long high, long low) {
        return isOnLink(high, low) ? high : isMapped(high, low) ? 0 : gateway6High;
    }

    long nextLow(long high, long low) {
        return isOnLink(high, low) ? low : isMapped(high, low) ? gateway4 : gateway6Low;
    }

    boolean isOnLink(long high, long low) {
        if (isMapped(high, low)) {
            return hasIpv4 && (((int) low ^ ipv4) & mask4) == 0;
        }
        return hasIpv6
                && (high >>> 48 == LINK_LOCAL_HIGH
                        || (((high ^ ipv6High) & mask6High) == 0 && ((low ^ ipv6Low) & mask6Low) == 0));
    }

    static boolean isMapped(long high, long low) {
        return high == 0 && (low & -1L << Integer.SIZE) == MAPPED;
    }

    static long mapped(int address) {
        return MAPPED | Integer.toUnsignedLong(address);
    }

    /** Whether this is the link's broadcast address, or everyone's. */
    boolean isBroadcast(int address) {
        return address == -1 || (mask4 != -1 && (address | mask4) == -1 && ((address ^ ipv4) & mask4) == 0);
    }

    /** The longest datagram to a peer of this family. */
    int datagramBytes(boolean isIpv6) {
        return isIpv6 ? datagramBytes6 : datagramBytes4;
    }

    /** The group in which others ask for our IPv6 address. */
    long solicitedMac() {
        return Ipv6Layout.multicastMac(Ipv6Layout.solicitedLow(ipv6Low));
    }

    /** For a human. */
    static String describe(@Nullable LinkAddress address) {
        return address == null ? "" : address.address().getHostAddress();
    }
}
