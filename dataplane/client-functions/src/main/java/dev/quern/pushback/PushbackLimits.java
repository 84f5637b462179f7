package dev.quern.pushback;

/** Every bound of functions that run at a client, each with its reason. */
final class PushbackLimits {
    /** Reads, ranges and writes together: what one MULTI takes. A call that needs more is the server's. */
    static final int OPERATIONS_MAX = dev.quern.protocol.Limits.MULTI_OPERATIONS_MAX;

    /** What a call may have read and written: a part of what a MULTI takes, and of what a window shows. A call that needs more is the server's. */
    static final long ARENA_BYTES = 64L << 20;

    /** More than this goes back to the system after a call. */
    static final long ARENA_BYTES_KEPT = 1L << 20;

    /** As at the server: how often a call that another commit beat is run again before its caller is told. */
    static final int CONFLICT_RETRIES_MAX = dev.quern.sandbox.Limits.CONFLICT_RETRIES_MAX;

    /**
     * Calls that a worker has, with the one that it runs. The server compares what waiting here costs with its own wait and so keeps lines about even; this
     * many bridge a round trip in which it sends none.
     */
    static final int CALLS_PER_WORKER = 8;

    /** Offers that may be under way, for each call that finds room here. The server keeps most, and those say nothing until they have run. */
    static final int OFFERS_PER_CALL = 4;

    /** Modules that a process keeps ready. */
    static final int MODULES_MAX = 64;

    /** After this time without a call, what earlier calls of a function took is told no longer than until one was run again. */
    static final long MEANS_OLD_NS = 15_000_000;

    /** How often the time that calls took is told by half, once for each such while without a call. */
    static final int MEANS_HALVED_MAX = 3;

    /** Calls for each worker that may be under way of a function of which none has run lately: one tells what they take, and one is there when that has ended. */
    static final int UNKNOWN_PER_WORKER = 2;

    /** Functions for which a process knows what their calls take. */
    static final int FUNCTIONS_MEASURED_MAX = 1024;

    /** Instances that a worker keeps of a client's functions. */
    static final int INSTANCES_MAX = 32;

    /** Clients for which a worker keeps instances. */
    static final int HOMES_MAX = 8;

    /** A range is asked for in steps that grow, as who reads on so far reads on further. */
    static final int RANGE_STEP_FIRST = 16;

    static final int RANGE_STEP_MAX = 512;

    /** Lines that one call may log. */
    static final int LOG_LINES_MAX = 1000;

    /** For how long a function is left to the server that cannot be run here. */
    static final long SHUNNED_NS = 10_000_000_000L;

    /** Records that are asked for by guess with one that a function wants: a datagram or two of answers. */
    static final int READ_AHEAD_MAX = 31;

    /** Keys for which a client's home knows what was read after them. */
    static final int TRAILS_MAX = 1024;

    /** What one argument may become the key of. */
    static final int USES_MAX = 4;

    /** Longer keys are not kept for guesses. */
    static final int GUESSED_KEY_BYTES_MAX = 256;

    /** Records with longer values are not asked for by guess: a wrong one would cost more than the round trip that it was to save. */
    static final int GUESSED_VALUE_BYTES_MAX = 4096;

    private PushbackLimits() {}
}
