package dev.quern.server.roles;

import dev.quern.sandbox.RuntimeCosts;
import java.util.Locale;

/**
 * A call that has to wait, and would be answered sooner by its client, goes back if its reads and its commit take a good deal less CPU of this server than to run it;
 * or, if calls that take long make it wait for too long, more by no more than a part of what one of those takes, as long as the core has not lost too much so.
 */
public final class PushbackByCost implements PushbackPolicy {
    /** A core that has had something to do for so long has no CPU to spare. */
    static final long SHORT_NS = 100_000;

    /** What is sent back has to cost less by this factor: prices are estimates, and the client's time is worth something, too. */
    static final double GAIN = 1.5;

    /** From this wait on a core is congested, whatever a call takes at its client. */
    static final long CONGESTED_NS = 1_000_000;

    /** So is one where calls wait for this many times what they take there: two for each worker wait there for one another, too. */
    static final double CONGESTED_TIMES = 4;

    /** Once calls go back, they do until the wait is below this part of what they began at. */
    static final double STAYS_CONGESTED = 0.5;

    /**
     * What sending back may cost beyond running there, at a congested core, of what is found running. Who waits for such a call is held up by no more than
     * this part longer; what all of them cost together is bounded by {@link LossBudget}.
     */
    static final double LOSS_SHARE = 1 / 8.0;

    /**
     * What is found running has to take this many times what the call takes: who waits for longer calls is better off elsewhere. Where calls wait for others
     * as short as they are, only a lower price gets more of them done.
     */
    static final double OTHERS_TIMES = 4;

    /** Calls after which a function's cost is believed: the first ones are slow, as they are compiled. */
    static final int CALLS_MIN = 32;

    /** If all go back, one is kept after so many, as what it takes here is measured here. */
    static final int IN_ROW_MAX = 256;

    /**
     * If hardly any go back for so long though the price could be low enough, a few do, as what they take is measured there. The price of three calls, by
     * messages that the client may need after all, is what is at stake: of a core's time less than a hundredth.
     */
    static final long PROBE_NS = 100_000_000;

    /**
     * A message in a datagram of its own, by a socket of the kernel's: about a third of a million in a second. Counts until the lane has
     * measured its own.
     */
    private static final MessageCosts MESSAGES = new MessageCosts(3_000, 0.2, 400, 100);

    /** What a call costs beside the function itself is part of what was measured. */
    private static final RuntimeCosts RUNTIME = new RuntimeCosts(0, 0, 0, 0, 0);

    /** The only one; after what it is made of. */
    public static final PushbackPolicy POLICY = new PushbackByCost();

    private final CostModel model = new CostModel(RUNTIME, MESSAGES, SHORT_NS);

    private PushbackByCost() {}

    @Override
    public boolean pushesBack(FunctionCost function, PlaceState now) {
        if (!isShortOfCpu(now) || function.calls() < CALLS_MIN || now.sentBackInRow >= IN_ROW_MAX) {
            return false;
        }
        return pays(model.priceNs(Place.PUSHBACK, function, now), CostModel.clientTakesNs(function, now), function, now)
                || now.fewSentBackNs >= PROBE_NS && couldPay(function, now);
    }

    private static boolean isShortOfCpu(PlaceState now) {
        return now.inlineWaitNs >= SHORT_NS && !(now.hasFunctionCore && now.functionWaitNs < SHORT_NS);
    }

    /** Whether it would be sent back if the client needed as few messages as it can. */
    private boolean couldPay(FunctionCost function, PlaceState now) {
        double takesNs = CostModel.clientLeastNs(function, now);
        return takesNs <= now.leftNs && pays(model.leastPushbackNs(function, now), takesNs, function, now);
    }

    /** At that price, and if the client takes so long. */
    private boolean pays(double pushbackNs, double takesNs, FunctionCost function, PlaceState now) {
        if (takesNs > now.waitHereNs() + function.cpuNs()) {
            return false; // It would be answered sooner here.
        }
        double inlineNs = model.priceNs(Place.INLINE, function, now);
        now.lossNs = (long) Math.max(0, pushbackNs - inlineNs);
        return GAIN * pushbackNs < inlineNs
                || pushbackNs <= inlineNs + lossMaxNs(now)
                        && isCongested(takesNs, now)
                        && now.foundRunningNs >= OTHERS_TIMES * function.cpuNs();
    }

    private static double lossMaxNs(PlaceState now) {
        return now.mayLose ? LOSS_SHARE * now.foundRunningNs : 0;
    }

    /** Whether it waits too long wherever it may run here, beside what it takes at the client. */
    private static boolean isCongested(double takesNs, PlaceState now) {
        double fromNs = Math.min((double) CONGESTED_NS, CONGESTED_TIMES * takesNs);
        long waitNs = now.waitHereNs();
        return waitNs >= (now.sentBackInRow > 0 ? STAYS_CONGESTED * fromNs : fromNs);
    }

    @Override
    public String explain(FunctionCost function, PlaceState now) {
        double takesNs = CostModel.clientTakesNs(function, now);
        double inlineNs = model.priceNs(Place.INLINE, function, now);
        double pushbackNs = model.priceNs(Place.PUSHBACK, function, now);
        String priced = String.format(
                Locale.ROOT,
                "; by cost: calls wait %.1f us here (%s), %s; what has to wait goes back below %.0f ns%s",
                now.waitHereNs() / 1e3,
                now.recentWaitNs < 0 ? "none ran lately" : "measured lately",
                isShortOfCpu(now) ? "a core short of CPU" : "a core with CPU to spare",
                inlineNs / GAIN,
                congestion(takesNs, inlineNs, function, now));
        return pushbackNs == Double.POSITIVE_INFINITY
                ? priced
                : priced
                        + String.format(
                                Locale.ROOT,
                                "; its messages come to %.0f ns, and it would be done after %.1f us",
                                pushbackNs,
                                takesNs / 1e3);
    }

    private static String congestion(double takesNs, double inlineNs, FunctionCost function, PlaceState now) {
        if (!isCongested(takesNs, now)) {
            return "";
        }
        return now.foundRunningNs >= OTHERS_TIMES * function.cpuNs()
                ? String.format(
                        Locale.ROOT,
                        "; congested by calls of %.1f us: it goes back up to %.0f ns%s",
                        now.foundRunningNs / 1e3,
                        inlineNs + lossMaxNs(now),
                        now.mayLose ? "" : ", as enough was lost to such calls lately")
                : "; congested by calls as short as it is";
    }
}
