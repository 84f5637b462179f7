package dev.quern.server.port;

import dev.quern.protocol.Limits;

/** The datagram ports' limits, each with its reason. */
final class PortLimits {
    /** Datagrams in one recvmmsg or sendmmsg: past this the call's own cost no longer shows. */
    static final int BATCH = 64;

    /** Receive slots take whatever UDP carries, so that nothing arrives cut. */
    static final int SLOT_BYTES = Limits.DATAGRAM_BYTES_MAX + 3;

    /** Datagrams under way in each direction of a ring; with {@link #RING_SLOT_BYTES}, 2 MiB. */
    static final int RING_SLOTS = 128;

    /** A ring's longest datagram: as between processes of one machine. */
    static final int RING_SLOT_BYTES = Limits.DATAGRAM_BYTES_LOOPBACK;

    static {
        if (SLOT_BYTES < 65_507) {
            throw new ExceptionInInitializerError("a receive slot takes what UDP over IPv4 carries");
        }
    }

    private PortLimits() {}
}
