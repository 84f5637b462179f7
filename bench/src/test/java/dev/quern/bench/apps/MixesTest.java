package dev.quern.bench.apps;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchRunner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class MixesTest {
    /** A short target is no failure here: figures of a smoke run mean nothing. */
    @Test
    void shouldRunWithRightResults() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code = BenchRunner.run(new Mixes(), true, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String report = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(code == BenchRunner.HOLDS || code == BenchRunner.SHORT, report);
        assertTrue(report.contains("20 tenants by rates of azure"), report);
    }
}
