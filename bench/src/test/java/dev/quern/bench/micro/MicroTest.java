package dev.quern.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
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
        assertEquals(MICROBENCHMARKS, results.size());
    }

    private static final int MICROBENCHMARKS = 19;
}
