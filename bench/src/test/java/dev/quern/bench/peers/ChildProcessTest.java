package dev.quern.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchFailedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChildProcessTest {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    @Test
    void shouldTalkWithAChildAndEndIt() throws InterruptedException {
        ChildProcess child = ChildProcess.start("cat", List.of("cat"));
        try (child) {
            child.writeLine("hello");
            assertEquals("hello", child.awaitLine(line -> line.startsWith("h"), "greeting", WAIT_MAX));
            child.pause();
            child.writeLine("are you there");
            assertThrows(
                    BenchFailedException.class,
                    () -> child.awaitLine(line -> true, "answer of a paused child", Duration.ofMillis(200)));
        }
        assertFalse(child.isAlive());
    }

    @Test
    void shouldSayWhatAChildSaidThatEndedEarly() {
        try (ChildProcess child = ChildProcess.start("sh", List.of("sh", "-c", "echo no such option >&2; exit 7"))) {
            BenchFailedException early = assertThrows(
                    BenchFailedException.class, () -> child.awaitLine(line -> false, "being ready", WAIT_MAX));
            assertTrue(early.toString().contains("ended with code 7"), early.toString());
            assertTrue(early.toString().contains("no such option"), early.toString());
        }
    }

    @Test
    void shouldWalkThroughEveryKey() {
        for (Workload workload : List.of(Workload.QUICK, Workload.FULL)) {
            boolean[] seen = new boolean[workload.keys()];
            for (int i = 0, at = 0; i < seen.length; i++, at = workload.next(at)) {
                assertFalse(seen[at], "twice at " + at);
                seen[at] = true;
            }
        }
        assertEquals("key:000000099907", new String(Workload.key(99_907), StandardCharsets.US_ASCII));
    }
}
