package dev.quern.bench.simulate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchContext;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.roles.MessageCosts;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class SimulationTest {
    private static final int TARGETS = 2;
    private static final long NS = 300_000_000;

    private static final SimulatedCosts COSTS =
            SimulatedCosts.of(400, 20_000, new RuntimeCosts(300, 150, 110, 40, 20_000), MessageCosts.DEFAULT);

    private static Outcome run(LoadShape load, Policy policy, int cores) {
        return new Simulation(load, policy, COSTS, SimulatedClient.ELSEWHERE, cores, 200, 7, NS).run();
    }

    @Test
    void shouldRepeatItselfWithOneSeed() {
        Outcome one = run(LoadShape.STEP, Policy.of(Policy.Kind.ADAPTIVE), 2);
        Outcome two = run(LoadShape.STEP, Policy.of(Policy.Kind.ADAPTIVE), 2);
        assertEquals(one.getsPerSecond(), two.getsPerSecond());
        assertEquals(one.functionP99Us(), two.functionP99Us());
        assertEquals(one.moves(), two.moves());
    }

    @Test
    void shouldFollowASwingNearlyAsWellAsWhoWasToldAndBetterThanAnyFixedSplit() {
        double adaptive =
                run(LoadShape.SWING, Policy.of(Policy.Kind.ADAPTIVE), 2).usefulShare();
        double oracle = run(LoadShape.SWING, Policy.of(Policy.Kind.ORACLE), 2).usefulShare();
        double fixed =
                run(LoadShape.SWING, new Policy(Policy.Kind.STATIC, 1), 2).usefulShare();
        assertTrue(adaptive >= 0.9 * oracle, adaptive + " of " + oracle);
        assertTrue(adaptive >= 1.3 * fixed, adaptive + " beside " + fixed);
    }

    @Test
    void shouldCarryWhatIsAskedForBelowTheLoadOfAllCores() {
        for (int cores : new int[] {2, 8}) {
            Outcome mixed = run(LoadShape.MIXED, Policy.of(Policy.Kind.ADAPTIVE), cores);
            assertTrue(mixed.usefulShare() >= 0.9 * mixed.offeredShare(), cores + " cores: " + mixed);
        }
    }

    @Test
    void shouldShedEarlyAtTwiceTheLoad() {
        // Of each tenant that has none waiting one call is taken in, so what a call waits grows with their number.
        Outcome twice = new Simulation(
                        LoadShape.OVERLOAD,
                        Policy.of(Policy.Kind.ADAPTIVE),
                        COSTS,
                        SimulatedClient.ELSEWHERE,
                        4,
                        20,
                        7,
                        NS)
                .run();
        assertTrue(twice.shedPerSecond() > 0);
        assertTrue(twice.usefulShare() > 0.9, twice.toString());
        assertTrue(twice.functionP99Us() < 10_000, twice.toString());
        assertTrue(twice.getP99Us() < 10_000, twice.toString());
    }

    @Test
    void shouldGiveAClientOfTheSameProcessorsItsTime() {
        double[] useful = new double[2];
        for (int i = 0; i < 2; i++) {
            SimulatedClient client = SimulatedClient.every(100_000, NS, i == 0 ? 0.05 : 0.6, 1_024, 8_192);
            useful[i] = new Simulation(
                            new Load.Steady(0.9, 1.5), new Policy(Policy.Kind.STATIC, 1), COSTS, client, 2, 1, 7, NS)
                    .run()
                    .usefulShare();
        }
        assertTrue(useful[1] < useful[0] - 0.1, useful[1] + " beside " + useful[0]);
    }

    private static Outcome beyond(SimulatedClient client, SimulatedStalls stalls) {
        return new Simulation(
                        new Load.Steady(0.26, 1.04),
                        Policy.of(Policy.Kind.ADAPTIVE),
                        COSTS,
                        client,
                        stalls,
                        2,
                        1,
                        7,
                        NS)
                .run();
    }

    @Test
    void shouldAnswerGetsBesideMoreFunctionsThanCanRun() {
        SimulatedClient client = SimulatedClient.every(100_000, NS, 0, 1_024, 8_192);
        Outcome beyond = beyond(client, SimulatedStalls.NONE);
        double asked = 0.26 * 2 * 1e9 / COSTS.getNs();
        assertTrue(beyond.getsPerSecond() > 0.9 * asked, beyond.getsPerSecond() + " of " + asked);
        assertTrue(beyond.usefulShare() > 0.9, beyond.toString());
    }

    @Test
    void shouldSendNoMoreThanTheClientsWindowsHold() {
        Outcome windowed = beyond(SimulatedClient.every(100_000, NS, 0, 1_024, 4), SimulatedStalls.NONE);
        assertTrue(windowed.functionsPerSecond() < 4 * 1e9 / 100_000, windowed.toString());
        assertEquals(0, windowed.shedPerSecond());
    }

    @Test
    void shouldDoHalfOfTheWorkOnCoresThatStandStillForHalfOfTheirTime() {
        SimulatedClient client = SimulatedClient.every(100_000, NS, 0, 1_024, 8_192);
        SimulatedStalls half = new SimulatedStalls(new long[] {100_000, 300_000}, 200_000);
        assertEquals(0.5, half.share(), 1e-9);
        double without = beyond(client, SimulatedStalls.NONE).usefulShare();
        double with = beyond(client, half).usefulShare();
        assertEquals(0.5, with / without, 0.1);
    }

    @Test
    void shouldTellTheTimeOfARoundFromThatInWhichACallStoodStill() {
        WorkTimes times = new WorkTimes();
        times.took(1_000, 2_000);
        times.reset();
        for (int i = 1; i <= 100; i++) {
            times.took(1_000, i % 10 == 0 ? 52_000 : 2_000);
        }
        assertEquals(2, times.roundNs(), 0.01);
        assertEquals(100_000, times.rounds());
        assertEquals(10, times.stalls().lengthsNs().length);
        assertTrue(Math.abs(times.stalls().lengthsNs()[0] - 50_000) < 100);
        assertEquals(20_000, times.stalls().distanceNs(), 100);
        times.reset();
        assertEquals(0, times.stalls().share());
    }

    @Test
    void shouldStandBesideARunningServer() throws Exception {
        BenchContext context = new BenchContext(true, new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        new BesideLive().run(context);
        assertEquals(TARGETS, context.targets().size());
    }

    @Test
    void shouldPrintATableAndWriteWindowsAndAPicture(@TempDir Path directory) throws Exception {
        Path csv = directory.resolve("windows.csv");
        Path svg = directory.resolve("chart.svg");
        StringWriter errors = new StringWriter();
        int exit = new CommandLine(new SimulateCommand())
                .setErr(new PrintWriter(errors))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(
                        "--cores",
                        "2",
                        "--ms",
                        "60",
                        "--load",
                        "step",
                        "--csv",
                        csv.toString(),
                        "--svg",
                        svg.toString());
        assertEquals(0, exit, errors.toString());
        assertTrue(Files.readAllLines(csv).size() > 4 * 5);
        assertTrue(Files.readString(svg).startsWith("<svg"));
        assertEquals(2, new CommandLine(new SimulateCommand()).execute("--cores", "1"));
    }
}
