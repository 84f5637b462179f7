package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    private static BenchRunner.Outcome outcome(String bench, int code, Target... targets) {
        return new BenchRunner.Outcome(bench, code, List.of(targets), 1.5);
    }

    /** A run as if it had been full, which would wait for an idle machine. */
    private int conclude(String kind, BenchRunner.Outcome... outcomes) throws IOException {
        Path directory = Files.createDirectories(results.resolve("2026-01-02-030405-" + kind));
        return Suite.conclude(
                new Suite.Summary(kind, "2026-01-02", "a machine", "0 0 0", List.of(outcomes)), directory, out());
    }

    private String latestTable() throws IOException {
        return ReportCommand.table(
                ReportCommand.read(ReportCommand.latest(results).orElseThrow()));
    }

    @Test
    void shouldKeepWhatEachBenchPrintedAlsoWhenOneFails() throws IOException {
        int code = Suite.run(List.of(new Made("broken", 0), new Made("slow", 2)), true, results, out());
        assertEquals(BenchRunner.FAILED, code);
        try (Stream<Path> runs = Files.list(results)) {
            Path run = runs.findFirst().orElseThrow();
            assertTrue(Files.readString(run.resolve("broken.txt")).contains("bench broken failed"));
            assertTrue(Files.readString(run.resolve("slow.txt")).contains("target slow-rate: measured 2.00x"));
            assertEquals(2, ReportCommand.read(run).outcomes().size());
        }
        assertEquals(Optional.empty(), ReportCommand.latest(results), "a quick run is none for the docs");
    }

    @Test
    void shouldTellTheTargetsOfAFullRun() throws IOException {
        Target fast = new Target("fast-rate", 7, 5, "x", true);
        Target slow = new Target("slow-rate", 2, 5, "x", true);
        assertEquals(
                BenchRunner.SHORT,
                conclude(
                        Suite.ALL, outcome("fast", BenchRunner.HOLDS, fast), outcome("slow", BenchRunner.SHORT, slow)));
        String table = latestTable();
        assertTrue(table.contains("| `fast` | fast-rate | 7.00x | ≥ 5.00x | holds |"), table);
        assertTrue(table.contains("| `slow` | slow-rate | 2.00x | ≥ 5.00x | short |"), table);
        assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("slow-rate"));
    }

    @Test
    void shouldTakeShortTargetsOfAQuickRunForFine() throws IOException {
        Target slow = new Target("slow-rate", 2, 5, "x", true);
        assertEquals(BenchRunner.HOLDS, conclude(Suite.QUICK, outcome("slow", BenchRunner.SHORT, slow)));
        assertEquals(BenchRunner.FAILED, conclude(Suite.ALL, outcome("broken", BenchRunner.FAILED)));
        assertTrue(latestTable().contains("| `broken` | | | | failed |"), latestTable());
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
