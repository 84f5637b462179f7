package dev.quern.server.dispatch;

/** The limits of invocations under way, each with its reason. */
final class DispatchLimits {
    /** Calls of one lane under way: what two milliseconds of the shortest functions come to. */
    static final int CALLS_MAX = 4_096;

    /** Calls handed to a station and not yet looked at. */
    static final int INBOX_MAX = 4_096;

    /** Calls that a station takes out of its inbox at a time: each takes some 100 ns. */
    static final int ADMITTED_MAX = 256;

    /** Calls that came back and are answered in one turn: each takes some 200 ns. */
    static final int RETURNED_MAX = 256;

    /** Longer arguments are not copied: such a call runs where it was received. */
    static final int ARGUMENTS_BYTES_MAX = 64 << 10;

    /**
     * Arguments and answers of requests of many calls that one lane has handed over, in bytes: four of the longest, or thousands of usual ones. With more
     * none is begun.
     */
    static final int BATCH_BYTES_MAX = 64 << 20;

    /** What a call keeps of memory for arguments and for its reply, each, from one use to the next. */
    static final int KEPT_BYTES_MAX = 4 << 10;

    /** What it begins with. */
    static final int KEPT_BYTES_MIN = 256;

    /**
     * After how long a batch of calls makes room for what else its loop has to do: lanes that come and go, and their short requests, wait so long and for
     * one call at the most.
     */
    static final long BATCH_PAUSE_NS = 200_000;

    /** Calls that a serving core runs from its queue in one turn. */
    static final int INLINE_BATCH_MAX = 4;

    /** Calls given to a core that has none. */
    static final int GIVEN_MAX = 256;

    /** Turns of a busy station between two rounds of maintenance. */
    static final int MAINTENANCE_TURNS = 16;

    /** Small steps of reclaiming in one round. */
    static final int MAINTENANCE_STEPS_MAX = 64;

    private DispatchLimits() {}
}
