package dev.quern.pushback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

    private RunFigures told(long nowNs) {
        return Objects.requireNonNull(means.of("f", nowNs));
    }

    private void ran(int times, long tookUs, int roundTrips, int records, long nowNs) {
        for (int i = 0; i < times; i++) {
            means.ran("f", 1_000 * tookUs, roundTrips, records, nowNs);
        }
    }

    @Test
    void shouldTellMeans() {
        assertNull(means.of("f", 0));
        ran(1, 100, 2, 4, 1);
        ran(1, 300, 4, 8, 2);
        assertEquals(new RunFigures(100, 3, 6), told(2), "of few, the least time");
        assertNull(means.of("g", 2));
    }

    @Test
    void shouldTakeACallThatStoodStillForLittle() {
        ran(50, 100, 1, 1, 1);
        ran(1, 10_000, 1, 1, 2);
        assertEquals(118, told(2).tookUs());
        ran(100, 500, 1, 1, 3);
        assertTrue(told(3).tookUs() > 490, "when all take longer now");
    }

    @Test
    void shouldBeginAnewAfterAWhileWithoutCalls() {
        ran(50, 1_000, 32, 32, 1);
        ran(1, 100, 1, 1, 1 + PushbackLimits.MEANS_OLD_NS);
        assertEquals(31, told(1 + PushbackLimits.MEANS_OLD_NS).roundTrips(), "one of many");
        ran(1, 100, 1, 1, 2 + 2 * PushbackLimits.MEANS_OLD_NS);
        assertEquals(new RunFigures(100, 1, 1), told(2 + 2 * PushbackLimits.MEANS_OLD_NS), "which counts alone");
    }

    @Test
    void shouldTellAnOldTimeByHalvesSoThatItIsMeasuredAnew() {
        ran(50, 1_000, 32, 32, 1);
        assertEquals(1_000, told(PushbackLimits.MEANS_OLD_NS).tookUs());
        assertEquals(500, told(1 + PushbackLimits.MEANS_OLD_NS).tookUs());
        assertEquals(250, told(1 + 2 * PushbackLimits.MEANS_OLD_NS).tookUs());
        assertEquals(
                new RunFigures(125, 32, 32),
                told(1_000 * PushbackLimits.MEANS_OLD_NS),
                "no less, and as many messages");
    }

    @Test
    void shouldHaveAFewUnderWayUntilOneHasTold() {
        assertTrue(means.tryBegin("f", 2, 1));
        assertTrue(means.tryBegin("f", 2, 1));
        assertFalse(means.tryBegin("f", 2, 1), "two of which nothing is known");
        assertTrue(means.tryBegin("g", 2, 1), "another function");
        means.ended("f");
        assertTrue(means.tryBegin("f", 2, 2), "one was kept by the server");
        ran(1, 100, 1, 1, 3);
        means.ended("f");
        for (int i = 0; i < 100; i++) {
            assertTrue(means.tryBegin("f", 2, 3), "once one has run");
        }
        assertFalse(means.tryBegin("f", 2, 4 + PushbackLimits.MEANS_OLD_NS), "none lately");
    }
}
