package dev.quern.bypass;

import dev.quern.net.ArpLayout;
import dev.quern.net.EthernetLayout;
import dev.quern.net.NetworkOrder;
import java.util.concurrent.TimeUnit;

/** Where frames to the server go: asked for by ARP, and asked for again from time to time. One thread; allocates nothing. */
final class NextHop {
    /** Nobody has said where it is. */
    static final long UNKNOWN = 0;

    /** Between two questions. */
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How long an answer is believed without asking again. */
    private static final long GOOD_NS = TimeUnit.SECONDS.toNanos(30);

    /** How long it is used when nobody answers any more. */
    private static final long USED_NS = GOOD_NS + TimeUnit.SECONDS.toNanos(3);

    private final long ownMac;
    private final int ownAddress;
    private final int address;
    private long mac = UNKNOWN;
    private long askedNs;
    private long answeredNs;
    private boolean isAsked;

    NextHop(long ownMac, int ownAddress, int address, long nowNs) {
        this.ownMac = ownMac;
        this.ownAddress = ownAddress;
        this.address = address;
        this.askedNs = nowNs - ASK_NS;
    }

    /** Its Ethernet address, or {@link #UNKNOWN}. */
    long mac() {
        return mac;
    }

    /** Whether a question is due now, which the caller then sends. */
    boolean mustAsk(long nowNs) {
        if (mac != UNKNOWN && nowNs - answeredNs >= USED_NS) {
            mac = UNKNOWN;
        }
        if ((mac != UNKNOWN && nowNs - answeredNs < GOOD_NS) || nowNs - askedNs < ASK_NS) {
            return false;
        }
        askedNs = nowNs;
        isAsked = true;
        return true;
    }

    /** Writes the question; returns its length. */
    int writeQuestion(long frame) {
        return write(frame, EthernetLayout.BROADCAST, ArpLayout.REQUEST, 0, address);
    }

    private int write(long frame, long destination, int operation, long targetMac, int target) {
        NetworkOrder.putMac(frame + EthernetLayout.DESTINATION_OFFSET, destination);
        NetworkOrder.putMac(frame + EthernetLayout.SOURCE_OFFSET, ownMac);
        NetworkOrder.putShort(frame + EthernetLayout.TYPE_OFFSET, EthernetLayout.TYPE_ARP);
        ArpLayout.write(frame + EthernetLayout.HEADER_BYTES, operation, ownMac, ownAddress, targetMac, target);
        return EthernetLayout.HEADER_BYTES + ArpLayout.BYTES;
    }

    /**
     * Takes an ARP packet. An answer is believed when it was asked for, and nothing else is.
     *
     * @return the length of the answer that now stands in the frame, or 0 when none is due
     */
    int accept(long frame, int length, long nowNs) {
        long arp = frame + EthernetLayout.HEADER_BYTES;
        if (length < EthernetLayout.HEADER_BYTES + ArpLayout.BYTES
                || ArpLayout.kind(arp) != ArpLayout.KIND
                || NetworkOrder.getInt(arp + ArpLayout.TARGET_ADDRESS_OFFSET) != ownAddress) {
            return 0;
        }
        int sender = NetworkOrder.getInt(arp + ArpLayout.SENDER_ADDRESS_OFFSET);
        long senderMac = NetworkOrder.getMac(arp + ArpLayout.SENDER_MAC_OFFSET);
        if (EthernetLayout.isGroup(senderMac) || senderMac == 0) {
            return 0;
        }
        int operation = NetworkOrder.getShort(arp + ArpLayout.OPERATION_OFFSET);
        if (operation == ArpLayout.REPLY && sender == address && isAsked) {
            isAsked = false;
            mac = senderMac;
            answeredNs = nowNs;
        }
        return operation == ArpLayout.REQUEST && sender != ownAddress
                ? write(frame, senderMac, ArpLayout.REPLY, senderMac, sender)
                : 0;
    }
}
