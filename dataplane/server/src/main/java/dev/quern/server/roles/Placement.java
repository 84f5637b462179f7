package dev.quern.server.roles;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Chooses where an invocation runs: the cheapest place that is not congested; if all are, the one with the shortest wait, where admission
 * has the last word. Choosing allocates nothing. Immutable.
 */
public final class Placement {
    private static final Place[] PLACES = Place.values();

    private final CostModel model;
    private final long congestedNs;

    /** With the wait from which on a place counts as congested, in nanoseconds. */
    public Placement(CostModel model, long congestedNs) {
        this.model = model;
        this.congestedNs = congestedNs;
    }

    /** Where to run one now. */
    public Place choose(FunctionCost function, PlaceState now) {
        Place cheapest = Place.INLINE;
        double leastNs = Double.POSITIVE_INFINITY;
        Place soonest = Place.INLINE;
        long shortestNs = Long.MAX_VALUE;
        for (Place place : PLACES) {
            double priceNs = model.priceNs(place, function, now);
            long waitNs = model.waitNs(place, now);
            if (priceNs == Double.POSITIVE_INFINITY) {
                continue;
            }
            if (waitNs < congestedNs && priceNs < leastNs) {
                cheapest = place;
                leastNs = priceNs;
            }
            if (waitNs < shortestNs) {
                soonest = place;
                shortestNs = waitNs;
            }
        }
        return leastNs < Double.POSITIVE_INFINITY ? cheapest : soonest;
    }

    /** What {@link #choose} would choose, and why. For people; allocates. */
    public Decision explain(FunctionCost function, PlaceState now) {
        return explain(choose(function, now), function, now, "");
    }

    /** Why it would be this place, and what there is to be said of pushback. For people; allocates. */
    public Decision explain(Place chosen, FunctionCost function, PlaceState now, String pushback) {
        List<Price> prices = new ArrayList<>();
        for (Place place : PLACES) {
            double priceNs = model.priceNs(place, function, now);
            long waitNs = model.waitNs(place, now);
            String note = place == Place.PUSHBACK ? pushback : "";
            prices.add(new Price(place, priceNs, waitNs, waitNs >= congestedNs, note));
        }
        return new Decision(
                chosen, function.cpuNs(), function.records(), function.bytes(), function.calls(), prices, costs(now));
    }

    /** What the prices rest on, and where that is from. */
    private String costs(PlaceState now) {
        MessageCosts assumed = model.messages();
        return String.format(
                Locale.ROOT,
                "a message %.0f ns (%s); a hand-over %.0f ns, a byte %.2f ns, a record that lies in no cache %.0f ns (%s)",
                model.messageNs(now),
                now.messageNs > 0 ? "measured here" : assumed.origin(),
                assumed.handoverNs(),
                assumed.byteNs(),
                assumed.touchNs(),
                assumed.origin());
    }

    /**
     * A place and what speaks for and against it.
     *
     * @param priceNs CPU time of the server, infinite where the invocation cannot run
     * @param waitNs how long it would wait there
     * @param isCongested whether that is too long while another place has room
     * @param note what else there is to be said of it, behind the rest of its line
     */
    public record Price(Place place, double priceNs, long waitNs, boolean isCongested, String note) {
        /** In a line. */
        @Override
        public String toString() {
            if (priceNs == Double.POSITIVE_INFINITY) {
                return String.format(Locale.ROOT, "%-9s not here%s", place, note);
            }
            return String.format(
                    Locale.ROOT,
                    "%-9s %10.0f ns, wait %9.1f us%s%s",
                    place,
                    priceNs,
                    waitNs / 1e3,
                    isCongested ? ", congested" : "",
                    note);
        }
    }

    /**
     * A choice with its reasons.
     *
     * @param cpuNs what a call of the function takes by the last ones
     * @param records what it touches
     * @param bytes how much of them
     * @param calls how many that was measured by; 0 for what its runtime declares
     * @param costs what the prices rest on
     */
    public record Decision(
            Place place, double cpuNs, double records, double bytes, long calls, List<Price> prices, String costs) {
        /** What {@code quern placement explain} prints. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(String.format(
                    Locale.ROOT,
                    "runs at %s: a call takes %.1f us and touches %.1f records, %.0f bytes (%s)%n",
                    place,
                    cpuNs / 1e3,
                    records,
                    bytes,
                    calls == 0 ? "as its runtime declares" : "measured by " + calls + " calls here"));
            prices.forEach(price -> text.append("  ").append(price).append(String.format("%n")));
            return text.append("  ").append(costs).append(String.format("%n")).toString();
        }
    }
}
