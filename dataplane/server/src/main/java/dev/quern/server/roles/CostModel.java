package dev.quern.server.roles;

import dev.quern.sandbox.RuntimeCosts;

/**
 * What an invocation costs the server at each place, in nanoseconds of its CPU time. After Sandstorm (HotCloud '20) and Kayak (NSDI '21): moving
 * a function saves or costs messages, bytes and switches of context, and each has a price. What others wait meanwhile has one, too. Immutable.
 */
public final class CostModel {
    /** What a request's waiting for a nanosecond is worth, in nanoseconds of CPU time. */
    private static final double WAIT_PRICE = 0.02;

    /** Invocations that share one entry into their tenant's context on a function core with work to do. */
    private static final double BATCH = 8;

    private final RuntimeCosts runtime;
    private final MessageCosts messages;
    private final double quantumNs;

    /**
     * For the functions of one runtime.
     *
     * @param quantumNs for how long a function that runs inline keeps requests waiting before they are served in between
     */
    public CostModel(RuntimeCosts runtime, MessageCosts messages, long quantumNs) {
        this.runtime = runtime;
        this.messages = messages;
        this.quantumNs = quantumNs;
    }

    /** What one invocation costs at a place; infinite where it cannot run. */
    public double priceNs(Place place, FunctionCost function, PlaceState now) {
        return switch (place) {
            case INLINE -> function.cpuNs() + (now.isContextEntered ? 0 : runtime.switchNs()) + heldUpNs(function, now);
            case FUNCTIONS ->
                now.hasFunctionCore
                        ? function.cpuNs() + runtime.switchNs() / BATCH + handoverNs(now)
                        : Double.POSITIVE_INFINITY;
            case DEDICATED -> now.hasDedicatedCore ? function.cpuNs() + handoverNs(now) : Double.POSITIVE_INFINITY;
            case PUSHBACK -> canPushBack(function, now) ? pushbackNs(function, now) : Double.POSITIVE_INFINITY;
        };
    }

    /** What a message costs: as measured, or as assumed until then. */
    double messageNs(PlaceState now) {
        return now.messageNs > 0 ? now.messageNs : messages.messageNs();
    }

    /** What is taken for granted of messages. */
    MessageCosts messages() {
        return messages;
    }

    private double handoverNs(PlaceState now) {
        return messages.handoverNs() + messages.byteNs() * now.messageBytes;
    }

    /** What the requests are worth that come while it runs: each waits for half of it on average, or of the quantum. */
    private double heldUpNs(FunctionCost function, PlaceState now) {
        double heldNs = Math.min(function.cpuNs(), quantumNs);
        return WAIT_PRICE * now.requestsPerSecond * 1e-9 * heldNs * heldNs / 2;
    }

    /** As many messages as the client has needed, else one for each record, as reads may depend on each other; and one that commits. */
    private double pushbackNs(FunctionCost function, PlaceState now) {
        return messageNs(now) * (now.client.messages(function.records()) + 1)
                + (messages.byteNs() * function.bytes())
                + messages.touchNs() * now.client.records(function.records());
    }

    /** The least that {@link Place#PUSHBACK} can cost, if the client asks for as many records at a time as it can. */
    double leastPushbackNs(FunctionCost function, PlaceState now) {
        return messageNs(now) * (ClientFigures.leastMessages(function.records()) + 1)
                + (messages.byteNs() * function.bytes())
                + messages.touchNs() * function.records();
    }

    /** When it would be done at the client, by what that measured; else a round trip for each record and one to commit, and the function itself. */
    static double clientTakesNs(FunctionCost function, PlaceState now) {
        return now.client.isMeasured()
                ? now.roundTripNs + now.client.tookNs()
                : (function.records() + 2) * now.roundTripNs + function.cpuNs();
    }

    /** The same where the client needs as few round trips as it can. */
    static double clientLeastNs(FunctionCost function, PlaceState now) {
        return (ClientFigures.leastMessages(function.records()) + 2) * now.roundTripNs + function.cpuNs();
    }

    private static boolean canPushBack(FunctionCost function, PlaceState now) {
        return now.clientRuns && clientTakesNs(function, now) <= now.leftNs;
    }

    /** How long it would wait at a place before it runs. */
    public long waitNs(Place place, PlaceState now) {
        return switch (place) {
            case INLINE -> now.inlineWaitNs;
            case FUNCTIONS -> now.functionWaitNs;
            case DEDICATED -> now.dedicatedWaitNs;
            case PUSHBACK -> now.roundTripNs;
        };
    }

    /** What a function of this runtime is taken for before it was ever called. */
    public FunctionCost unknown() {
        return new FunctionCost(runtime.callNs());
    }
}
