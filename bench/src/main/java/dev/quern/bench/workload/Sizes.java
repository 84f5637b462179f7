package dev.quern.bench.workload;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How long keys or values are: a distribution by its quantiles in {@value #STEPS} steps, of which each record has one for good, so that a
 * value's length can be checked. Immutable.
 */
public final class Sizes {
    static final int STEPS = 1 << 16;

    /** Published shares of ETC's values of 0 to 14 bytes; the others follow the Pareto distribution. */
    private static final double[] ETC_SMALL = {
        0.00536, 0.00047, 0.17820, 0.09239, 0.00018, 0.02740, 0.00065, 0.00606, 0.00023, 0.00837, 0.00837, 0.08989,
        0.00092, 0.00326, 0.01980
    };

    private final int[] quantiles;

    private Sizes(int min, int max, DoubleUnaryOperator quantile) {
        // One word where all are alike: a generator's caches are for what it draws and checks.
        quantiles = new int[min == max ? 1 : STEPS];
        for (int i = 0; i < quantiles.length; i++) {
            double size = quantile.applyAsDouble((i + 0.5) / quantiles.length);
            quantiles[i] = Math.clamp(Math.round(size), min, max);
        }
    }

    /** All of one length. */
    public static Sizes fixed(int bytes) {
        return new Sizes(bytes, bytes, u -> bytes);
    }

    /** Each length from {@code min} to {@code max} as often as any other. */
    public static Sizes uniform(int min, int max) {
        return new Sizes(min, max, u -> min + Math.floor(u * (max - min + 1)));
    }

    /**
     * Exponential with this mean: what is used for a workload of which no more than its mean is published.
     */
    public static Sizes exponential(double mean, int min, int max) {
        return new Sizes(min, max, u -> -mean * Math.log1p(-u));
    }

    /**
     * Keys of Facebook's pool ETC: generalised extreme values, location 30.7984, scale 8.20449, shape 0.078688 (Atikoglu, Xu, Frachtenberg,
     * Jiang and Paleczny, "Workload analysis of a large-scale key-value store", SIGMETRICS 2012, section 5).
     */
    public static Sizes etcKeys() {
        double shape = 0.078688;
        return new Sizes(
                Records.KEY_LENGTH_MIN,
                Records.KEY_LENGTH_MAX,
                u -> 30.7984 + 8.20449 / shape * (Math.pow(-Math.log(u), -shape) - 1));
    }

    /** Values of the same: up to 14 bytes by the published shares, the rest generalised Pareto, scale 214.476, shape 0.348238. */
    public static Sizes etcValues() {
        double shape = 0.348238;
        double small = Arrays.stream(ETC_SMALL).sum();
        return new Sizes(0, Records.VALUE_LENGTH_MAX, u -> {
            double rest = u;
            for (int size = 0; size < ETC_SMALL.length; size++) {
                if (rest < ETC_SMALL[size]) {
                    return size;
                }
                rest -= ETC_SMALL[size];
            }
            double large = Math.min(rest / (1 - small), 1 - 0.5 / STEPS);
            return ETC_SMALL.length + 214.476 / shape * (Math.pow(1 - large, -shape) - 1);
        });
    }

    /** By a record's hash, of which the upper 16 bits are used. */
    int of(long hash) {
        return quantiles[(int) (hash >>> 48) & quantiles.length - 1];
    }

    public int min() {
        return Arrays.stream(quantiles).min().orElseThrow();
    }

    public int max() {
        return Arrays.stream(quantiles).max().orElseThrow();
    }

    public double mean() {
        return Arrays.stream(quantiles).average().orElseThrow();
    }
}
