package dev.quern.bench.simulate;

import dev.quern.bench.TextTable;
import dev.quern.bench.plot.LineChart;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.CostsFile;
import dev.quern.server.roles.MessageCosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quern simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "Simulates servers of many cores, with the server's own provisioner, queues, admission and placement, and"
                    + " compares them with every static split, with a pool that all cores share, and with an oracle that"
                    + " is told each load's split.",
            "All figures are simulated; costs are those of --costs, and the options'."
        })
public final class SimulateCommand implements Callable<Integer> {
    private static final RuntimeCosts ASSUMED = new RuntimeCosts(300, 150, 110, 40, 20_000);

    @Option(
            names = "--cores",
            split = ",",
            defaultValue = "2,16,64",
            description = "how many, from 2 to 128; ${DEFAULT-VALUE}")
    private List<Integer> cores = List.of();

    @Option(names = "--tenants", defaultValue = "1000", description = "how many; ${DEFAULT-VALUE}")
    private int tenants;

    @Option(
            names = "--load",
            split = ",",
            defaultValue = "SWING",
            description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE}")
    private List<LoadShape> loads = List.of();

    @Option(names = "--ms", defaultValue = "800", description = "how long, in simulated milliseconds; ${DEFAULT-VALUE}")
    private int ms;

    @Option(names = "--seed", defaultValue = "1", description = "of all that is random; ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--get-ns", defaultValue = "400", description = "what a get takes; ${DEFAULT-VALUE}")
    private double getNs;

    @Option(names = "--function-us", defaultValue = "20", description = "the mean of all functions; ${DEFAULT-VALUE}")
    private double functionUs;

    @Option(
            names = "--pool-ns",
            defaultValue = "100",
            description = "for how long one item keeps a shared pool to itself; ${DEFAULT-VALUE}")
    private double poolNs;

    @Option(
            names = "--move-us",
            defaultValue = "20",
            description = "what a change of role costs a core; ${DEFAULT-VALUE}")
    private double moveUs;

    @Option(names = "--costs", paramLabel = "FILE", description = "what quern calibrate wrote")
    private @Nullable Path costsFile;

    @Option(names = "--runtime", defaultValue = "graal", description = "whose costs of those; ${DEFAULT-VALUE}")
    private String runtime = "graal";

    @Option(names = "--csv", paramLabel = "FILE", description = "writes each window of 10 ms there")
    private @Nullable Path csv;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "draws useful work over time there, of the last load and number of cores")
    private @Nullable Path svg;

    /** For picocli. */
    public SimulateCommand() {}

    @Override
    public Integer call() throws IOException {
        if (cores.stream().anyMatch(count -> count < 2 || count > 128) || tenants < 1 || ms < 10 || tenants > 16_384) {
            System.err.println("simulate: choose 2 to 128 cores, 1 to 16384 tenants and 10 ms or more");
            return 2;
        }
        SimulatedCosts costs = SimulatedCosts.of(getNs, functionUs * 1e3, runtimeCosts(), messageCosts())
                .with(poolNs, (long) (moveUs * 1e3));
        StringBuilder windows = new StringBuilder("load,cores,policy,at_ms,useful_share,get_p99_us,serving_share\n");
        for (LoadShape load : loads) {
            for (int count : cores) {
                List<Outcome> outcomes = compare(load, count, costs);
                System.out.printf(
                        Locale.ROOT,
                        "%s, %d cores, %d tenants, %d ms (simulated): %.0f %% of the cores' time asked for%n%s%n",
                        load.name().toLowerCase(Locale.ROOT),
                        count,
                        tenants,
                        ms,
                        100 * outcomes.getFirst().offeredShare(),
                        table(outcomes));
                outcomes.forEach(outcome -> rows(windows, load, count, outcome));
                if (svg != null) {
                    Files.writeString(svg, chart(load, count, outcomes));
                }
            }
        }
        if (csv != null) {
            Files.writeString(csv, windows);
        }
        return 0;
    }

    private RuntimeCosts runtimeCosts() {
        if (costsFile == null) {
            return ASSUMED;
        }
        RuntimeCosts costs = CostsFile.read(costsFile).get(runtime);
        if (costs == null) {
            throw new IllegalArgumentException(costsFile + " does not tell what " + runtime + " costs");
        }
        return costs;
    }

    private MessageCosts messageCosts() {
        return costsFile == null ? MessageCosts.DEFAULT : CostsFile.readMessages(costsFile);
    }

    /** The adaptive policy first, then the oracle, the best static split and the pool. */
    private List<Outcome> compare(LoadShape load, int count, SimulatedCosts costs) {
        List<Outcome> outcomes = new ArrayList<>();
        outcomes.add(run(load, Policy.of(Policy.Kind.ADAPTIVE), count, costs));
        outcomes.add(run(load, Policy.of(Policy.Kind.ORACLE), count, costs));
        List<Outcome> splits = new ArrayList<>();
        int step = Math.max(1, count / 8);
        for (int forFunctions = step; forFunctions < count; forFunctions += step) {
            splits.add(run(load, new Policy(Policy.Kind.STATIC, forFunctions), count, costs));
        }
        splits.stream().max(Comparator.comparingDouble(Outcome::usefulShare)).ifPresent(outcomes::add);
        outcomes.add(run(load, Policy.of(Policy.Kind.SHARED), count, costs));
        return outcomes;
    }

    private Outcome run(LoadShape load, Policy policy, int count, SimulatedCosts costs) {
        return new Simulation(load, policy, costs, SimulatedClient.ELSEWHERE, count, tenants, seed, ms * 1_000_000L)
                .run();
    }

    private static String table(List<Outcome> outcomes) {
        TextTable table = new TextTable(
                "policy",
                "useful",
                "x adaptive",
                "gets/s",
                "functions/s",
                "shed/s",
                "get p99 us",
                "function p99 us",
                "moves");
        double adaptive = outcomes.getFirst().usefulShare();
        for (Outcome of : outcomes) {
            table.row(
                    of.policy().label(),
                    String.format(Locale.ROOT, "%.1f %%", 100 * of.usefulShare()),
                    String.format(Locale.ROOT, "%.2f", of.usefulShare() / adaptive),
                    String.format(Locale.ROOT, "%.0f", of.getsPerSecond()),
                    String.format(Locale.ROOT, "%.0f", of.functionsPerSecond()),
                    String.format(Locale.ROOT, "%.0f", of.shedPerSecond()),
                    String.format(Locale.ROOT, "%.0f", of.getP99Us()),
                    String.format(Locale.ROOT, "%.0f", of.functionP99Us()),
                    String.valueOf(of.moves()));
        }
        return table.text();
    }

    private static void rows(StringBuilder text, LoadShape load, int count, Outcome outcome) {
        for (Timeline.Window window : outcome.timeline().windows()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s,%d,%s,%.0f,%.4f,%.1f,%.3f%n",
                    load.name().toLowerCase(Locale.ROOT),
                    count,
                    outcome.policy().label(),
                    window.atMs(),
                    window.usefulShare(),
                    window.getP99Us(),
                    window.servingShare()));
        }
    }

    private static String chart(LoadShape load, int count, List<Outcome> outcomes) {
        LineChart chart = new LineChart(
                load.name().toLowerCase(Locale.ROOT) + " on " + count + " simulated cores",
                "ms",
                "useful share of all cores");
        for (Outcome outcome : outcomes) {
            List<Timeline.Window> windows = outcome.timeline().windows();
            chart.line(
                    outcome.policy().label(),
                    windows.stream().mapToDouble(Timeline.Window::atMs).toArray(),
                    windows.stream().mapToDouble(Timeline.Window::usefulShare).toArray());
        }
        List<Timeline.Window> adaptive = outcomes.getFirst().timeline().windows();
        chart.line(
                "adaptive: serving cores",
                adaptive.stream().mapToDouble(Timeline.Window::atMs).toArray(),
                adaptive.stream().mapToDouble(Timeline.Window::servingShare).toArray());
        return chart.svg();
    }
}
