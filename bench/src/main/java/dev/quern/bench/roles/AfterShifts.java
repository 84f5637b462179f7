package dev.quern.bench.roles;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.HdrHistogram.Histogram;

/**
 * How long requests took that were due so long after a shift, over all shifts to one kind of load. In ten milliseconds of one shift some hundreds of
 * calls are due, and their p99 is whatever a stall of the machine makes it; of some hundred shifts together it says something. The same windows in the
 * phases' second halves tell what is steady: of as many requests, on the same machine. Adding allocates nothing, as a collector that runs would keep
 * requests waiting. Thread: one.
 */
final class AfterShifts {
    /** What windows are moved by. */
    static final int STEP_US = 2_000;

    static final int WINDOW_STEPS = 5;

    /** A window's p99 above so many times the median of the later ones' is not steady yet. */
    static final double UNSTEADY = 2;

    /** Below this it is steady whatever it is later. */
    private static final double STEADY_US = 300;

    /** What comes after as many steady windows in a row is not the shift's. */
    private static final int SETTLED_WINDOWS = 5;

    private static final long US_MAX = 60_000_000;
    private static final int DIGITS = 3;

    /** By steps, in microseconds. */
    private final Histogram[] took;

    /** With phases of that length; the last twentieth of them, whose slowest answers come after them, is left out. */
    AfterShifts(long phaseNs) {
        int steps = (int) (phaseNs / 1_000 / STEP_US * 19 / 20);
        if (steps < 3 * WINDOW_STEPS) {
            throw new IllegalArgumentException("a phase has three windows at the least: phaseNs=" + phaseNs);
        }
        took = new Histogram[steps];
        Arrays.setAll(took, step -> new Histogram(US_MAX, DIGITS));
    }

    /** One phase's answers: of each, by its number, what is asked of the times. */
    void add(AnswerTimes times, IntUnaryOperator us) {
        for (int answer = 0; answer < times.count(); answer++) {
            add(times.dueUs(answer), us.applyAsInt(answer));
        }
    }

    void add(int dueUs, int us) {
        int step = dueUs / STEP_US;
        if (step < took.length) {
            took[step].recordValue(Math.min(us, US_MAX));
        }
    }

    /** How many windows there are: each begins a step after the one before. */
    int windows() {
        return took.length - WINDOW_STEPS + 1;
    }

    /** Of a window, in microseconds; 0 when nothing was due in it. */
    double p99Us(int window) {
        Histogram all = new Histogram(US_MAX, DIGITS);
        for (int step = window; step < window + WINDOW_STEPS; step++) {
            all.add(took[step]);
        }
        return all.getTotalCount() == 0 ? 0 : all.getValueAtPercentile(99);
    }

    /** Of the later windows, the median's, in microseconds. */
    double steadyUs() {
        double[] later = later();
        return later[later.length / 2];
    }

    /** For how long after a shift p99 was above what it is later, in milliseconds: until the first of some windows in a row begins that are steady. */
    double unsteadyMs() {
        double boundUs = boundUs();
        int steady = 0;
        int begin = 0;
        for (int window = 0; window < windows() && steady < SETTLED_WINDOWS; window++) {
            if (p99Us(window) > boundUs) {
                begin = window + 1;
                steady = 0;
            } else {
                steady++;
            }
        }
        return begin * STEP_US / 1e3;
    }

    /** Which part of the later windows would not count as steady, either: what is the machine's, and no shift's. */
    double laterUnsteadyShare() {
        double boundUs = boundUs();
        double[] later = later();
        return (double) Arrays.stream(later).filter(us -> us > boundUs).count() / later.length;
    }

    private double boundUs() {
        return Math.max(STEADY_US, UNSTEADY * steadyUs());
    }

    /** Of the windows in the second half, ascending. */
    private double[] later() {
        int first = took.length / 2;
        double[] later = new double[windows() - first];
        Arrays.setAll(later, window -> p99Us(first + window));
        Arrays.sort(later);
        return later;
    }
}
