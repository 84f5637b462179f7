package dev.quern.bench.simulate;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Who calls functions how often, and how long they take. Rates follow Zipf's law. The functions of different tenants take times that are distributed
 * log-normally with the sigma of 2.36 that the Azure Functions study found (Shahrad et al., ATC '20, figure 7), here around
 * microseconds instead of seconds and cut at both ends; the calls of one tenant vary exponentially around its mean.
 */
final class TenantMix {
    private static final double SIGMA = 2.36;

    /** Nothing takes less or more than so many times the median. */
    private static final double LEAST = 0.1;

    private static final double MOST = 50;

    /** Longer than any run. */
    private static final double WAIT_NS_MAX = 1e15;

    private final double[] cumulated;
    private final double[] meanNs;
    private final SplittableRandom random;

    TenantMix(int tenants, double zipf, double meanOfAllNs, long seed) {
        random = new SplittableRandom(seed);
        cumulated = new double[tenants];
        meanNs = new double[tenants];
        double sum = 0;
        double weighted = 0;
        for (int tenant = 0; tenant < tenants; tenant++) {
            double rate = Math.pow(tenant + 1, -zipf);
            sum += rate;
            cumulated[tenant] = sum;
            meanNs[tenant] = Math.clamp(Math.exp(SIGMA * random.nextGaussian()), LEAST, MOST);
            weighted += rate * meanNs[tenant];
        }
        for (int tenant = 0; tenant < tenants; tenant++) {
            cumulated[tenant] /= sum;
            meanNs[tenant] *= meanOfAllNs * sum / weighted;
        }
    }

    int tenants() {
        return meanNs.length;
    }

    /** The caller of the next invocation. */
    int draw() {
        int at = Arrays.binarySearch(cumulated, random.nextDouble());
        return Math.min(meanNs.length - 1, at < 0 ? -at - 1 : at);
    }

    double meanNs(int tenant) {
        return meanNs[tenant];
    }

    /** How long one invocation of a tenant takes. */
    long timeNs(int tenant) {
        return Math.max(200, waitNs(1 / meanNs[tenant]));
    }

    /** The time to the next of events that come at random at such a rate, in events a nanosecond; days at the most. */
    long waitNs(double rate) {
        return (long) Math.min(WAIT_NS_MAX, -Math.log(1 - random.nextDouble()) / rate) + 1;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
