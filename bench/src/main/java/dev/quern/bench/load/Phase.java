package dev.quern.bench.load;

import java.time.Duration;

/**
 * A part of a run with one shape of load. Immutable.
 *
 * @param fromRate requests a second that are due at its beginning; 0 for a closed loop
 * @param toRate at its end; in between along a straight line
 * @param inFlight in a closed loop, how many requests are kept under way
 * @param counts whether it is reported; a warm-up is not
 */
public record Phase(String name, Duration time, double fromRate, double toRate, int inFlight, boolean counts) {
    public Phase {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("a phase takes some time: " + name);
        }
        if (fromRate < 0 || toRate < 0 || inFlight < 0 || (fromRate + toRate > 0) == (inFlight > 0)) {
            throw new IllegalArgumentException("a phase has either a rate or a number in flight: " + name);
        }
    }

    /** Requests due at fixed times, or at random ones of this rate. */
    public static Phase open(String name, Duration time, double rate) {
        return new Phase(name, time, rate, rate, 0, true);
    }

    /** A straight line between two rates. */
    public static Phase ramp(String name, Duration time, double fromRate, double toRate) {
        return new Phase(name, time, fromRate, toRate, 0, true);
    }

    /** So many requests are kept under way. */
    public static Phase closed(String name, Duration time, int inFlight) {
        return new Phase(name, time, 0, 0, inFlight, true);
    }

    /** The same load, not reported. */
    public Phase warmUp(Duration duration) {
        double rate = fromRate > 0 ? fromRate : toRate;
        return new Phase("warm-up", duration, rate, rate, inFlight, false);
    }

    boolean isOpen() {
        return inFlight == 0;
    }

    /** Requests a second at a time within the phase. */
    double rateAt(double ns) {
        return fromRate + (toRate - fromRate) * Math.min(1, ns / time.toNanos());
    }

    double meanRate() {
        return (fromRate + toRate) / 2;
    }
}
