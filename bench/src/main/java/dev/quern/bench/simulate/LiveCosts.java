package dev.quern.bench.simulate;

import dev.quern.bench.BenchContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What calls cost at a server of two cores whose roles are fixed. Each is the least of many short whiles, or the difference of two such, so that what was taken of
 * processors in the others is not in it.
 *
 * @param callNs of a call beside its function, where it was received
 * @param aloneNs what one that is handed over takes of the core where it is received and answered, if it is answered by itself
 * @param burstNs the same where many are answered at a time
 * @param stationNs what one that is handed over takes of the core where it runs, beside its function
 */
record LiveCosts(double callNs, double aloneNs, double burstNs, double stationNs) {
    private static final int WHILES = 16;
    private static final long WHILE_NS = 30_000_000;

    /** What calls ask for, of one core: so few that each is answered by itself, and so many that they are answered many at a time. */
    private static final double CALLS_FEW = 0.3;

    private static final double CALLS_MANY = 1.5;

    /** Opens a server in a mode and warms it. */
    @FunctionalInterface
    interface ServerOpener {
        LiveServer open(String mode) throws Exception;
    }

    /** Of the shortest functions: what they do besides is not in it. */
    static LiveCosts measure(BenchContext context, ServerOpener opener, int us, double roundsPerNs) throws Exception {
        int whiles = context.quick() ? 2 : WHILES;
        double aloneNs;
        double burstNs;
        double stationNs;
        try (LiveServer server = opener.open("static")) {
            LiveFigures[] few = calls(server, whiles, us, CALLS_FEW, roundsPerNs);
            aloneNs = sorted(few, LiveCosts::servingNs)[0];
            // Of one while it errs to both sides, as what a core lacked may have been missing at either.
            stationNs = sorted(few, LiveCosts::besideRoundsNs)[0] - aloneNs;
            burstNs = sorted(calls(server, whiles, us, CALLS_MANY, roundsPerNs), LiveCosts::servingNs)[0];
        }
        double callNs;
        try (LiveServer server = opener.open("inline")) {
            callNs = sorted(calls(server, whiles, us, CALLS_FEW, roundsPerNs), LiveCosts::besideRoundsNs)[0];
        }
        LiveCosts costs =
                new LiveCosts(Math.max(0, callNs), aloneNs, Math.min(aloneNs, burstNs), Math.max(0, stationNs));
        context.say(String.format(
                Locale.ROOT,
                "measured: a call %.0f ns beside its function; handed over, %.0f ns where it is received and answered, %.0f ns where"
                        + " many are answered at a time, and %.0f ns where it runs",
                costs.callNs,
                costs.aloneNs,
                costs.burstNs,
                costs.stationNs));
        return costs;
    }

    /** What a get takes at this server now, at a rate: the fewer come at a time, the more of a turn each has to itself. */
    static double getNs(LiveServer server, double getsPerSecond, int us, double rounds, boolean isQuick) {
        LiveFigures[] seen = new LiveFigures[isQuick ? 2 : WHILES / 2];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = server.send(getsPerSecond, 1, BesideLive.function(us), rounds, WHILE_NS);
        }
        return sorted(
                seen, figures -> (double) (figures.busyNs() - figures.functionNs()) / Math.max(1, figures.gets()))[0];
    }

    /** What a hand-over takes of both cores together, beyond what a call takes anyway. */
    double handoverNs() {
        return Math.max(0, aloneNs + stationNs - callNs);
    }

    private static double servingNs(LiveFigures figures) {
        return (double) figures.servingBusyNs() / Math.max(1, figures.calls() + figures.sheds());
    }

    private static double besideRoundsNs(LiveFigures figures) {
        return (figures.busyNs() - figures.roundNs() * figures.rounds()) / Math.max(1, figures.functions());
    }

    private static LiveFigures[] calls(LiveServer server, int whiles, int us, double load, double roundsPerNs) {
        LiveFigures[] seen = new LiveFigures[whiles];
        for (int i = 0; i < whiles; i++) {
            seen[i] = server.send(1, load * 1e6 / us, BesideLive.function(us), 1e3 * us * roundsPerNs, WHILE_NS);
        }
        return seen;
    }

    private static double[] sorted(LiveFigures[] seen, ToDoubleFunction<LiveFigures> cost) {
        return Arrays.stream(seen).mapToDouble(cost).sorted().toArray();
    }
}
