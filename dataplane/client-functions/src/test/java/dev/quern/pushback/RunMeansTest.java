package dev.quern.pushback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.RunFigures;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process tells of its own calls: means, which begin anew when there was none for a while. */
@Timeout(20)
class RunMeansTest {
    private final RunMeans means = new RunMeans();

    private RunFigures told() {
        return Objects.requireNonNull(means.of("f"));
    }

    private void ran(int times, long tookUs, int roundTrips, int records, long nowNs) {
        for (int i = 0; i < times; i++) {
            means.ran("f", 1_000 * tookUs, roundTrips, records, nowNs);
        }
    }

    @Test
    void shouldTellMeans() {
        assertNull(means.of("f"));
        ran(1, 100, 2, 4, 1);
        ran(1, 300, 4, 8, 2);
        assertEquals(new RunFigures(100, 3, 6), means.of("f"), "of few, the least time");
        assertNull(means.of("g"));
    }

    @Test
    void shouldTakeACallThatStoodStillForLittle() {
        ran(50, 100, 1, 1, 1);
        ran(1, 10_000, 1, 1, 2);
        assertEquals(118, told().tookUs());
        ran(100, 500, 1, 1, 3);
        assertTrue(told().tookUs() > 490, "when all take longer now");
    }

    @Test
    void shouldBeginAnewAfterAWhileWithoutCalls() {
        ran(50, 1_000, 32, 32, 1);
        ran(1, 100, 1, 1, 1 + PushbackLimits.MEANS_OLD_NS);
        assertEquals(31, told().roundTrips(), "one of many");
        ran(1, 100, 1, 1, 2 + 2 * PushbackLimits.MEANS_OLD_NS);
        assertEquals(new RunFigures(100, 1, 1), means.of("f"), "which counts alone");
    }
}
