package dev.quern.bench.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AfterShiftsTest {
    private static final long MS = 1_000_000;

    /** Eighty requests due in each step, which take so long, but two of each that take more. */
    private static AfterShifts steady(int us, int slowUs) {
        AfterShifts after = new AfterShifts(100 * MS);
        for (int step = 0; step < after.windows() + AfterShifts.WINDOW_STEPS - 1; step++) {
            step(after, step, us, slowUs);
        }
        return after;
    }

    private static void step(AfterShifts after, int step, int us, int slowUs) {
        for (int request = 0; request < 80; request++) {
            after.add(step * AfterShifts.STEP_US + 20 * request, request < 2 ? slowUs : us);
        }
    }

    @Test
    void shouldTakeAPercentileOfAllShiftsTogether() {
        AfterShifts after = steady(50, 900);
        assertEquals(43, after.windows());
        assertEquals(900, after.p99Us(0));
        assertEquals(900, after.steadyUs());
        assertEquals(0, after.unsteadyMs());
        for (int shift = 0; shift < 20; shift++) {
            step(after, 7, 50, 50);
        }
        assertEquals(50, after.p99Us(5));
        assertEquals(50, after.p99Us(7));
        assertEquals(900, after.p99Us(8));
    }

    @Test
    void shouldSayFromWhenOnWindowsAreSteady() {
        AfterShifts after = steady(50, 900);
        step(after, 0, 9_000, 9_000);
        step(after, 3, 9_000, 9_000);
        assertEquals(8, after.unsteadyMs());
        assertEquals(0, after.laterUnsteadyShare());
    }

    @Test
    void shouldNotBlameAShiftForWhatComesLongAfterIt() {
        AfterShifts after = steady(50, 900);
        step(after, 1, 9_000, 9_000);
        step(after, 12, 9_000, 9_000);
        assertEquals(4, after.unsteadyMs());
        step(after, 40, 9_000, 9_000);
        assertEquals(0.25, after.laterUnsteadyShare(), 1e-9);
    }

    @Test
    void shouldCallFastAnswersSteadyWhateverTheyAreLater() {
        AfterShifts after = steady(10, 20);
        step(after, 0, 299, 299);
        assertEquals(0, after.unsteadyMs());
        step(after, 0, 301, 301);
        assertEquals(2, after.unsteadyMs());
    }

    @Test
    void shouldRefusePhasesThatAreTooShort() {
        assertThrows(IllegalArgumentException.class, () -> new AfterShifts(20 * MS));
    }

    @Test
    void shouldKeepWhatWasDueSinceTheMoment() {
        AnswerTimes times = new AnswerTimes(2);
        times.begin(1_000_000);
        times.add(999_999, 999_999, 5_000);
        times.add(1_007_000, 1_010_000, 9_000_000);
        times.add(1_008_000, 1_007_000, Long.MAX_VALUE);
        times.add(1_009_000, 1_009_000, 1_000);
        assertEquals(2, times.count());
        assertEquals(7, times.dueUs(0));
        assertEquals(9_000, times.tookUs(0));
        assertEquals(3, times.lateUs(0));
        assertEquals(0, times.lateUs(1));
        assertEquals(Integer.MAX_VALUE, times.tookUs(1));
        times.begin(2_000_000);
        assertEquals(0, times.count());
    }
}
