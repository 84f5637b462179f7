package dev.quern.bench.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchRunner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class StoreBenchTest {
    /** A short target is no failure here: figures of a smoke run mean nothing. Each value that is read is checked. */
    @Test
    void shouldRunWithRightResults() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code = BenchRunner.run(StoreBench.inAll(), true, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String report = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(code == BenchRunner.HOLDS || code == BenchRunner.SHORT, report);
        assertTrue(report.contains("target store.get-to-chronicle-uniform: "), report);
        assertTrue(report.contains("target store.mixed50-to-chronicle-zipf: "), report);
        assertTrue(report.contains("target store.worst-growth: "), report);
        assertTrue(report.contains("target store.mixed-collections: "), report);
    }
}
