package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.net.Checksum;
import dev.quern.net.EthernetLayout;
import dev.quern.net.Ipv4Layout;
import dev.quern.net.Ipv6Layout;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketFlags;
import dev.quern.net.UdpLayout;

/** Puts headers before what we send. Thread: the core's; allocates nothing. */
final class FrameWriter {
    private final Host host;
    private final boolean deviceFills;
    private int flags;

    FrameWriter(Host host) {
        this.host = host;
        this.deviceFills = host.device.fillsChecksums();
    }

    /** The Ethernet header, with the tag of our VLAN. Returns where the network header follows. */
    long link(long frame, long destination, int type) {
        NetworkOrder.putMac(frame + EthernetLayout.DESTINATION_OFFSET, destination);
        NetworkOrder.putMac(frame + EthernetLayout.SOURCE_OFFSET, host.mac);
        if (host.vlan == 0) {
            NetworkOrder.putShort(frame + EthernetLayout.TYPE_OFFSET, type);
        } else {
            NetworkOrder.putShort(frame + EthernetLayout.TYPE_OFFSET, EthernetLayout.TYPE_TAG);
            NetworkOrder.putShort(frame + EthernetLayout.TAG_OFFSET, host.vlan);
            NetworkOrder.putShort(frame + EthernetLayout.TAGGED_TYPE_OFFSET, type);
        }
        return frame + host.linkBytes;
    }

    /**
     * All headers of a datagram, in the bytes before its payload.
     *
     * @param peer who it goes to, a {@code sockaddr} slot
     * @param destination the Ethernet address of the next hop
     * @param sourcePort our port
     * @return the frame's first byte; what the device is to do is in {@link #flags}
     */
    long datagram(long payload, int length, long peer, long destination, int sourcePort) {
        return isIpv6(peer)
                ? datagram6(payload, length, peer, destination, sourcePort)
                : datagram4(payload, length, peer, destination, sourcePort);
    }

    /** For the device, of the datagram written last. */
    int flags() {
        return flags;
    }

    static boolean isIpv6(long peer) {
        return NativeMemory.getShort(peer + SocketLayout.ADDRESS_FAMILY) == SocketLayout.AF_INET6;
    }

    private long datagram4(long payload, int length, long peer, long destination, int sourcePort) {
        int udpLength = UdpLayout.HEADER_BYTES + length;
        long udp = payload - UdpLayout.HEADER_BYTES;
        long ip = udp - Ipv4Layout.HEADER_BYTES;
        long frame = ip - host.linkBytes;
        link(frame, destination, EthernetLayout.TYPE_IPV4);
        Ipv4Layout.write(
                ip,
                Ipv4Layout.HEADER_BYTES + udpLength,
                Ipv4Layout.PROTOCOL_UDP,
                host.ipv4,
                NetworkOrder.getInt(peer + SocketLayout.ADDRESS_IPV4));
        if (!deviceFills) {
            Ipv4Layout.seal(ip);
        }
        udp(udp, udpLength, sourcePort, peer);
        sealUdp(udp, udpLength, ip + Ipv4Layout.SOURCE_OFFSET, 2 * Integer.BYTES);
        flags = deviceFills
                ? PacketFlags.withHeaders(
                        PacketFlags.IPV4_CHECKSUM_WANTED | PacketFlags.UDP_CHECKSUM_WANTED,
                        host.linkBytes,
                        Ipv4Layout.HEADER_BYTES)
                : PacketFlags.NONE;
        return frame;
    }

    private long datagram6(long payload, int length, long peer, long destination, int sourcePort) {
        int udpLength = UdpLayout.HEADER_BYTES + length;
        long udp = payload - UdpLayout.HEADER_BYTES;
        long ip = udp - Ipv6Layout.HEADER_BYTES;
        long frame = ip - host.linkBytes;
        link(frame, destination, EthernetLayout.TYPE_IPV6);
        Ipv6Layout.write(
                ip,
                udpLength,
                Ipv6Layout.NEXT_UDP,
                Ipv6Layout.HOPS,
                host.ipv6High,
                host.ipv6Low,
                NetworkOrder.getLong(peer + SocketLayout.ADDRESS_IPV6),
                NetworkOrder.getLong(peer + SocketLayout.ADDRESS_IPV6 + Long.BYTES));
        udp(udp, udpLength, sourcePort, peer);
        sealUdp(udp, udpLength, ip + Ipv6Layout.SOURCE_OFFSET, 4 * Long.BYTES);
        flags = deviceFills
                ? PacketFlags.withHeaders(PacketFlags.UDP_CHECKSUM_WANTED, host.linkBytes, Ipv6Layout.HEADER_BYTES)
                : PacketFlags.NONE;
        return frame;
    }

    private static void udp(long udp, int udpLength, int sourcePort, long peer) {
        NetworkOrder.putShort(udp + UdpLayout.SOURCE_OFFSET, sourcePort);
        NativeMemory.putShort(
                udp + UdpLayout.DESTINATION_OFFSET, NativeMemory.getShort(peer + SocketLayout.ADDRESS_PORT));
        NetworkOrder.putInt(udp + UdpLayout.LENGTH_OFFSET, udpLength << Short.SIZE);
    }

    private void sealUdp(long udp, int udpLength, long addresses, int addressBytes) {
        long sum = Checksum.pseudoHeader(addresses, addressBytes, Ipv4Layout.PROTOCOL_UDP, udpLength);
        short sealed;
        if (deviceFills) {
            sealed = (short) Checksum.fold(sum);
        } else {
            short checksum = Checksum.finish(sum + Checksum.sum(udp, udpLength));
            // 0 says that there is none, which IPv6 does not allow; both forms of zero sum alike.
            sealed = checksum == 0 ? -1 : checksum;
        }
        NativeMemory.putShort(udp + UdpLayout.CHECKSUM_OFFSET, sealed);
    }
}
