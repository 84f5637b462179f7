package dev.quern.bench.peers;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.bench.BenchRunner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class PeersTest {
    /** A short target is no failure here: figures of a smoke run mean nothing. */
    @Test
    void shouldRunWithRightResults() {
        assumeTrue(Tools.isOnPath("redis-server"), "redis-server is missing: run scripts/setup-redis");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code = BenchRunner.run(new Peers(), true, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String report = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(code == BenchRunner.HOLDS || code == BenchRunner.SHORT, report);
        assertTrue(report.contains("target native-function-four-hops: "), report);
        assertTrue(
                report.contains(
                        Tools.isOnPath("tarantool")
                                ? "target resp-set-over-tarantool-p16: "
                                : "tarantool is missing and left out"),
                report);
    }
}
