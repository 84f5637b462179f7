package dev.quern.bench.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeySequenceTest {
    private static final int RECORDS = 1000;
    private static final int LENGTH = 1 << 16;

    @Test
    void shouldDrawTheSameForEverySubject() {
        for (KeySequence sequence : KeySequence.values()) {
            assertArrayEquals(sequence.draw(RECORDS, LENGTH), sequence.draw(RECORDS, LENGTH));
        }
    }

    @Test
    void shouldSpreadUniformKeysEvenly() {
        assertTrue(share(KeySequence.UNIFORM) < 0.003);
    }

    /** At exponent 0.99 the first of 1,000 ranks has about 13 percent. */
    @Test
    void shouldPreferFewKeysUnderZipf() {
        double first = share(KeySequence.ZIPF);
        assertTrue(first > 0.11 && first < 0.15, "share of the most popular: " + first);
    }

    private static double share(KeySequence sequence) {
        int[] counts = new int[RECORDS];
        for (int number : sequence.draw(RECORDS, LENGTH)) {
            counts[number]++;
        }
        return (double) Arrays.stream(counts).max().orElseThrow() / LENGTH;
    }
}
