package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.Checksum;
import dev.quern.net.EthernetLayout;
import dev.quern.net.IcmpLayout;
import dev.quern.net.Ipv4Layout;
import dev.quern.net.Ipv6Layout;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketFlags;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/** Echoes, and what others ask and tell us of neighbours. Thread: the core's; allocates nothing. Sources: RFC 792, RFC 4443, RFC 4861. */
final class IcmpAnswers {
    /** In an option's place: there is none. */
    private static final long NO_MAC = -1;

    /** The options are not what options are. */
    private static final long MALFORMED = -2;

    private final Host host;
    private final Questions questions;
    private final Outbox outbox;
    private final Counters counters;

    IcmpAnswers(Host host, Questions questions, Outbox outbox, Counters counters) {
        this.host = host;
        this.questions = questions;
        this.outbox = outbox;
        this.counters = counters;
    }

    /** See {@link NetStack#accept}; the packet is for our own address. */
    int accept4(long handle, long frame, long ip, long icmp, int length, long source) {
        if (length < IcmpLayout.ECHO_BYTES_MIN) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        if (!Checksum.isGood(Checksum.sum(icmp, length))) {
            return drop(Counter.NET_DROPPED_CHECKSUM);
        }
        if (NetworkOrder.getShort(icmp) != IcmpLayout.ECHO_REQUEST << Byte.SIZE) {
            return drop(Counter.NET_DROPPED_ICMP);
        }
        turn(frame, source);
        Ipv4Layout.write(
                ip,
                Ipv4Layout.HEADER_BYTES + length,
                Ipv4Layout.PROTOCOL_ICMP,
                host.ipv4,
                NetworkOrder.getInt(ip + Ipv4Layout.SOURCE_OFFSET));
        Ipv4Layout.seal(ip);
        NetworkOrder.putInt(icmp, IcmpLayout.ECHO_REPLY << 24);
        NativeMemory.putShort(icmp + IcmpLayout.CHECKSUM_OFFSET, Checksum.finish(Checksum.sum(icmp, length)));
        outbox.send(handle, frame, (int) (icmp - frame) + length, PacketFlags.NONE);
        counters.increment(Counter.NET_ECHOES_ANSWERED);
        return NetStack.ANSWERED;
    }

    /** See {@link NetStack#accept}; the packet is for our own address or a group that we are in. */
    int accept6(long handle, long frame, long ip, long icmp, int length, long source, long nowNs) {
        if (length < IcmpLayout.ECHO_BYTES_MIN) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        if (!Checksum.isGood(
                Checksum.pseudoHeader(ip + Ipv6Layout.SOURCE_OFFSET, 4 * Long.BYTES, Ipv6Layout.NEXT_ICMP, length)
                        + Checksum.sum(icmp, length))) {
            return drop(Counter.NET_DROPPED_CHECKSUM);
        }
        return switch (NetworkOrder.getByte(icmp)) {
            case IcmpLayout.V6_ECHO_REQUEST -> echo6(handle, frame, ip, icmp, length, source);
            case IcmpLayout.V6_SOLICITATION -> solicitation(handle, frame, ip, icmp, length, source, nowNs);
            case IcmpLayout.V6_ADVERTISEMENT -> advertisement(ip, icmp, length, source, nowNs);
            default -> drop(Counter.NET_DROPPED_ICMP);
        };
    }

    private int echo6(long handle, long frame, long ip, long icmp, int length, long source) {
        long high = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET);
        long low = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET + Long.BYTES);
        // A group's echoes would be as many as its members; who has no address cannot be answered.
        if (!isToUs(ip) || high == 0 || NetworkOrder.getByte(icmp + IcmpLayout.CODE_OFFSET) != 0) {
            return drop(Counter.NET_DROPPED_ICMP);
        }
        turn(frame, source);
        Ipv6Layout.write(ip, length, Ipv6Layout.NEXT_ICMP, Ipv6Layout.HOPS, host.ipv6High, host.ipv6Low, high, low);
        NetworkOrder.putInt(icmp, IcmpLayout.V6_ECHO_REPLY << 24);
        seal6(ip, icmp, length);
        outbox.send(handle, frame, (int) (icmp - frame) + length, PacketFlags.NONE);
        counters.increment(Counter.NET_ECHOES_ANSWERED);
        return NetStack.ANSWERED;
    }

    private int solicitation(long handle, long frame, long ip, long icmp, int length, long source, long nowNs) {
        long high = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET);
        long low = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET + Long.BYTES);
        boolean isProbe = high == 0;
        long mac =
                isNeighbourMessage(ip, icmp, length) ? option(icmp, length, IcmpLayout.OPTION_SOURCE_MAC) : MALFORMED;
        if (mac == MALFORMED || (isProbe && (mac != NO_MAC || isToUs(ip))) || (mac != NO_MAC && mac != source)) {
            return drop(Counter.NET_DROPPED_NEIGHBOUR);
        }
        if (!isAboutUs(icmp)) {
            return drop(Counter.NET_DROPPED_DESTINATION);
        }
        if (isProbe) {
            // It wants our address for itself: all are told that it is taken, as it cannot be told alone.
            counters.increment(Counter.NET_ADDRESS_CONFLICTS);
            answer(handle, frame, ip, Ipv6Layout.multicastMac(Ipv6Layout.ALL_NODES_LOW), 0, 0);
            return NetStack.ANSWERED;
        }
        if (mac != NO_MAC && host.isOnLink(high, low)) {
            host.neighbours.asked(high, low, mac, nowNs, questions);
        }
        answer(handle, frame, ip, source, high, low);
        return NetStack.ANSWERED;
    }

    private void answer(long handle, long frame, long ip, long mac, long high, long low) {
        boolean isToAll = high == 0;
        turn(frame, mac);
        questions.writeNeighbour(
                ip,
                isToAll ? Ipv6Layout.ALL_NODES_HIGH : high,
                isToAll ? Ipv6Layout.ALL_NODES_LOW : low,
                IcmpLayout.V6_ADVERTISEMENT,
                (isToAll ? 0 : IcmpLayout.FLAG_SOLICITED) | IcmpLayout.FLAG_OVERRIDE,
                host.ipv6High,
                host.ipv6Low,
                IcmpLayout.OPTION_TARGET_MAC);
        outbox.send(
                handle,
                frame,
                (int) (ip - frame) + Ipv6Layout.HEADER_BYTES + IcmpLayout.NEIGHBOUR_BYTES,
                PacketFlags.NONE);
        counters.increment(Counter.NET_SOLICITATIONS_ANSWERED);
    }

    private int advertisement(long ip, long icmp, int length, long source, long nowNs) {
        boolean isSolicited =
                (NetworkOrder.getInt(icmp + IcmpLayout.NEIGHBOUR_FLAGS_OFFSET) & IcmpLayout.FLAG_SOLICITED) != 0;
        boolean isToUs = isToUs(ip);
        long mac =
                isNeighbourMessage(ip, icmp, length) ? option(icmp, length, IcmpLayout.OPTION_TARGET_MAC) : MALFORMED;
        boolean isFromHost = NetworkOrder.getLong(ip + Ipv6Layout.SOURCE_OFFSET) != 0;
        if (mac == MALFORMED || !isFromHost || (isSolicited && !isToUs) || (mac != NO_MAC && mac != source)) {
            return drop(Counter.NET_DROPPED_NEIGHBOUR);
        }
        if (isAboutUs(icmp)) {
            questions.defend(nowNs);
            return drop(Counter.NET_DROPPED_SOURCE);
        }
        long high = NetworkOrder.getLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET);
        long low = NetworkOrder.getLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET + Long.BYTES);
        // An answer to a question that went to one neighbour may leave its address out.
        if (isSolicited && host.isOnLink(high, low) && host.neighbours.answered(high, low, source, nowNs)) {
            counters.increment(Counter.NET_NEIGHBOURS_FOUND);
            return NetStack.DROPPED;
        }
        if (mac != NO_MAC) {
            host.neighbours.claimed(high, low, mac, nowNs, questions);
        }
        return drop(Counter.NET_DROPPED_UNASKED);
    }

    private static boolean isNeighbourMessage(long ip, long icmp, int length) {
        return length >= IcmpLayout.NEIGHBOUR_OPTIONS_OFFSET
                && NetworkOrder.getByte(ip + Ipv6Layout.HOPS_OFFSET) == Ipv6Layout.HOPS_NEIGHBOUR
                && NetworkOrder.getByte(icmp + IcmpLayout.CODE_OFFSET) == 0
                && !Ipv6Layout.isMulticast(NetworkOrder.getLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET));
    }

    private boolean isToUs(long ip) {
        return NetworkOrder.getLong(ip + Ipv6Layout.DESTINATION_OFFSET) == host.ipv6High
                && NetworkOrder.getLong(ip + Ipv6Layout.DESTINATION_OFFSET + Long.BYTES) == host.ipv6Low;
    }

    private boolean isAboutUs(long icmp) {
        return NetworkOrder.getLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET) == host.ipv6High
                && NetworkOrder.getLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET + Long.BYTES) == host.ipv6Low;
    }

    /** The Ethernet address in the first option of this kind. All options are walked: one of length 0 would be the last one for ever. */
    private static long option(long icmp, int length, int kind) {
        long mac = NO_MAC;
        int at = IcmpLayout.NEIGHBOUR_OPTIONS_OFFSET;
        while (at < length) {
            int bytes = length - at < 2 ? 0 : NetworkOrder.getByte(icmp + at + 1) * IcmpLayout.OPTION_BYTES;
            if (bytes == 0 || bytes > length - at) {
                return MALFORMED;
            }
            if (mac == NO_MAC && NetworkOrder.getByte(icmp + at) == kind) {
                mac = NetworkOrder.getMac(icmp + at + IcmpLayout.OPTION_MAC_OFFSET);
            }
            at += bytes;
        }
        return mac;
    }

    /** From us, to where it came from. */
    private void turn(long frame, long to) {
        NetworkOrder.putMac(frame + EthernetLayout.DESTINATION_OFFSET, to);
        NetworkOrder.putMac(frame + EthernetLayout.SOURCE_OFFSET, host.mac);
    }

    /** Fills in the checksum of an ICMPv6 message. */
    static void seal6(long ip, long icmp, int length) {
        NativeMemory.putShort(icmp + IcmpLayout.CHECKSUM_OFFSET, (short) 0);
        long sum = Checksum.pseudoHeader(ip + Ipv6Layout.SOURCE_OFFSET, 4 * Long.BYTES, Ipv6Layout.NEXT_ICMP, length)
                + Checksum.sum(icmp, length);
        NativeMemory.putShort(icmp + IcmpLayout.CHECKSUM_OFFSET, Checksum.finish(sum));
    }

    private int drop(Counter cause) {
        counters.increment(cause);
        return NetStack.DROPPED;
    }
}
