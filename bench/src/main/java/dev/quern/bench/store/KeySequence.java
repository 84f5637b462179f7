package dev.quern.bench.store;

import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.ZipfDistribution;
import org.apache.commons.math3.random.Well19937c;

/** Which records are asked for, in which order: drawn beforehand, and the same for every subject. */
enum KeySequence {
    /** Every record is as likely as any other. */
    UNIFORM {
        @Override
        int[] draw(int records, int length) {
            SplittableRandom random = new SplittableRandom(SEED);
            int[] numbers = new int[length];
            for (int i = 0; i < length; i++) {
                numbers[i] = random.nextInt(records);
            }
            return numbers;
        }
    },

    /** Zipf with exponent 0.99, as in YCSB; popular records lie scattered. */
    ZIPF {
        @Override
        int[] draw(int records, int length) {
            ZipfDistribution ranks = new ZipfDistribution(new Well19937c(SEED), records, EXPONENT);
            int[] numbers = new int[length];
            for (int i = 0; i < length; i++) {
                numbers[i] = (int) (ranks.sample() * SCATTER % records);
            }
            return numbers;
        }
    };

    /** A prime above any number of records here, so that ranks map to numbers one to one. */
    private static final long SCATTER = 2_147_483_647L;

    private static final int SEED = 20_261_121;
    private static final double EXPONENT = 0.99;

    /**
     * Draws a sequence.
     *
     * @param records how many there are
     * @param length of the sequence
     * @return numbers of records, from 0
     */
    abstract int[] draw(int records, int length);
}
