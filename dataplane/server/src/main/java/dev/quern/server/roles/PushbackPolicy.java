package dev.quern.server.roles;

import dev.quern.sandbox.Function;

/**
 * Decides whether an invocation whose client can run it goes back to that client. Asked before each such invocation; one object for all
 * cores, whose threads call it: safe on any of them, without a lock, and it allocates nothing.
 */
@FunctionalInterface
public interface PushbackPolicy {
    /** Everything runs at the server. */
    PushbackPolicy NEVER = (core, function, waitedNs, leftNs) -> false;

    /** Whatever can run at a client does. */
    PushbackPolicy ALWAYS = (core, function, waitedNs, leftNs) -> true;

    /**
     * Whether the client is to run it.
     *
     * @param core the index of the core that asks
     * @param waitedNs how long the invocation has waited here, in nanoseconds
     * @param leftNs until its deadline; {@link Long#MAX_VALUE} without one
     */
    boolean pushesBack(int core, Function function, long waitedNs, long leftNs);
}
