package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.Stalls.Gap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StallsTest {
    @Test
    void shouldCountTimeOnceInWhichBothStoodStill() {
        Stalls stalls = Stalls.of(2, List.of(new Gap(500, 700), new Gap(100, 200), new Gap(150, 400)), 1_000);

        assertEquals(List.of(300L, 200L), stalls.gapsNs());
        assertEquals(0.5, stalls.share(), 1e-9);
    }

    @Test
    void shouldTellHowLongAMomentWaits() {
        // One gap of 2,000 in 100,000: a moment in its first half, one in a hundred of all, waits for 1,000 at least.
        Stalls stalls = Stalls.of(1, List.of(new Gap(0, 2_000)), 100_000);

        assertEquals(1_000, stalls.waitNs(99), 2);
        assertEquals(1_900, stalls.waitNs(99.9), 2);
        assertEquals(0, stalls.waitNs(50), 1);
    }

    @Test
    void shouldWaitForNothingWhereNothingStoodStill() {
        Stalls stalls = Stalls.of(1, List.of(), 1_000);

        assertEquals(0, stalls.waitNs(99));
        assertTrue(stalls.line().contains("0.0 %"), stalls.line());
    }

    @Test
    void shouldLookAtThisMachine() throws InterruptedException {
        Stalls stalls = Stalls.measure(Duration.ofMillis(200));

        assertTrue(stalls.threads() >= 1, stalls.line());
        assertTrue(stalls.gapsNs().stream().allMatch(gap -> gap > 0), stalls.line());
    }
}
