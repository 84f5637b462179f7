package dev.quern.server.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ports know of how long requests have waited. */
@Timeout(60)
class WatermarksTest {
    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    private static final long NOW_NS = -7 * MS;

    private final Watermarks marks = new Watermarks();

    @Test
    void shouldSayNothingOfWhatWasNotSeen() {
        assertEquals(NOW_NS, marks.arrivedNs(0, NOW_NS), "no mark yet");
        marks.note(3, NOW_NS);
        assertEquals(NOW_NS, marks.arrivedNs(2, NOW_NS + MS), "the last before the mark");
        assertEquals(NOW_NS + MS, marks.arrivedNs(3, NOW_NS + MS), "the first behind it");
    }

    @Test
    void shouldGoByTheFirstMarkThatAPositionLiesBefore() {
        marks.note(10, NOW_NS);
        marks.note(10, NOW_NS + MS);
        marks.note(20, NOW_NS + 2 * MS);
        assertEquals(NOW_NS, marks.arrivedNs(9, NOW_NS + 3 * MS));
        assertEquals(NOW_NS + 2 * MS, marks.arrivedNs(10, NOW_NS + 3 * MS));
        assertEquals(NOW_NS + 3 * MS, marks.arrivedNs(20, NOW_NS + 3 * MS));
    }

    /** A queue that grows, stands and shrinks: never longer than the truth, and not much shorter. */
    @Test
    void shouldNeverSayMoreThanTheTruthAndNotMuchLess() {
        SplittableRandom random = new SplittableRandom(5);
        ArrayDeque<Long> queue = new ArrayDeque<>();
        long nowNs = NOW_NS;
        long head = 0;
        long measured = 0;
        for (int turn = 0; turn < 20_000; turn++) {
            boolean isGrowing = turn % 4_000 < 1_500;
            for (int i = random.nextInt(isGrowing ? 5 : 2); i > 0; i--) {
                queue.add(nowNs);
            }
            marks.note(head + queue.size(), nowNs);
            for (int i = random.nextInt(3); i > 0 && !queue.isEmpty(); i--) {
                long truthNs = nowNs - queue.remove();
                long saidNs = nowNs - marks.arrivedNs(head++, nowNs);
                assertTrue(saidNs <= truthNs, "said " + saidNs + " of " + truthNs);
                assertTrue(truthNs - saidNs <= 200 * US + truthNs / 4, "said " + saidNs + " of " + truthNs);
                measured = Math.max(measured, saidNs);
            }
            nowNs += 50 * US;
        }
        assertTrue(measured > 20 * MS, "it was to wait for long: " + measured);
    }

    @Test
    void shouldHaveStampsWhileBurstsComeFullWithCallsAmongThem() {
        StampSwitch stamps = new StampSwitch();
        long runs = 0;
        for (int burst = 0; burst < 100; burst++) {
            assertFalse(stamps.received(true, runs, NOW_NS), "full bursts of gets");
        }
        for (int burst = 0; burst < 3; burst++) {
            assertFalse(stamps.received(true, ++runs, NOW_NS));
        }
        assertTrue(stamps.received(true, ++runs, NOW_NS));
        assertTrue(stamps.received(false, ++runs, NOW_NS + 999 * MS), "not off at once");
        assertFalse(stamps.received(false, ++runs, NOW_NS + 1_000 * MS));
    }
}
