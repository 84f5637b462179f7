package dev.quern.bypass;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.Checksum;
import dev.quern.net.EthernetLayout;
import dev.quern.net.Ipv4Layout;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketFlags;
import dev.quern.net.UdpLayout;

/** UDP over IPv4 between two hosts: writes the headers of what is sent, and checks those of what comes. One thread; allocates nothing. */
final class Datagrams {
    /** No datagram of the server's to us. */
    static final int NONE = -1;

    /** From a frame's first byte to its payload. */
    static final int HEADER_BYTES = EthernetLayout.HEADER_BYTES + Ipv4Layout.HEADER_BYTES + UdpLayout.HEADER_BYTES;

    private static final int ADDRESS_BYTES = 2 * Integer.BYTES;
    private static final int WANTED = PacketFlags.withHeaders(
            PacketFlags.IPV4_CHECKSUM_WANTED | PacketFlags.UDP_CHECKSUM_WANTED,
            EthernetLayout.HEADER_BYTES,
            Ipv4Layout.HEADER_BYTES);

    private final long ownMac;
    private final int own;
    private final int server;
    private final boolean deviceFills;
    private int payloadLength;

    Datagrams(long ownMac, int own, int server, boolean deviceFills) {
        this.ownMac = ownMac;
        this.own = own;
        this.server = server;
        this.deviceFills = deviceFills;
    }

    /** Where the payload goes in a free buffer. */
    static long payload(long buffer) {
        return buffer + NetLimits.PAYLOAD_OFFSET;
    }

    /** For the device, of what is written. */
    int flags() {
        return deviceFills ? WANTED : PacketFlags.NONE;
    }

    /** Puts the headers before a payload; returns the frame's first byte. */
    long write(long payload, int length, long mac, int sourcePort, int port) {
        int udpLength = UdpLayout.HEADER_BYTES + length;
        long udp = payload - UdpLayout.HEADER_BYTES;
        long ip = udp - Ipv4Layout.HEADER_BYTES;
        long frame = ip - EthernetLayout.HEADER_BYTES;
        NetworkOrder.putMac(frame + EthernetLayout.DESTINATION_OFFSET, mac);
        NetworkOrder.putMac(frame + EthernetLayout.SOURCE_OFFSET, ownMac);
        NetworkOrder.putShort(frame + EthernetLayout.TYPE_OFFSET, EthernetLayout.TYPE_IPV4);
        Ipv4Layout.write(ip, Ipv4Layout.HEADER_BYTES + udpLength, Ipv4Layout.PROTOCOL_UDP, own, server);
        NetworkOrder.putInt(udp + UdpLayout.SOURCE_OFFSET, sourcePort << Short.SIZE | port);
        NetworkOrder.putInt(udp + UdpLayout.LENGTH_OFFSET, udpLength << Short.SIZE);
        long sum = pseudoHeader(ip, udpLength);
        if (deviceFills) {
            NativeMemory.putShort(udp + UdpLayout.CHECKSUM_OFFSET, (short) Checksum.fold(sum));
        } else {
            Ipv4Layout.seal(ip);
            short checksum = Checksum.finish(sum + Checksum.sum(udp, udpLength));
            // 0 would say that there is none.
            NativeMemory.putShort(udp + UdpLayout.CHECKSUM_OFFSET, checksum == 0 ? -1 : checksum);
        }
        return frame;
    }

    private static long pseudoHeader(long ip, int udpLength) {
        return Checksum.pseudoHeader(ip + Ipv4Layout.SOURCE_OFFSET, ADDRESS_BYTES, Ipv4Layout.PROTOCOL_UDP, udpLength);
    }

    /**
     * Checks a frame of IPv4.
     *
     * @return our port that it names, with its payload {@link #HEADER_BYTES} behind the frame's first byte; or {@link #NONE}
     */
    int accept(long frame, int length, int flags) {
        long ip = frame + EthernetLayout.HEADER_BYTES;
        long udp = ip + Ipv4Layout.HEADER_BYTES;
        if (length < HEADER_BYTES
                || NetworkOrder.getByte(ip) != Ipv4Layout.VERSION_PLAIN
                || NetworkOrder.getByte(ip + Ipv4Layout.PROTOCOL_OFFSET) != Ipv4Layout.PROTOCOL_UDP
                || (NetworkOrder.getShort(ip + Ipv4Layout.FRAGMENT_OFFSET) & Ipv4Layout.FRAGMENT_MASK) != 0
                || NetworkOrder.getInt(ip + Ipv4Layout.SOURCE_OFFSET) != server
                || NetworkOrder.getInt(ip + Ipv4Layout.DESTINATION_OFFSET) != own) {
            return NONE;
        }
        int ipLength = NetworkOrder.getShort(ip + Ipv4Layout.LENGTH_OFFSET);
        int udpLength = NetworkOrder.getShort(udp + UdpLayout.LENGTH_OFFSET);
        if (ipLength > length - EthernetLayout.HEADER_BYTES
                || udpLength < UdpLayout.HEADER_BYTES
                || udpLength > ipLength - Ipv4Layout.HEADER_BYTES
                || !isWhole(ip, udp, udpLength, flags)) {
            return NONE;
        }
        payloadLength = udpLength - UdpLayout.HEADER_BYTES;
        return NetworkOrder.getShort(udp + UdpLayout.DESTINATION_OFFSET);
    }

    private static boolean isWhole(long ip, long udp, int udpLength, int flags) {
        if ((flags & PacketFlags.CHECKSUM_BAD) != 0) {
            return false;
        }
        if ((flags & PacketFlags.IPV4_CHECKSUM_GOOD) == 0
                && !Checksum.isGood(Checksum.sum(ip, Ipv4Layout.HEADER_BYTES))) {
            return false;
        }
        return (flags & PacketFlags.UDP_CHECKSUM_GOOD) != 0
                || NativeMemory.getShort(udp + UdpLayout.CHECKSUM_OFFSET) == 0
                || Checksum.isGood(pseudoHeader(ip, udpLength) + Checksum.sum(udp, udpLength));
    }

    /** Of the frame accepted last. */
    int payloadLength() {
        return payloadLength;
    }
}
