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

    /** Datagrams of one client of shared memory in a turn, before the next one's: what one sends does not hold up the others. */
    static final int SHM_CLIENT_BURST = 8;

    /** Datagrams of one client's that are counted in a turn, where they wait behind functions: more than it can send in most. */
    static final int SHM_LOOK_MAX = 256;

    /** A client whose replies fill more than all but this share of their ring is not served before it has taken some. */
    static final int SHM_REPLY_ROOM_SHARE = 4;

    /** How often a busy core looks for clients that come or have gone: a system call each. */
    static final long SHM_SOCKETS_NS = 1_000_000;

    /** What a client has, from its connection on, to ask for rings and map them. */
    static final long SHM_ATTACH_NS_MAX = 5_000_000_000L;

    /** Turns that closing sockets may take. */
    static final int SHM_CLOSE_TURNS_MAX = 1000;

    static {
        if (SLOT_BYTES < 65_507) {
            throw new ExceptionInInitializerError("a receive slot takes what UDP over IPv4 carries");
        }
    }

    private PortLimits() {}
}
