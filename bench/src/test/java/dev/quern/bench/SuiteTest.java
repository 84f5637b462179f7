package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SuiteTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @TempDir
    private Path results;

    private record Made(String name, double measured) implements Bench {
        @Override
        public String purpose() {
            return "made up";
        }

        @Override
        public void run(BenchContext context) {
            context.check(measured > 0, "more than nothing");
            context.atLeast(name + "-rate", measured, 5, "x");
        }
    }

    private PrintStream out() {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static BenchRecord record(String bench, boolean isQuick, int code, Target... targets) {
        return new BenchRecord(
                bench,
                isQuick,
                "2026-01-02 03:04",
                "a machine",
                "0 0 0",
                "Quern 1",
                code,
                "",
                1.5,
                List.of(targets),
                List.of("made.svg"));
    }

    private int run(boolean isQuick, Duration timeMax, Bench... benches) throws IOException, InterruptedException {
        Suite suite = new Suite((bench, quick, directory, max) -> Results.run(bench, quick, directory, out()), out());
        return suite.run(List.of(benches), isQuick, results, timeMax);
    }

    /** As if a bench had run in full, which would wait for an idle machine. */
    private Path keep(String run, BenchRecord record) throws IOException {
        Path directory = Files.createDirectories(results.resolve(run));
        Results.write(directory, record);
        Files.writeString(directory.resolve(record.bench() + ".txt"), "printed by " + record.bench());
        Files.writeString(directory.resolve("made.svg"), "<svg/>");
        return directory;
    }

    private String latestTable(String... benches) throws IOException {
        return new ReportPage(Results.fullRuns(results, List.of(benches)), List.of(benches)).markdown();
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldKeepWhatEachBenchPrintedAlsoWhenOneFails() throws Exception {
        assertEquals(BenchRunner.FAILED, run(true, Duration.ofMinutes(1), new Made("broken", 0), new Made("slow", 2)));
        try (Stream<Path> runs = Files.list(results)) {
            Path run = runs.findFirst().orElseThrow();
            assertTrue(Files.readString(run.resolve("broken.txt")).contains("bench broken failed"));
            assertTrue(Files.readString(run.resolve("slow.txt")).contains("target slow-rate: measured 2.00x"));
            assertEquals(1, Results.read(run, "slow").orElseThrow().targets().size());
        }
        assertEquals(Map.of(), Results.fullRuns(results, List.of("slow")), "a quick run is none for the docs");
        assertEquals(BenchRunner.HOLDS, run(true, Duration.ofMinutes(1), new Made("slow", 2)));
    }

    @Test
    void shouldNameBenchesForWhichThereIsNoTime() throws Exception {
        assertEquals(BenchRunner.NOT_RUN, run(false, Duration.ofSeconds(100), new Made("long", 7)));
        assertTrue(printed().contains("bench long is not run: it takes 120 s, and "), printed());
        assertTrue(printed().contains("0 of 0 benches failed; not run for lack of time: long; 0 s in all"), printed());
        assertTrue(
                printed().lines().anyMatch(line -> line.matches(" *long +not run: it takes 120 s.* not run +0")),
                printed());
        assertTrue(printed().lines().anyMatch(line -> line.matches(" *long +0 +0 of 0 +not run")), printed());
        assertFalse(printed().contains("FAILED"), printed());
        assertEquals(Map.of(), Results.fullRuns(results, List.of("long")));
    }

    /** Whose planned time is as long as it says. */
    private record Planned(String name, Duration planned) implements Bench {
        @Override
        public String purpose() {
            return "made up";
        }

        @Override
        public void run(BenchContext context) {
            throw new AssertionError("the suite's runner does not run it");
        }
    }

    @Test
    void shouldRunWhatThereIsTimeForAndSayInTheEndCodeWhatCameOfIt() throws Exception {
        List<Bench> benches =
                List.of(new Planned("long", Duration.ofHours(1)), new Planned("brief", Duration.ofSeconds(1)));
        int[] code = {BenchRunner.SHORT};
        Suite suite = new Suite((bench, quick, directory, max) -> record(bench.name(), quick, code[0]), out());
        assertEquals(BenchRunner.NOT_RUN, suite.run(benches, false, results, Duration.ofMinutes(10)));
        assertTrue(printed().contains("0 of 1 benches failed; not run for lack of time: long; 2 s in all"), printed());
        code[0] = BenchRunner.FAILED;
        assertEquals(BenchRunner.FAILED, suite.run(benches, false, results, Duration.ofMinutes(10)));
        assertTrue(printed().contains("1 of 1 benches failed: brief; not run for lack of time: long"), printed());
    }

    @Test
    void shouldSayBeforeWhatEachTakesAndAtTheEndWhatEachTook() throws Exception {
        List<Bench> benches = List.of(new Made("broken", 0), new Made("fast", 7));
        Suite suite = new Suite(
                (bench, quick, directory, max) -> record(
                        bench.name(), quick, bench.name().equals("broken") ? BenchRunner.FAILED : BenchRunner.HOLDS),
                out());
        assertEquals(BenchRunner.FAILED, suite.run(benches, false, results, Duration.ofMinutes(10)));
        List<String> lines = printed().lines().map(String::strip).toList();
        assertTrue(lines.get(2).matches("fast +120 +2\\.0"), printed());
        assertTrue(lines.get(3).startsWith("4.0 min in all, about; there are 10.0."), printed());
        assertTrue(lines.stream().anyMatch(line -> line.matches("broken +2 +0 of 0 +FAILED")), printed());
        assertTrue(printed().contains("0 of 0 targets hold; 1 of 2 benches failed: broken; 3 s in all"), printed());
    }

    @Test
    void shouldKeepAndTellWhatWasDoneWhenItIsInterrupted() throws Exception {
        Suite suite = new Suite(
                (bench, quick, directory, max) -> {
                    if (bench.name().equals("second")) {
                        throw new InterruptedException("bench second was interrupted");
                    }
                    BenchRecord done = record(
                            bench.name(),
                            quick,
                            BenchRunner.HOLDS,
                            new Target(bench.name() + "-rate", 7, 5, "x", true));
                    Results.write(directory, done);
                    return done;
                },
                out());
        List<Bench> benches = List.of(new Made("first", 7), new Made("second", 7), new Made("third", 7));
        assertEquals(BenchRunner.FAILED, suite.run(benches, false, results, Duration.ofMinutes(10)));
        assertTrue(printed().contains("bench second was interrupted"), printed());
        assertTrue(printed().contains("first-rate"), printed());
        assertTrue(printed().contains("not run: second, third"), printed());
        assertTrue(latestTable("first", "second").contains("| `first` | first-rate | 7.00x |"));
        assertTrue(latestTable("first", "second").contains("Without a full run: second."));
    }

    @Test
    void shouldKeepARatioOverNothing() throws Exception {
        Target infinite = new Target("made-rate", Double.POSITIVE_INFINITY, 5, "x", true);
        Path run = keep("2026-01-02", record("made", true, BenchRunner.HOLDS, infinite));
        assertEquals(List.of(infinite), Results.read(run, "made").orElseThrow().targets());
    }

    @Test
    void shouldBeginNoBenchOnceItIsStopped() throws Exception {
        Path directory = Files.createDirectories(results.resolve("run"));
        OwnProcess process = new OwnProcess();
        process.stop();
        assertThrows(
                InterruptedException.class,
                () -> process.run(new Made("nobody", 7), true, directory, Duration.ofSeconds(50)));
        assertEquals(Optional.empty(), Results.read(directory, "nobody"));
    }

    @Test
    void shouldRecordABenchWhoseProcessLeavesNothing() throws Exception {
        Path directory = Files.createDirectories(results.resolve("run"));
        BenchRecord record = new OwnProcess().run(new Made("nobody", 7), true, directory, Duration.ofSeconds(50));
        assertEquals(BenchRunner.FAILED, record.code());
        assertEquals("its process ended with code 2", record.note());
        assertEquals(record, Results.read(directory, "nobody").orElseThrow());
    }

    @Test
    void shouldTellTheLatestFullRunOfEachBench() throws IOException {
        Target fast = new Target("fast-rate", 7, 5, "x", true);
        Target slow = new Target("slow-rate", 2, 5, "x", true);
        keep("2026-01-02", record("fast", false, BenchRunner.HOLDS, new Target("fast-rate", 6, 5, "x", true)));
        Path latest = keep("2026-01-03", record("fast", false, BenchRunner.HOLDS, fast));
        keep("2026-01-04", record("fast", true, BenchRunner.HOLDS));
        keep("2026-01-05", record("fast", false, BenchRunner.FAILED));
        keep("2026-01-02", record("slow", false, BenchRunner.SHORT, slow));
        keep("2026-01-02", record("broken", false, BenchRunner.FAILED));
        String table = latestTable("fast", "slow", "broken", "none");
        assertTrue(table.startsWith("On a machine.\nQuern 1.\n"), table);
        assertTrue(table.contains("| `scripts/quern bench fast` | 2026-01-02 03:04 | 0 0 0 | 2 s | 1 of 1 |"), table);
        assertTrue(table.contains("[printed](benchmarks/fast.txt)"), table);
        assertTrue(table.contains("| `fast` | fast-rate | 7.00x | ≥ 5.00x | holds | 6.00 |"), table);
        assertTrue(table.contains("1 of 2 targets hold."), table);
        String shorts = table.substring(table.indexOf("### What is short"), table.indexOf("### All targets"));
        assertTrue(shorts.contains("| `slow` | slow-rate | 2.00x | ≥ 5.00x | **short** |  |"), table);
        assertFalse(shorts.contains("fast-rate"), table);
        assertTrue(table.contains("| `broken` |  | | | failed | |"), table);
        assertTrue(table.contains("![made.svg](benchmarks/made.svg)"), table);
        assertTrue(table.contains("Without a full run: none."), table);
        assertEquals(
                latest,
                Objects.requireNonNull(
                                Results.fullRuns(results, List.of("fast")).get("fast"))
                        .latest()
                        .directory());
    }

    @Test
    void shouldTellWhatTheRunsBeforeCameTo() throws IOException {
        for (int run = 1; run <= 7; run++) {
            keep(
                    "2026-01-0" + run,
                    record(
                            "fast",
                            false,
                            BenchRunner.HOLDS,
                            new Target("fast-rate", 10 * run, 5, "x", true),
                            new Target(run < 7 ? "once" : "new", 1, 1, "x", true)));
        }
        String table = latestTable("fast");
        assertTrue(
                table.contains("| `fast` | fast-rate | 70.00x | ≥ 5.00x | holds | 20.00 to 60.00 (5) |"),
                "the five before, and not the first: " + table);
        assertTrue(table.contains("| `fast` | new | 1.00x | ≥ 1.00x | holds |  |"), table);
    }

    @Test
    void shouldCopyWhatABenchPrintedForReaders() throws IOException {
        BenchRecord record = record("fast", false, BenchRunner.HOLDS);
        Path run = keep("2026-01-03", record);
        Path docs = Files.createDirectories(results.resolve("docs"));
        ReportCommand.copy(new Results.Kept(run, record), docs);
        assertEquals("printed by fast\n", Files.readString(docs.resolve("fast.txt")));
        assertEquals("<svg/>", Files.readString(docs.resolve("made.svg")));
        String line = ReportCommand.forReaders("java -cp " + "a:".repeat(1000) + "\n");
        assertTrue(line.length() < 310, line);
    }

    @Test
    void shouldReplaceWhatStandsBetweenTheMarkers() {
        String page = "before\n" + ReportCommand.BEGIN + "\nold\n" + ReportCommand.END + "\nafter\n";
        String replaced = ReportCommand.replaced(page, "new\n").orElseThrow();
        assertEquals("before\n" + ReportCommand.BEGIN + "\n\nnew\n\n" + ReportCommand.END + "\nafter\n", replaced);
        assertEquals(replaced, ReportCommand.replaced(replaced, "new\n").orElseThrow());
        assertEquals(Optional.empty(), ReportCommand.replaced("no markers", "new"));
    }
}
