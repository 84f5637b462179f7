package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ThreadTimesTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private static ThreadTimes.Times times(String name, long ranMs, long waitedMs) {
        return new ThreadTimes.Times(name, ranMs * 1_000_000, waitedMs * 1_000_000);
    }

    @Test
    void shouldTellTheCoresWaitFromWhatOthersRan() {
        ThreadTimes before = new ThreadTimes(
                0, "1", Map.of("1", times("load", 5, 5), "2", times("core", 10, 20), "3", times("C1", 40, 0)));
        ThreadTimes after = new ThreadTimes(
                SECOND_NS,
                "1",
                Map.of(
                        "1", times("load", 900, 105),
                        "2", times("core", 800, 220),
                        "3", times("C1", 90, 0),
                        "4", times("C2", 200, 0)));
        ThreadTimes.Shares shares = after.since(before, "core");
        assertEquals(0.2, shares.waited(), 1e-9);
        assertEquals(0.25, shares.others(), 1e-9);
        assertEquals("C2", shares.busiest());
        assertEquals(0.25, after.ran(before, Set.of("C1", "C2")::contains), 1e-9);
    }

    @Test
    void shouldFindThisThreadAmongTheProcesss() {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/thread-self/schedstat")), "Linux with schedstat only");
        ThreadTimes now = ThreadTimes.now();
        ThreadTimes.Times mine = now.byThread().get(now.caller());
        assertTrue(mine != null && mine.ranNs() > 0, now.toString());
    }
}
