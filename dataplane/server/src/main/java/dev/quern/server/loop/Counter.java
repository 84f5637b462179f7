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
    DATAGRAMS_RECEIVED,
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
    RESP_CONNECTIONS,
    RESP_COMMANDS,
    RESP_ERRORS;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As shown to people. */
    public String label() {
        return label;
    }
}
