package dev.quern.bench.placement;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
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
    private static final int[] COMPUTE_US = {0, 10, 100, 300, 1000};
    private static final int[] COMPUTE_US_QUICK = {0, 300};

    /** Each figure is the median of so many. */
    private static final int TURNS = 3;

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

    private record Cell(int reads, int computeUs, Map<Pushback, Double> rates, double pushedShare) {
        double better() {
            return Math.max(rate(Pushback.NEVER), rate(Pushback.ALWAYS));
        }

        double rate(Pushback pushback) {
            return rates.getOrDefault(pushback, 0.0);
        }

        double share() {
            return rate(Pushback.ADAPTIVE) / better();
        }
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(80);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        int[] allReads = context.quick() ? READS_QUICK : READS;
        int[] allComputeUs = context.quick() ? COMPUTE_US_QUICK : COMPUTE_US;
        long measureMs = context.quick() ? 50 : 120;
        context.say("One server core, one client process' I/O thread and one worker, UDP on loopback, "
                + PlacementRig.OUTSTANDING + " calls outstanding, chicory at both places; calls/s, " + measureMs
                + " ms for each figure, which is the median of " + TURNS + ".");
        List<Cell> cells = new ArrayList<>();
        try (PlacementRig rig = new PlacementRig()) {
            rig.warm(context.quick() ? 200 : 1500);
            double roundsPerUs = rig.roundsPerUs();
            for (int computeUs : allComputeUs) {
                for (int reads : allReads) {
                    cells.add(measure(rig, reads, computeUs, (int) (computeUs * roundsPerUs), measureMs));
                }
            }
        }
        report(context, cells);
    }

    private static Cell measure(PlacementRig rig, int reads, int computeUs, int rounds, long measureMs)
            throws InterruptedException {
        Map<Pushback, Rounds.Samples> samples = new EnumMap<>(Pushback.class);
        double pushedShare = 0;
        // In turns, so that what disturbs the machine for a while disturbs all three.
        for (int turn = 0; turn < TURNS; turn++) {
            for (Pushback pushback : Pushback.values()) {
                PlacementRig.Rate rate = rig.measure(pushback, reads, rounds, measureMs);
                samples.computeIfAbsent(pushback, fresh -> new Rounds.Samples()).add(rate.callsPerSecond());
                if (pushback == Pushback.ADAPTIVE) {
                    pushedShare += rate.pushedShare() / TURNS;
                }
            }
        }
        Map<Pushback, Double> rates = new EnumMap<>(Pushback.class);
        samples.forEach((pushback, all) -> rates.put(pushback, all.median()));
        return new Cell(reads, computeUs, rates, pushedShare);
    }

    private static void report(BenchContext context, List<Cell> cells) throws IOException {
        TextTable table = new TextTable(
                "compute us", "reads", "server", "client", "adaptive", "of the better", "ran at the client");
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        int within = 0;
        for (Cell cell : cells) {
            table.row(
                    String.valueOf(cell.computeUs()),
                    String.valueOf(cell.reads()),
                    TextTable.number(cell.rate(Pushback.NEVER)),
                    TextTable.number(cell.rate(Pushback.ALWAYS)),
                    TextTable.number(cell.rate(Pushback.ADAPTIVE)),
                    TextTable.ratio(cell.share()),
                    String.format(Locale.ROOT, "%.0f %%", 100 * cell.pushedShare()));
            least = Math.min(least, cell.share());
            most = Math.max(most, cell.share());
            within += cell.share() >= SHARE_WANTED ? 1 : 0;
        }
        context.say(table.text());
        context.say(within + " of " + cells.size() + " cells within 10 % of the better place or above it");
        context.atLeast("adaptive, of the better place, where it is least", least, SHARE_WANTED, "x");
        context.atLeast("adaptive, of the better place, where work can be split", most, 1.0, "x");
        draw(context, cells);
    }

    private static void draw(BenchContext context, List<Cell> cells) throws IOException {
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
            context.plot("placement-" + reads + ".svg", chart.svg());
        }
    }
}
