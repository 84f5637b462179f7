package dev.quern.server.roles;

import dev.quern.sandbox.RuntimeCosts;

/**
 * Decides whether an invocation whose client can run it goes back to that client. Asked before each such invocation, on the threads of all
 * cores; without state, and it allocates nothing.
 */
@FunctionalInterface
public interface PushbackPolicy {
    /** Everything runs at the server. */
    PushbackPolicy NEVER = (function, now) -> false;

    /** Whatever can run at a client does. */
    PushbackPolicy ALWAYS = (function, now) -> true;

    /**
     * What would wait here, and takes a good deal more CPU of this server to be run than to be sent back, with its reads and its commit
     * served to the client.
     */
    PushbackPolicy BY_COST = new ByCost();

    /**
     * Whether the client is to run it.
     *
     * @param function what its calls have taken
     * @param now how things stand; {@link PlaceState#clientRuns} holds
     */
    boolean pushesBack(FunctionCost function, PlaceState now);

    /** See {@link #BY_COST}. */
    final class ByCost implements PushbackPolicy {
        /** A core that has had something to do for so long has no CPU to spare. */
        static final long SHORT_NS = 100_000;

        /** What is sent back has to cost less by this factor: prices are estimates, and the client's time is worth something, too. */
        private static final double GAIN = 1.5;

        /** Calls after which a function's cost is believed: the first ones are slow, as they are compiled. */
        static final int CALLS_MIN = 32;

        /**
         * A message in a datagram of its own, by a socket of the kernel's: about a third of a million in a second. Counts until the lane has
         * measured its own.
         */
        private static final MessageCosts MESSAGES = new MessageCosts(3_000, 0.2, 400, 100);

        /** What a call costs beside the function itself is part of what was measured. */
        private static final RuntimeCosts RUNTIME = new RuntimeCosts(0, 0, 0, 0, 0);

        private final CostModel model = new CostModel(RUNTIME, MESSAGES, SHORT_NS);

        private ByCost() {}

        @Override
        public boolean pushesBack(FunctionCost function, PlaceState now) {
            boolean isShortOfCpu =
                    now.inlineWaitNs >= SHORT_NS && !(now.hasFunctionCore && now.functionWaitNs < SHORT_NS);
            return isShortOfCpu
                    && function.calls() >= CALLS_MIN
                    && GAIN * model.priceNs(Place.PUSHBACK, function, now) < model.priceNs(Place.INLINE, function, now);
        }
    }
}
