package dev.quern.server.roles;

/**
 * Decides whether an invocation whose client can run it goes back to that client. Asked before each such invocation, on the threads of all
 * cores; without state, and it allocates nothing to decide. {@link PushbackByCost} goes by what it costs.
 */
@FunctionalInterface
public interface PushbackPolicy {
    /** Everything runs at the server. */
    PushbackPolicy NEVER = (function, now) -> false;

    /** Whatever can run at a client does. */
    PushbackPolicy ALWAYS = (function, now) -> true;

    /**
     * Whether the client is to run it.
     *
     * @param function what its calls have taken
     * @param now how things stand; {@link PlaceState#clientRuns} holds
     */
    boolean pushesBack(FunctionCost function, PlaceState now);

    /** What it goes by, in words to be added to a line; empty where that needs none. For people; allocates. */
    default String explain(FunctionCost function, PlaceState now) {
        return "";
    }
}
