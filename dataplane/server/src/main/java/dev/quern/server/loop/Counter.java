package dev.quern.server.loop;

import java.util.Locale;

/** What a core counts. The name in small letters is what STATS, INFO and the logs show. */
public enum Counter {
    TURNS,
    /** Sleeps of a fixed while, where a port cannot wake its core. */
    PARKS,
    /** Sleeps until an event. */
    WAITS,
    /** Of these, those that an event ended. */
    WAKES,
    /** How often the core was handed from one loop to another. */
    MOVES,
    /** As they come off the wire: a bundle is one, whatever it holds. */
    DATAGRAMS_RECEIVED,
    /** As they go onto the wire, counted likewise. */
    DATAGRAMS_SENT,
    /** The kernel's or the ring's buffer was full, or the peer unreachable: the client asks again. */
    DATAGRAMS_UNSENT,
    REQUESTS,
    /** Requests answered from the window instead of being executed again. */
    REQUESTS_REPEATED,
    /** Requests dropped because their first copy is still being executed. */
    REQUESTS_EXECUTING,
    /** Requests older than the window. */
    REQUESTS_STALE,
    REQUESTS_BAD,
    REQUESTS_BUSY,
    INVOCATIONS,
    INVOCATIONS_FAILED,
    /** Of all, those handed to another core. */
    INVOCATIONS_HANDED,
    /** Those that waited in a queue of the core that received them. */
    INVOCATIONS_QUEUED,
    /** Those refused, as their tenant's queue was too long or its quota used up: the client may ask again. */
    INVOCATIONS_SHED,
    /** Sent back to clients that run the function themselves. */
    INVOCATIONS_PUSHED_BACK,
    /** How often a function stood still, past its quantum, for others to be served. */
    INTERLUDES,
    /** Requests served then. */
    REQUESTS_BETWEEN,
    /** Datagrams and commands that came then and had to wait for the function's end. */
    REQUESTS_HELD,
    DEPLOYS,
    PARTS,
    FETCHES,
    SESSIONS_OPENED,
    SESSIONS_CLOSED,
    SESSIONS_EXPIRED,
    /** Wrong secret or unknown tenant. */
    SESSIONS_REFUSED,
    /** The limit of sessions was reached. */
    SESSIONS_FULL,
    CHALLENGES,
    DROPPED_SHORT,
    DROPPED_LONG,
    DROPPED_UNALIGNED,
    DROPPED_MAGIC,
    DROPPED_VERSION,
    DROPPED_FLAGS,
    /** A message in the datagram was shorter than its header or ran past the end. */
    DROPPED_MESSAGE,
    DROPPED_HANDSHAKE,
    DROPPED_COOKIE,
    DROPPED_SESSION,
    /** A session's datagram came from another address than the one that opened it. */
    DROPPED_PEER,
    DROPPED_TAG,
    NET_FRAMES_RECEIVED,
    NET_FRAMES_SENT,
    /** The device took no more: lost, as any frame may be. */
    NET_FRAMES_UNSENT,
    /** No buffer was left to answer in. */
    NET_BUFFERS_SHORT,
    /** Datagrams that came to another core's queue and were handed to the one whose port they name. */
    NET_HANDED_OVER,
    /** Of these, those lost because the other core had too many waiting. */
    NET_HANDOVERS_LOST,
    NET_ARP_ANSWERED,
    NET_SOLICITATIONS_ANSWERED,
    NET_ECHOES_ANSWERED,
    /** Questions of ours who has an address. */
    NET_NEIGHBOURS_ASKED,
    NET_NEIGHBOURS_FOUND,
    /** Frames lost because nobody said where their receiver is. */
    NET_NEIGHBOURS_UNKNOWN,
    /** Another host claims an address of ours. */
    NET_ADDRESS_CONFLICTS,
    /** Shorter than its headers. */
    NET_DROPPED_SHORT,
    /** To another host's Ethernet address, or from none that a host can have. */
    NET_DROPPED_LINK,
    /** Of another VLAN, or without the tag of ours. */
    NET_DROPPED_VLAN,
    /** Neither IP nor ARP, or a family that we have no address of. */
    NET_DROPPED_TYPE,
    NET_DROPPED_ARP,
    /** An answer that nobody asked for. */
    NET_DROPPED_UNASKED,
    /** Another version of IP than the frame says. */
    NET_DROPPED_VERSION,
    /** A length that runs past the frame's end, or is below the header's. */
    NET_DROPPED_LENGTH,
    /** IPv4 options or IPv6 extension headers. */
    NET_DROPPED_OPTIONS,
    NET_DROPPED_FRAGMENT,
    /** To an address that is not ours. */
    NET_DROPPED_DESTINATION,
    /** From an address that no host can have, or ours. */
    NET_DROPPED_SOURCE,
    NET_DROPPED_CHECKSUM,
    /** Neither UDP nor ICMP. */
    NET_DROPPED_PROTOCOL,
    /** To a UDP port that nobody listens on. */
    NET_DROPPED_PORT,
    /** Neither an echo request nor about neighbours. */
    NET_DROPPED_ICMP,
    /** A neighbour message that breaks the rules which keep those of other links out. */
    NET_DROPPED_NEIGHBOUR,
    RESP_CONNECTIONS,
    RESP_COMMANDS,
    RESP_ERRORS;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As shown to people. */
    public String label() {
        return label;
    }
}
