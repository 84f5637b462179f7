package dev.quern.bench.simulate;

import java.util.SplittableRandom;

/**
 * How a machine makes cores that are busy stand still.
 *
 * @param lengthsNs each as likely as the next; not to be changed
 * @param distanceNs how long a core works from one to the next on average; infinite for none
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of numbers that one run draws from, compared with nothing
record SimulatedStalls(long[] lengthsNs, double distanceNs) {
    /** A machine that takes no processor away. */
    static final SimulatedStalls NONE = new SimulatedStalls(new long[] {0}, Double.POSITIVE_INFINITY);

    /** For how long a core works until the next. */
    double nextNs(SplittableRandom random) {
        return distanceNs == Double.POSITIVE_INFINITY ? distanceNs : -Math.log(1 - random.nextDouble()) * distanceNs;
    }

    long lengthNs(SplittableRandom random) {
        return lengthsNs[random.nextInt(lengthsNs.length)];
    }

    /** Of a busy core's time, what it stands still. */
    double share() {
        double sum = 0;
        for (long length : lengthsNs) {
            sum += length;
        }
        double meanNs = sum / lengthsNs.length;
        return distanceNs == Double.POSITIVE_INFINITY ? 0 : meanNs / (meanNs + distanceNs);
    }
}
