package dev.quern.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RedisBenchmarkTest {
    private static final String HEADINGS =
            "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\",\"p99_latency_ms\","
                    + "\"max_latency_ms\"\n";

    @Test
    void shouldReadItsFigures() {
        RedisBenchmark.Result result = RedisBenchmark.parse(
                HEADINGS + "\"GET\",\"1315789.50\",\"0.335\",\"0.104\",\"0.287\",\"0.751\",\"0.983\",\"1.831\"\n");
        assertEquals(1315789.5, result.ratePerSecond());
        assertEquals(287, result.p50Us(), 1e-6);
        assertEquals(983, result.p99Us(), 1e-6);
    }

    @Test
    void shouldRefuseARunThatMetAnError() {
        BenchFailedException refused = assertThrows(
                BenchFailedException.class,
                () -> RedisBenchmark.parse(HEADINGS + "Error from server: ERR Function not found\n"));
        assertTrue(refused.toString().contains("Function not found"));
    }
}
