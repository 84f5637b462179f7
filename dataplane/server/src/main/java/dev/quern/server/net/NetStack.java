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
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/**
 * From a frame to the datagram in it, one core's. Believes nothing: whatever is not as it should be is counted by its cause and dropped,
 * and what asks for an answer of the stack's own is answered in its buffer. Nothing is put together from fragments, and nothing is
 * learned from datagrams. Thread: the core's; allocates nothing.
 */
final class NetStack {
    /** The frame is worth nothing; its buffer is still the caller's. */
    static final int DROPPED = 0;

    /** The frame has become an answer and is on its way out; its buffer is no longer the caller's. */
    static final int ANSWERED = 1;

    /** A datagram for one of the cores; its buffer is still the caller's. */
    static final int DATAGRAM = 2;

    private final Host host;
    private final Counters counters;
    private final ArpAnswers arp;
    private final IcmpAnswers icmp;
    private long sourceMac;
    private long payload;
    private int payloadLength;
    private int portIndex;

    NetStack(Host host, Questions questions, Outbox outbox, Counters counters) {
        this.host = host;
        this.counters = counters;
        this.arp = new ArpAnswers(host, questions, outbox, counters);
        this.icmp = new IcmpAnswers(host, questions, outbox, counters);
    }

    /** The Ethernet address that the last datagram came from: the sender, or the router on its way. */
    long sourceMac() {
        return sourceMac;
    }

    /** Where the last datagram's payload begins. */
    long payload() {
        return payload;
    }

    int payloadLength() {
        return payloadLength;
    }

    /** Which core's port the last datagram names. */
    int portIndex() {
        return portIndex;
    }

    /**
     * Looks at one frame.
     *
     * @param flags what the device says of it, see {@link PacketFlags}
     * @param peer a {@code sockaddr} slot to write the datagram's sender to
     */
    int accept(long handle, long frame, int length, int flags, long peer, long nowNs) {
        counters.increment(Counter.NET_FRAMES_RECEIVED);
        if (length < EthernetLayout.HEADER_BYTES) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        long destination = NetworkOrder.getMac(frame + EthernetLayout.DESTINATION_OFFSET);
        long source = NetworkOrder.getMac(frame + EthernetLayout.SOURCE_OFFSET);
        boolean isGroup = EthernetLayout.isGroup(destination);
        if ((!isGroup && destination != host.mac)
                || EthernetLayout.isGroup(source)
                || source == 0
                || source == host.mac) {
            return drop(Counter.NET_DROPPED_LINK);
        }
        int linkBytes = EthernetLayout.HEADER_BYTES;
        int type = NetworkOrder.getShort(frame + EthernetLayout.TYPE_OFFSET);
        int vlan = 0;
        if (type == EthernetLayout.TYPE_TAG) {
            linkBytes = EthernetLayout.TAGGED_HEADER_BYTES;
            if (length < linkBytes) {
                return drop(Counter.NET_DROPPED_SHORT);
            }
            vlan = NetworkOrder.getShort(frame + EthernetLayout.TAG_OFFSET) & EthernetLayout.VLAN_MASK;
            type = NetworkOrder.getShort(frame + EthernetLayout.TAGGED_TYPE_OFFSET);
        }
        if (vlan != host.vlan) {
            return drop(Counter.NET_DROPPED_VLAN);
        }
        sourceMac = source;
        long network = frame + linkBytes;
        int rest = length - linkBytes;
        if (type == EthernetLayout.TYPE_IPV4 && host.hasIpv4) {
            return isGroup ? drop(Counter.NET_DROPPED_DESTINATION) : accept4(handle, frame, network, rest, flags, peer);
        }
        if (type == EthernetLayout.TYPE_IPV6 && host.hasIpv6) {
            return accept6(handle, frame, network, rest, flags, peer, isGroup, nowNs);
        }
        if (type == EthernetLayout.TYPE_ARP && host.hasIpv4) {
            return arp.accept(handle, frame, network, rest, source, isGroup, nowNs);
        }
        return drop(Counter.NET_DROPPED_TYPE);
    }

    private int accept4(long handle, long frame, long ip, int rest, int flags, long peer) {
        if (rest < Ipv4Layout.HEADER_BYTES) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        int version = NetworkOrder.getByte(ip);
        if (version != Ipv4Layout.VERSION_PLAIN) {
            boolean hasOptions = version > Ipv4Layout.VERSION_PLAIN && version >>> 4 == 4;
            return drop(hasOptions ? Counter.NET_DROPPED_OPTIONS : Counter.NET_DROPPED_VERSION);
        }
        int length = NetworkOrder.getShort(ip + Ipv4Layout.LENGTH_OFFSET);
        if (length < Ipv4Layout.HEADER_BYTES || length > rest) {
            return drop(Counter.NET_DROPPED_LENGTH);
        }
        if (NetworkOrder.getInt(ip + Ipv4Layout.DESTINATION_OFFSET) != host.ipv4) {
            return drop(Counter.NET_DROPPED_DESTINATION);
        }
        if ((NetworkOrder.getShort(ip + Ipv4Layout.FRAGMENT_OFFSET) & Ipv4Layout.FRAGMENT_MASK) != 0) {
            return drop(Counter.NET_DROPPED_FRAGMENT);
        }
        if ((flags & PacketFlags.CHECKSUM_BAD) != 0
                || ((flags & PacketFlags.IPV4_CHECKSUM_GOOD) == 0
                        && !Checksum.isGood(Checksum.sum(ip, Ipv4Layout.HEADER_BYTES)))) {
            return drop(Counter.NET_DROPPED_CHECKSUM);
        }
        int source = NetworkOrder.getInt(ip + Ipv4Layout.SOURCE_OFFSET);
        if (!isHost(source)) {
            return drop(Counter.NET_DROPPED_SOURCE);
        }
        long body = ip + Ipv4Layout.HEADER_BYTES;
        int bodyLength = length - Ipv4Layout.HEADER_BYTES;
        return switch (NetworkOrder.getByte(ip + Ipv4Layout.PROTOCOL_OFFSET)) {
            case Ipv4Layout.PROTOCOL_UDP -> {
                int accepted = udp(body, bodyLength, ip + Ipv4Layout.SOURCE_OFFSET, 2 * Integer.BYTES, flags);
                if (accepted == DATAGRAM) {
                    long low =
                            Short.toUnsignedLong(NativeMemory.getShort(body + UdpLayout.SOURCE_OFFSET)) << Short.SIZE;
                    long address = Integer.toUnsignedLong(NativeMemory.getInt(ip + Ipv4Layout.SOURCE_OFFSET));
                    writePeer(peer, SocketLayout.AF_INET | low | address << Integer.SIZE, 0, 0);
                }
                yield accepted;
            }
            case Ipv4Layout.PROTOCOL_ICMP -> icmp.accept4(handle, frame, ip, body, bodyLength, sourceMac);
            default -> drop(Counter.NET_DROPPED_PROTOCOL);
        };
    }

    /** Whether a host of the link or beyond can have this address, and not we. */
    private boolean isHost(int address) {
        int first = address >>> 24;
        return first != 0 && first != 127 && first < 224 && address != host.ipv4 && !host.isBroadcast(address);
    }

    private int accept6(long handle, long frame, long ip, int rest, int flags, long peer, boolean isGroup, long nowNs) {
        if (rest < Ipv6Layout.HEADER_BYTES) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        if (NetworkOrder.getByte(ip) >>> 4 != Ipv6Layout.VERSION) {
            return drop(Counter.NET_DROPPED_VERSION);
        }
        int length = NetworkOrder.getShort(ip + Ipv6Layout.LENGTH_OFFSET);
        if (length == 0 || length > rest - Ipv6Layout.HEADER_BYTES) {
            return drop(Counter.NET_DROPPED_LENGTH);
        }
        int next = NetworkOrder.getByte(ip + Ipv6Layout.NEXT_HEADER_OFFSET);
        long high = NetworkOrder.getLong(ip + Ipv6Layout.DESTINATION_OFFSET);
        long low = NetworkOrder.getLong(ip + Ipv6Layout.DESTINATION_OFFSET + Long.BYTES);
        boolean isOurs = high == host.ipv6High && low == host.ipv6Low;
        // What comes to a group's Ethernet address must be for that group, and neighbours' messages alone are.
        if (isOurs ? isGroup : next != Ipv6Layout.NEXT_ICMP || !isOurGroup(high, low)) {
            return drop(Counter.NET_DROPPED_DESTINATION);
        }
        long sourceHigh = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET);
        long sourceLow = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET + Long.BYTES);
        boolean isUnspecified = sourceHigh == 0 && sourceLow == 0;
        if (!isHost(sourceHigh, sourceLow) && !(isUnspecified && next == Ipv6Layout.NEXT_ICMP)) {
            return drop(Counter.NET_DROPPED_SOURCE);
        }
        if ((flags & PacketFlags.CHECKSUM_BAD) != 0) {
            return drop(Counter.NET_DROPPED_CHECKSUM);
        }
        long body = ip + Ipv6Layout.HEADER_BYTES;
        return switch (next) {
            case Ipv6Layout.NEXT_UDP -> {
                int accepted = udp(body, length, ip + Ipv6Layout.SOURCE_OFFSET, 4 * Long.BYTES, flags);
                if (accepted == DATAGRAM) {
                    long port =
                            Short.toUnsignedLong(NativeMemory.getShort(body + UdpLayout.SOURCE_OFFSET)) << Short.SIZE;
                    long address = ip + Ipv6Layout.SOURCE_OFFSET;
                    writePeer(
                            peer,
                            SocketLayout.AF_INET6 | port,
                            NativeMemory.getLong(address),
                            NativeMemory.getLong(address + Long.BYTES));
                }
                yield accepted;
            }
            case Ipv6Layout.NEXT_ICMP -> icmp.accept6(handle, frame, ip, body, length, sourceMac, nowNs);
            case Ipv6Layout.NEXT_FRAGMENT -> drop(Counter.NET_DROPPED_FRAGMENT);
            case Ipv6Layout.NEXT_HOP_BY_HOP, Ipv6Layout.NEXT_ROUTING, Ipv6Layout.NEXT_DESTINATION ->
                drop(Counter.NET_DROPPED_OPTIONS);
            default -> drop(Counter.NET_DROPPED_PROTOCOL);
        };
    }

    private boolean isOurGroup(long high, long low) {
        return high == Ipv6Layout.ALL_NODES_HIGH
                && (low == Ipv6Layout.solicitedLow(host.ipv6Low) || low == Ipv6Layout.ALL_NODES_LOW);
    }

    private boolean isHost(long high, long low) {
        // With nothing in its high half it is nobody, the host itself, or an IPv4 address in disguise.
        return high != 0 && !Ipv6Layout.isMulticast(high) && !(high == host.ipv6High && low == host.ipv6Low);
    }

    private int udp(long udp, int rest, long addresses, int addressBytes, int flags) {
        if (rest < UdpLayout.HEADER_BYTES) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        int length = NetworkOrder.getShort(udp + UdpLayout.LENGTH_OFFSET);
        if (length < UdpLayout.HEADER_BYTES || length > rest) {
            return drop(Counter.NET_DROPPED_LENGTH);
        }
        int index = NetworkOrder.getShort(udp + UdpLayout.DESTINATION_OFFSET) - host.port;
        if (index < 0 || index >= host.portCount) {
            return drop(Counter.NET_DROPPED_PORT);
        }
        if (NativeMemory.getShort(udp + UdpLayout.SOURCE_OFFSET) == 0) {
            return drop(Counter.NET_DROPPED_SOURCE);
        }
        if (!isUdpGood(udp, length, addresses, addressBytes, flags)) {
            return drop(Counter.NET_DROPPED_CHECKSUM);
        }
        payload = udp + UdpLayout.HEADER_BYTES;
        payloadLength = length - UdpLayout.HEADER_BYTES;
        portIndex = index;
        return DATAGRAM;
    }

    /** A checksum of 0 says that there is none, which IPv4 allows and IPv6 does not. */
    private static boolean isUdpGood(long udp, int length, long addresses, int addressBytes, int flags) {
        if (NativeMemory.getShort(udp + UdpLayout.CHECKSUM_OFFSET) == 0) {
            return addressBytes == 2 * Integer.BYTES || (flags & PacketFlags.UDP_CHECKSUM_GOOD) != 0;
        }
        return (flags & PacketFlags.UDP_CHECKSUM_GOOD) != 0
                || Checksum.isGood(Checksum.pseudoHeader(addresses, addressBytes, Ipv4Layout.PROTOCOL_UDP, length)
                        + Checksum.sum(udp, length));
    }

    /** A slot's four words: what is unused is zero, so that two compare as 32 bytes. */
    private static void writePeer(long peer, long first, long second, long third) {
        NativeMemory.putLong(peer, first);
        NativeMemory.putLong(peer + Long.BYTES, second);
        NativeMemory.putLong(peer + 2 * Long.BYTES, third);
        NativeMemory.putLong(peer + 3 * Long.BYTES, 0);
    }

    private int drop(Counter cause) {
        counters.increment(cause);
        return DROPPED;
    }
}
