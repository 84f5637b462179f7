package dev.quern.bench.workload;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.apache.commons.math3.distribution.ZipfDistribution;
import org.apache.commons.math3.random.Well19937c;

/**
 * Ranks of popularity, drawn beforehand and read in turn, so that drawing costs a generator no more than a read of the next word. There are
 * {@value #DRAWN} of them; then they come again. One thread.
 */
final class Ranks {
    /** Enough that a cycle is far longer than what caches remember of it. */
    static final int DRAWN = 1 << 22;

    /** YCSB's scrambled Zipf distribution draws from so many items, whatever the number of records, and has their sum as a constant. */
    private static final long YCSB_ITEMS = 10_000_000_000L;

    private static final double YCSB_THETA = 0.99;
    private static final double YCSB_ZETA = 26.46902820178302;

    private static final int SEED = 20_261_121;

    private final long[] ranks = new long[DRAWN];
    private int next;

    private Ranks(LongSupplier draw) {
        for (int i = 0; i < DRAWN; i++) {
            ranks[i] = draw.getAsLong();
        }
    }

    /** From 0 up to {@code items}, the first most often; exact for every exponent above 0 (rejection-inversion, Hörmann and Derflinger 1996). */
    static Ranks zipf(int items, double exponent) {
        ZipfDistribution distribution = new ZipfDistribution(new Well19937c(SEED), items, exponent);
        return new Ranks(() -> distribution.sample() - 1);
    }

    /**
     * As {@code ScrambledZipfianGenerator} of YCSB draws before it scrambles: by Gray et al., SIGMOD 1994, with exponent 0.99 over ten billion
     * items.
     */
    static Ranks ycsb() {
        SplittableRandom random = new SplittableRandom(SEED);
        double alpha = 1 / (1 - YCSB_THETA);
        double zeta2 = 1 + Math.pow(0.5, YCSB_THETA);
        double eta = (1 - Math.pow(2.0 / YCSB_ITEMS, 1 - YCSB_THETA)) / (1 - zeta2 / YCSB_ZETA);
        return new Ranks(() -> {
            double u = random.nextDouble();
            double uz = u * YCSB_ZETA;
            if (uz < 1) {
                return 0;
            }
            return uz < zeta2 ? 1 : (long) (YCSB_ITEMS * Math.pow(eta * u - eta + 1, alpha));
        });
    }

    long next() {
        return ranks[next++ & DRAWN - 1];
    }
}
