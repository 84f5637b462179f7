package dev.quern.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

@Timeout(120)
class MicroTest {
    /** In this JVM, once each: a microbenchmark throws when its result is wrong. */
    @Test
    void shouldRunEachOnceWithTheRightResult() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("^dev\\.quern\\.bench\\.micro\\.")
                        .mode(Mode.SingleShotTime)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .forks(0)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        assertEquals(
                Set.copyOf(Pairs.names()),
                results.stream()
                        .map(result -> result.getPrimaryResult().getLabel())
                        .collect(Collectors.toSet()),
                "each stands in a pair");
        assertEquals(Pairs.names().size(), results.size());
    }

    @Test
    void shouldTellHowManyTimesOursTheOtherTakesAndHowSureThatIs() {
        Map<String, Pairs.Time> times =
                Pairs.names().stream().collect(Collectors.toMap(name -> name, name -> new Pairs.Time(20, 1)));
        times.put("checksum", new Pairs.Time(10, 0.3));
        times.put("checksumPlain", new Pairs.Time(25, 1));
        List<String> lines = Pairs.table(times).lines().map(String::strip).toList();
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.matches("checksum +10\\.0 +checksumPlain +25\\.0 +2\\.50x +±0\\.13")),
                lines.toString());
        assertTrue(
                lines.stream().anyMatch(line -> line.matches("hopMpsc .*hopBlocking .*1\\.00x +±0\\.07")),
                lines.toString());
        times.put("storeGet", new Pairs.Time(10, Double.NaN));
        assertTrue(
                Pairs.table(times).lines().anyMatch(line -> line.matches(" *storeGet .*storeGetHashMap .*2\\.00x +-")));
        times.remove("storeGet");
        assertThrows(IllegalStateException.class, () -> Pairs.table(times));
    }
}
