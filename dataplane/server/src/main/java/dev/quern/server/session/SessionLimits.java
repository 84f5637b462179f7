package dev.quern.server.session;

import dev.quern.protocol.Limits;

/** The sessions' limits, each with its reason. */
public final class SessionLimits {
    /** A session's place in its table is the low half of its id. */
    public static final int SESSIONS_MAX = 1 << 16;

    /** Sessions looked at per sweep, and the time between two: 64,000 a second are checked for idleness. */
    static final int SWEEP_SESSIONS = 64;

    static final long SWEEP_INTERVAL_NS = 1_000_000;

    /** An OPEN may not be replayed into a second session: its nonces are remembered for as long as its cookie is good. */
    static final long OPEN_REMEMBERED_MS = 2L * Limits.COOKIE_SLOT_MS;

    /** Remembered OPENs for each session that may be open. */
    static final int OPENS_PER_SESSION = 4;

    /** Records that a SCAN asks the store for at a time, so that it can stop when the reply is long enough. */
    static final int SCAN_STEP_RECORDS = 16;

    /** Where a SCAN stops collecting, whatever its recordsMax: the reply stays some datagrams long. */
    static final int SCAN_REPLY_BYTES = 64 * 1024;

    /** Blocks for kept outcomes: from half a cache line pair to the longest that is no large body. */
    static final int BLOCK_BYTES_MIN = 128;

    static final int BLOCK_BYTES_MAX = 64 * 1024;

    /** What a block pool takes from the system at a time. */
    static final int SLAB_BYTES = 256 * 1024;

    /** Bodies in assembly or kept for FETCH in one session: each takes bookkeeping on the heap. */
    static final int LARGE_BODIES_PER_SESSION = 64;

    /**
     * Datagrams that may wait in one door for the end of a function: more than the windows of a few busy sessions; then they are lost and
     * sent again.
     */
    static final int HELD_DATAGRAMS_MAX = 4096;

    static final long HELD_BYTES_MAX = 16L << 20;

    /** As long as no more wait, those of no session may wait as well: to be told so, but no flood of them. */
    static final int HELD_STRANGERS_MAX = 256;

    /** The longest reply that is given in the midst of a function: to copy it takes some 30 microseconds. */
    static final int SHORT_REPLY_BYTES_MAX = 256 * 1024;

    /** What a call that a client runs may ask for at once in the midst of another function: as many records as it reads ahead. */
    static final int SHORT_MULTI_GET_KEYS_MAX = 32;

    /** And what it may commit then: such a transaction takes some ten microseconds. */
    static final int SHORT_MULTI_OPERATIONS_MAX = 64;

    /** A piece of a long reply, or a copy of one, takes about as long as so many gets. */
    static final int PIECE_GETS = 32;

    /** A step of a handshake takes about as long as so many gets. */
    static final int HANDSHAKE_GETS = 32;

    static {
        if (SLAB_BYTES % BLOCK_BYTES_MAX != 0 || BLOCK_BYTES_MAX < Limits.DATAGRAM_BYTES_MAX) {
            throw new ExceptionInInitializerError("a slab holds whole blocks, and a block any datagram's body");
        }
    }

    /** How often a transaction is begun anew when other writers came between; as many as for a function's. */
    static final int CONFLICT_RETRIES_MAX = 8;

    private SessionLimits() {}
}
