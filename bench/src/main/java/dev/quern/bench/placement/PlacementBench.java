package dev.quern.bench.placement;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.plot.LineChart;
import dev.quern.server.Pushback;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sandstorm's and Kayak's crossover: a function of k dependent reads and some compute, run at the server only, at the client only, or
 * where the server says, call by call.
 */
public final class PlacementBench implements Bench {
    private static final int[] READS = {1, 2, 4, 8, 16, 32};
    private static final int[] READS_QUICK = {1, 16};
    private static final int[] READS_BESIDE = {1, 4, 16};
    private static final int[] COMPUTE_US = {0, 10, 100, 300, 1000};
    private static final int[] COMPUTE_US_QUICK = {0, 300};

    /** What each call of the neighbour computes. */
    private static final int NEIGHBOUR_US = 500;

    /** How often the places take turns in each cell. */
    private static final int ROUNDS = 15;

    private static final int ROUNDS_QUICK = 3;

    /** Short and often, as what the machine takes for a while is then in one round's ratio of many. */
    private static final long MEASURE_MS = 30;

    /** The share of the better place that the adaptive choice has to reach in each cell. */
    private static final double SHARE_WANTED = 0.9;

    /** For the list of benches. */
    public PlacementBench() {}

    @Override
    public String name() {
        return "placement";
    }

    @Override
    public String purpose() {
        return "functions of k dependent reads and some compute: at the server, pushed back to the client, and adaptive";
    }

    /**
     * What was measured of a function, a round at each place in turn.
     *
     * @param pushedShare of the adaptive calls
     */
    private record Cell(
            boolean hasNeighbour, int reads, int computeUs, Map<Pushback, List<Double>> rates, double pushedShare) {
        Pushback better() {
            return rate(Pushback.NEVER) >= rate(Pushback.ALWAYS) ? Pushback.NEVER : Pushback.ALWAYS;
        }

        List<Double> rounds(Pushback pushback) {
            return rates.getOrDefault(pushback, List.of());
        }

        /** The median. */
        double rate(Pushback pushback) {
            return median(rounds(pushback));
        }

        /** The median of what each round's adaptive rate was of that at the better place, in the same round. */
        double share() {
            List<Double> shares = new ArrayList<>();
            for (int round = 0; round < rounds(Pushback.ADAPTIVE).size(); round++) {
                shares.add(
                        rounds(Pushback.ADAPTIVE).get(round) / rounds(better()).get(round));
            }
            return median(shares);
        }

        private static double median(List<Double> values) {
            Rounds.Samples samples = new Rounds.Samples();
            values.forEach(samples::add);
            return samples.median();
        }
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(130);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        int[] allComputeUs = context.quick() ? COMPUTE_US_QUICK : COMPUTE_US;
        int rounds = context.quick() ? ROUNDS_QUICK : ROUNDS;
        context.say("One server core, one client process' I/O thread and one worker, UDP on loopback, "
                + PlacementRig.OUTSTANDING + " calls outstanding, chicory at both places; calls/s, the median of "
                + rounds
                + " rounds of " + MEASURE_MS
                + " ms at each place in turn; of the better: the median of each round's ratio.");
        List<Cell> cells = new ArrayList<>();
        try (PlacementRig rig = new PlacementRig()) {
            rig.warm(context.quick() ? 500 : 20_000);
            double roundsPerUs = rig.roundsPerUs();
            for (boolean hasNeighbour : new boolean[] {false, true}) {
                int[] allReads = context.quick() ? READS_QUICK : hasNeighbour ? READS_BESIDE : READS;
                for (int computeUs : allComputeUs) {
                    for (int reads : allReads) {
                        if (!context.isWanted(row(hasNeighbour, computeUs, reads))) {
                            continue;
                        }
                        cells.add(measure(rig, hasNeighbour, reads, computeUs, roundsPerUs, rounds));
                    }
                }
            }
        }
        if (cells.isEmpty()) {
            throw new BenchFailedException(
                    "no cell is called so: they are \"alone\" or \"beside\", compute and reads, as in \""
                            + row(true, 10, 1) + "\"");
        }
        report(context, cells);
    }

    /** What a cell is called where some are left out. */
    private static String row(boolean hasNeighbour, int computeUs, int reads) {
        return (hasNeighbour ? "beside " : "alone ") + computeUs + " us " + reads;
    }

    private static Cell measure(
            PlacementRig rig, boolean hasNeighbour, int reads, int computeUs, double roundsPerUs, int rounds)
            throws InterruptedException {
        Map<Pushback, List<Double>> rates = new EnumMap<>(Pushback.class);
        double pushedShare = 0;
        Pushback[] places = Pushback.values();
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < places.length; turn++) {
                // Each round begins at another place, so that what follows upon what is not always the same.
                Pushback pushback = places[(round + turn) % places.length];
                PlacementRig.Rate rate = rig.measure(
                        pushback,
                        reads,
                        (int) (computeUs * roundsPerUs),
                        hasNeighbour ? (int) (NEIGHBOUR_US * roundsPerUs) : 0,
                        MEASURE_MS);
                rates.computeIfAbsent(pushback, fresh -> new ArrayList<>()).add(rate.callsPerSecond());
                if (pushback == Pushback.ADAPTIVE) {
                    pushedShare += rate.pushedShare() / rounds;
                }
            }
        }
        return new Cell(hasNeighbour, reads, computeUs, rates, pushedShare);
    }

    private static void report(BenchContext context, List<Cell> cells) throws IOException {
        for (boolean hasNeighbour : new boolean[] {false, true}) {
            List<Cell> rows = cells.stream()
                    .filter(cell -> cell.hasNeighbour() == hasNeighbour)
                    .toList();
            if (rows.isEmpty()) {
                continue;
            }
            context.say(
                    hasNeighbour
                            ? "beside another tenant, which keeps " + PlacementRig.OUTSTANDING / 2 + " calls of "
                                    + NEIGHBOUR_US + " us outstanding at the server:"
                            : "with the server to itself:");
            context.say(table(rows));
            context.say("the client is the better place in "
                    + rows.stream()
                            .filter(cell -> cell.better() == Pushback.ALWAYS)
                            .count()
                    + " of " + rows.size() + " cells; adaptive is within 10 % of the better place or above it in "
                    + rows.stream().filter(cell -> cell.share() >= SHARE_WANTED).count());
            draw(context, rows, hasNeighbour ? "placement-beside-" : "placement-");
        }
        double least = cells.stream().mapToDouble(Cell::share).min().orElseThrow();
        double most = cells.stream().mapToDouble(Cell::share).max().orElseThrow();
        context.atLeast("adaptive, of the better place, where it is least", least, SHARE_WANTED, "x");
        context.atLeast("adaptive, of the better place, where work can be split", most, 1.0, "x");
    }

    private static String table(List<Cell> rows) {
        TextTable table = new TextTable(
                "compute us", "reads", "server", "client", "adaptive", "of the better", "ran at the client");
        for (Cell cell : rows) {
            table.row(
                    String.valueOf(cell.computeUs()),
                    String.valueOf(cell.reads()),
                    TextTable.number(cell.rate(Pushback.NEVER)),
                    TextTable.number(cell.rate(Pushback.ALWAYS)),
                    TextTable.number(cell.rate(Pushback.ADAPTIVE)),
                    TextTable.ratio(cell.share()),
                    String.format(Locale.ROOT, "%.0f %%", 100 * cell.pushedShare()));
        }
        return table.text();
    }

    private static void draw(BenchContext context, List<Cell> cells, String name) throws IOException {
        for (int reads : cells.stream().mapToInt(Cell::reads).distinct().toArray()) {
            List<Cell> row =
                    cells.stream().filter(cell -> cell.reads() == reads).toList();
            double[] x = row.stream().mapToDouble(Cell::computeUs).toArray();
            LineChart chart = new LineChart(
                    reads + " dependent reads and compute: calls/s", "compute in a call, us", "thousand calls/s");
            for (Pushback pushback : Pushback.values()) {
                chart.line(
                        pushback == Pushback.NEVER ? "server" : pushback == Pushback.ALWAYS ? "client" : "adaptive",
                        x,
                        row.stream()
                                .mapToDouble(cell -> cell.rate(pushback) / 1e3)
                                .toArray());
            }
            context.plot(name + reads + ".svg", chart.svg());
        }
    }
}
