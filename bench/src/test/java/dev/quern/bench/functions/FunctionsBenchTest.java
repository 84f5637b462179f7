package dev.quern.bench.functions;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchRunner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class FunctionsBenchTest {
    /** A short target is no failure here: figures of a smoke run mean nothing. Each call is checked. */
    @Test
    void shouldRunWithRightResults() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code = BenchRunner.run(new FunctionsBench(), true, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String report = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(code == BenchRunner.HOLDS || code == BenchRunner.SHORT, report);
        for (String target : new String[] {
            "first-call-cold",
            "first-call-pooled",
            "idle-isolate",
            "call-noop-batched",
            "call-noop-alone",
            "get-against-java",
            "kernels-against-java",
            "isolation-udp-one-tenant",
            "isolation-udp-many-tenants",
            "isolation-ring-one-tenant",
            "isolation-ring-many-tenants"
        }) {
            assertTrue(report.contains("target " + target + ": "), report);
        }
    }
}
