package dev.quern.server.loop;

/** The loops' limits, each with its reason. */
final class LoopLimits {
    /** Requests that a port serves in one turn: few enough that the next port is not kept waiting, enough to fill a sendmmsg. */
    static final int BURST_MAX = 64;

    /**
     * Requests in one interlude of a function, and one datagram's more: some 50 microseconds, so that the function has half of its core at
     * the least.
     */
    static final int INTERLUDE_REQUESTS_MAX = 128;

    /** Completions of slow work per turn: each may encode a reply. */
    static final int TASKS_PER_TURN_MAX = 16;

    /** Waiting slow work; a deploy takes some 100 ms, so more than this would wait for seconds. */
    static final int CONTROL_TASKS_MAX = 64;

    /** Tasks handed to a core and not yet run. Above {@link #CONTROL_TASKS_MAX}, so that a completion always finds room. */
    static final int CORE_TASKS_MAX = 1024;

    /** Orders to a loop and not yet obeyed: each core may be on its way to it, and be asked for as often. */
    static final int ORDERS_MAX = 1024;

    /** Orders obeyed in one turn: each takes a microsecond. */
    static final int ORDERS_PER_TURN_MAX = 16;

    /** How long a loop sleeps while invocations wait whose tenants are at their quota: a fraction of the burst that a quota allows. */
    static final long HELD_BACK_REST_NS = 500_000;

    /** Turns between two rounds of maintenance on a busy core; an idle turn does one as well. */
    static final int MAINTENANCE_TURNS = 16;

    /** Small steps of reclaiming and expiring in one round: some microseconds. */
    static final int MAINTENANCE_STEPS_MAX = 64;

    /** The scratch memory a core starts with: a key, a value and an argument list of usual sizes. */
    static final int SCRATCH_BYTES = 256 * 1024;

    /** What a loop or the control thread has to stop. */
    static final int STOP_SECONDS = 5;

    static {
        if (CORE_TASKS_MAX <= CONTROL_TASKS_MAX) {
            throw new ExceptionInInitializerError("a core must take every completion that can be under way");
        }
    }

    private LoopLimits() {}
}
