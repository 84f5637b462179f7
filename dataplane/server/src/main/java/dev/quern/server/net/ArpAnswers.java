package dev.quern.server.net;

import dev.quern.net.ArpLayout;
import dev.quern.net.EthernetLayout;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketFlags;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/** What others ask and tell us by ARP. Thread: the core's; allocates nothing. Sources: RFC 826, RFC 5227. */
final class ArpAnswers {
    private final Host host;
    private final Questions questions;
    private final Outbox outbox;
    private final Counters counters;

    ArpAnswers(Host host, Questions questions, Outbox outbox, Counters counters) {
        this.host = host;
        this.questions = questions;
        this.outbox = outbox;
        this.counters = counters;
    }

    /** See {@link NetStack#accept}. */
    int accept(long handle, long frame, long arp, int rest, long source, boolean isGroup, long nowNs) {
        if (rest < ArpLayout.BYTES) {
            return drop(Counter.NET_DROPPED_SHORT);
        }
        int operation = NetworkOrder.getShort(arp + ArpLayout.OPERATION_OFFSET);
        int sender = NetworkOrder.getInt(arp + ArpLayout.SENDER_ADDRESS_OFFSET);
        if (ArpLayout.kind(arp) != ArpLayout.KIND
                || NetworkOrder.getMac(arp + ArpLayout.SENDER_MAC_OFFSET) != source
                || (operation != ArpLayout.REQUEST && operation != ArpLayout.REPLY)) {
            return drop(Counter.NET_DROPPED_ARP);
        }
        if (sender == host.ipv4) {
            questions.defend(nowNs);
            return drop(Counter.NET_DROPPED_SOURCE);
        }
        int target = NetworkOrder.getInt(arp + ArpLayout.TARGET_ADDRESS_OFFSET);
        // Who has no address yet, or is not of this link, may ask but is not remembered.
        boolean isNeighbour = sender != 0 && !host.isBroadcast(sender) && host.isOnLink(0, Host.mapped(sender));
        if (operation == ArpLayout.REQUEST && target == host.ipv4) {
            if (isNeighbour) {
                host.neighbours.asked(0, Host.mapped(sender), source, nowNs, questions);
            }
            answer(handle, frame, arp, source, sender);
            return NetStack.ANSWERED;
        }
        if (operation == ArpLayout.REPLY && target == host.ipv4 && !isGroup && isNeighbour) {
            if (host.neighbours.answered(0, Host.mapped(sender), source, nowNs)) {
                counters.increment(Counter.NET_NEIGHBOURS_FOUND);
                return NetStack.DROPPED;
            }
        }
        if (isNeighbour) {
            host.neighbours.claimed(0, Host.mapped(sender), source, nowNs, questions);
        }
        return drop(operation == ArpLayout.REPLY ? Counter.NET_DROPPED_UNASKED : Counter.NET_DROPPED_DESTINATION);
    }

    private void answer(long handle, long frame, long arp, long to, int asker) {
        NetworkOrder.putMac(frame + EthernetLayout.DESTINATION_OFFSET, to);
        NetworkOrder.putMac(frame + EthernetLayout.SOURCE_OFFSET, host.mac);
        ArpLayout.write(arp, ArpLayout.REPLY, host.mac, host.ipv4, to, asker);
        outbox.send(handle, frame, (int) (arp - frame) + ArpLayout.BYTES, PacketFlags.NONE);
        counters.increment(Counter.NET_ARP_ANSWERED);
    }

    private int drop(Counter cause) {
        counters.increment(cause);
        return NetStack.DROPPED;
    }
}
