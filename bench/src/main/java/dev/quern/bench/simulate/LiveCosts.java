package dev.quern.bench.simulate;

import dev.quern.bench.BenchContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What calls cost at a server of two cores whose roles are fixed. Each is the lower quartile of many short whiles, that of a difference taken in one and the same
 * while: what was taken of processors in the others is not in it, nor does it hang on the one while that errs most to the other side.
 *
 * @param callNs of a call beside its function, where it was received
 * @param aloneNs what one that is handed over takes of the core where it is received and answered, if it is answered by itself
 * @param burstNs the same where many are answered at a time
 * @param stationNs what one that is handed over takes of the core where it runs, beside its function
 */
record LiveCosts(double callNs, double aloneNs, double burstNs, double stationNs) {
    private static final int WHILES = 40;

    /** Shorter than what most threads are kept from a processor at a time, so that they are not in each of them. */
    private static final long WHILE_NS = 12_000_000;

    private static final int GET_WHILES = 16;

    /** A second, of what is not asked for. */
    private static final double NONE = 1e-6;

    /** How often that is begun anew, with as many more whiles, if these differ too much. */
    private static final int AGAIN_MAX = 3;

    /** Of the two costs that make up a hand-over, by how much the median may be above what is taken. */
    private static final double SPREAD_MAX = 1.5;

    /** What calls ask for, of one core: so few that each is answered by itself, and so many that they are answered many at a time. */
    private static final double CALLS_FEW = 0.3;

    private static final double CALLS_MANY = 1.5;

    /** Opens a server in a mode and warms it. */
    @FunctionalInterface
    interface ServerOpener {
        LiveServer open(String mode) throws Exception;
    }

    /** Whiles of one kind, and what was seen in them. */
    private static final class Seen {
        private LiveFigures[] figures = {};

        void add(LiveServer server, int whiles, int us, double load, double roundsPerNs) {
            int from = figures.length;
            figures = Arrays.copyOf(figures, from + whiles);
            for (int i = from; i < figures.length; i++) {
                figures[i] =
                        server.send(NONE, load * 1e6 / us, BesideLive.function(us), 1e3 * us * roundsPerNs, WHILE_NS);
            }
        }

        Spread of(ToDoubleFunction<LiveFigures> cost) {
            return Spread.of(figures, cost);
        }
    }

    /** A cost as it was seen in several whiles: its quartiles, in nanoseconds. */
    record Spread(double lowerNs, double medianNs, double upperNs) {
        static Spread of(LiveFigures[] seen, ToDoubleFunction<LiveFigures> cost) {
            return of(Arrays.stream(seen).mapToDouble(cost).toArray());
        }

        static Spread of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Spread(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
        }

        private static double at(double[] sorted, double part) {
            return sorted[(int) (part * (sorted.length - 1))];
        }

        boolean isWide() {
            return medianNs > SPREAD_MAX * Math.max(lowerNs, 1);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f ns (median %.0f, upper quartile %.0f)", lowerNs, medianNs, upperNs);
        }
    }

    /** Of the shortest functions: what they do besides is not in it. */
    static LiveCosts measure(BenchContext context, ServerOpener opener, int us, double roundsPerNs) throws Exception {
        int whiles = context.quick() ? 2 : WHILES;
        Seen few = new Seen();
        Seen many = new Seen();
        Seen inline = new Seen();
        try (LiveServer fixed = opener.open("static");
                LiveServer alone = opener.open("inline")) {
            for (int times = 0; times == 0 || times < AGAIN_MAX && isWide(few, inline) && !context.quick(); times++) {
                few.add(fixed, whiles, us, CALLS_FEW, roundsPerNs);
                inline.add(alone, whiles, us, CALLS_FEW, roundsPerNs);
                many.add(fixed, whiles, us, CALLS_MANY, roundsPerNs);
            }
        }
        Spread call = inline.of(LiveCosts::besideWorkNs);
        Spread aloneServing = few.of(LiveCosts::servingNs);
        Spread burst = many.of(LiveCosts::servingNs);
        Spread station = few.of(LiveCosts::stationNs);
        context.say("measured in " + few.figures.length + " whiles of " + WHILE_NS / 1_000_000
                + " ms each, lower quartiles: a call " + call + " beside its function; handed over, " + aloneServing
                + " where it is received and answered, " + burst + " where many are answered at a time, and " + station
                + " where it runs");
        return new LiveCosts(
                Math.max(0, call.lowerNs()),
                Math.max(0, aloneServing.lowerNs()),
                Math.max(0, Math.min(aloneServing.lowerNs(), burst.lowerNs())),
                Math.max(0, station.lowerNs()));
    }

    private static boolean isWide(Seen few, Seen inline) {
        return few.of(LiveCosts::servingNs).isWide()
                || few.of(LiveCosts::stationNs).isWide()
                || inline.of(LiveCosts::besideWorkNs).isWide();
    }

    /** What a get takes at this server now, at a rate: the fewer come at a time, the more of a turn each has to itself. */
    static double getNs(LiveServer server, double getsPerSecond, int us, double rounds, boolean isQuick) {
        LiveFigures[] seen = new LiveFigures[isQuick ? 2 : GET_WHILES];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = server.send(getsPerSecond, NONE, BesideLive.function(us), rounds, WHILE_NS);
        }
        return Math.max(
                1,
                Spread.of(seen, figures -> (double) figures.busyNs() / Math.max(1, figures.gets()))
                        .lowerNs());
    }

    /** What a hand-over takes of both cores together, beyond what a call takes anyway. */
    double handoverNs() {
        return Math.max(0, aloneNs + stationNs - callNs);
    }

    /** Of the core that serves. */
    private static double servingNs(LiveFigures figures) {
        return (double) figures.servingBusyNs() / Math.max(1, figures.calls() + figures.sheds());
    }

    /** Of all cores. What functions stood still is in the time of their work, and so is not in this. */
    private static double besideWorkNs(LiveFigures figures) {
        return (double) (figures.busyNs() - figures.workNs()) / Math.max(1, figures.functions());
    }

    /** Of the core that does not serve. */
    private static double stationNs(LiveFigures figures) {
        return (double) (figures.busyNs() - figures.servingBusyNs() - figures.workNs())
                / Math.max(1, figures.functions());
    }
}
