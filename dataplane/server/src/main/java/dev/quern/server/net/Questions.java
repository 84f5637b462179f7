package dev.quern.server.net;

import dev.quern.net.ArpLayout;
import dev.quern.net.EthernetLayout;
import dev.quern.net.IcmpLayout;
import dev.quern.net.Ipv6Layout;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketFlags;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/** What we ask of and tell to the link: who has an address, and which are ours. Thread: the core's; allocates nothing. */
final class Questions implements Neighbours.Asker {
    private final Host host;
    private final FrameWriter writer;
    private final Outbox outbox;
    private final Counters counters;
    private long defendedNs;

    Questions(Host host, FrameWriter writer, Outbox outbox, Counters counters, long nowNs) {
        this.host = host;
        this.writer = writer;
        this.outbox = outbox;
        this.counters = counters;
        this.defendedNs = nowNs - NetLimits.DEFEND_NS;
    }

    @Override
    public void ask(long high, long low, long mac) {
        counters.increment(Counter.NET_NEIGHBOURS_ASKED);
        if (Host.isMapped(high, low)) {
            arp(mac == Neighbours.NONE ? EthernetLayout.BROADCAST : mac, (int) low);
        } else {
            solicit(high, low, mac);
        }
    }

    /** Tells all which addresses are ours, and asks nobody whether they are free: at the start, and when another claims one. */
    void announce() {
        if (host.hasIpv4) {
            arp(EthernetLayout.BROADCAST, host.ipv4);
        }
        if (host.hasIpv6 && outbox.hasBuffer()) {
            long handle = outbox.take();
            long frame = frame();
            long ip = writer.link(frame, Ipv6Layout.multicastMac(Ipv6Layout.ALL_NODES_LOW), EthernetLayout.TYPE_IPV6);
            writeNeighbour(
                    ip,
                    Ipv6Layout.ALL_NODES_HIGH,
                    Ipv6Layout.ALL_NODES_LOW,
                    IcmpLayout.V6_ADVERTISEMENT,
                    IcmpLayout.FLAG_OVERRIDE,
                    host.ipv6High,
                    host.ipv6Low,
                    IcmpLayout.OPTION_TARGET_MAC);
            send(handle, frame, Ipv6Layout.HEADER_BYTES + IcmpLayout.NEIGHBOUR_BYTES);
        }
    }

    /** Another host claims an address of ours: all are told whose it is, not too often. */
    void defend(long nowNs) {
        counters.increment(Counter.NET_ADDRESS_CONFLICTS);
        if (nowNs - defendedNs >= NetLimits.DEFEND_NS) {
            defendedNs = nowNs;
            announce();
        }
    }

    private void arp(long destination, int target) {
        if (outbox.hasBuffer()) {
            long handle = outbox.take();
            long frame = frame();
            long arp = writer.link(frame, destination, EthernetLayout.TYPE_ARP);
            ArpLayout.write(arp, ArpLayout.REQUEST, host.mac, host.ipv4, 0, target);
            send(handle, frame, ArpLayout.BYTES);
        }
    }

    private void solicit(long high, long low, long mac) {
        if (outbox.hasBuffer()) {
            long handle = outbox.take();
            long frame = frame();
            boolean isForAll = mac == Neighbours.NONE;
            long toHigh = isForAll ? Ipv6Layout.ALL_NODES_HIGH : high;
            long toLow = isForAll ? Ipv6Layout.solicitedLow(low) : low;
            long ip = writer.link(frame, isForAll ? Ipv6Layout.multicastMac(toLow) : mac, EthernetLayout.TYPE_IPV6);
            writeNeighbour(ip, toHigh, toLow, IcmpLayout.V6_SOLICITATION, 0, high, low, IcmpLayout.OPTION_SOURCE_MAC);
            send(handle, frame, Ipv6Layout.HEADER_BYTES + IcmpLayout.NEIGHBOUR_BYTES);
        }
    }

    private long frame() {
        return outbox.address();
    }

    private void send(long handle, long frame, int networkBytes) {
        outbox.send(handle, frame, host.linkBytes + networkBytes, PacketFlags.NONE);
    }

    /** An IPv6 packet from us: a solicitation or an advertisement, with our Ethernet address. */
    void writeNeighbour(
            long ip, long toHigh, long toLow, int type, int flags, long targetHigh, long targetLow, int option) {
        Ipv6Layout.write(
                ip,
                IcmpLayout.NEIGHBOUR_BYTES,
                Ipv6Layout.NEXT_ICMP,
                Ipv6Layout.HOPS_NEIGHBOUR,
                host.ipv6High,
                host.ipv6Low,
                toHigh,
                toLow);
        long icmp = ip + Ipv6Layout.HEADER_BYTES;
        NetworkOrder.putInt(icmp, type << 24);
        NetworkOrder.putInt(icmp + IcmpLayout.NEIGHBOUR_FLAGS_OFFSET, flags);
        NetworkOrder.putLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET, targetHigh);
        NetworkOrder.putLong(icmp + IcmpLayout.NEIGHBOUR_TARGET_OFFSET + Long.BYTES, targetLow);
        long options = icmp + IcmpLayout.NEIGHBOUR_OPTIONS_OFFSET;
        NetworkOrder.putShort(options, option << Byte.SIZE | 1);
        NetworkOrder.putMac(options + IcmpLayout.OPTION_MAC_OFFSET, host.mac);
        IcmpAnswers.seal6(ip, icmp, IcmpLayout.NEIGHBOUR_BYTES);
    }
}
