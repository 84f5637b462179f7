package dev.quern.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkloadsTest {
    private static final int RECORDS = 1_000;
    private static final int DRAWS = 200_000;

    private static int[] counts(KeyChooser chooser) {
        SplittableRandom random = new SplittableRandom(1);
        int[] counts = new int[RECORDS];
        for (int i = 0; i < DRAWS; i++) {
            counts[chooser.next(random, RECORDS)]++;
        }
        return counts;
    }

    private static int most(int[] counts) {
        int most = 0;
        for (int i = 1; i < counts.length; i++) {
            most = counts[i] > counts[most] ? i : most;
        }
        return most;
    }

    @Test
    void shouldDrawByZipf() {
        int[] counts = counts(KeyChoosers.parse("zipf:1.2", RECORDS));
        double sum = 0;
        for (int rank = 1; rank <= RECORDS; rank++) {
            sum += Math.pow(rank, -1.2);
        }
        assertEquals(DRAWS / sum, counts[most(counts)], DRAWS * 0.01);
    }

    @Test
    void shouldDrawAsYcsbDoes() {
        // Of ten billion items the first has a share of 1/26.47; others may fall upon the same record.
        int[] counts = counts(KeyChoosers.ycsbZipf());
        assertEquals(DRAWS / 26.469, counts[most(counts)], DRAWS * 0.005);
        assertEquals((int) (KeyChoosers.fnv(0) % RECORDS), most(counts));
    }

    @Test
    void shouldDrawTheLatestMostOften() {
        assertEquals(RECORDS - 1, most(counts(KeyChoosers.latest(RECORDS))));
    }

    @Test
    void shouldDrawAllAlike() {
        for (int count : counts(KeyChoosers.uniform())) {
            assertEquals(DRAWS / (double) RECORDS, count, DRAWS / (double) RECORDS * 0.6);
        }
    }

    @Test
    void shouldHaveTheSizesThatWerePublished() {
        assertEquals(35.8, Sizes.etcKeys().mean(), 1.0);
        assertEquals(2, Sizes.etcValues().of(1L << 61));
        assertTrue(Sizes.etcValues().max() > 10_000);
        // A share of 0.4416 has up to 14 bytes, 5.2 on average; the others have 15 + 214.476 / (1 - 0.348238).
        assertEquals(
                0.4416 * 5.2 + 0.5584 * (15 + 214.476 / (1 - 0.348238)),
                Sizes.etcValues().mean(),
                4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simple",
                "ycsb-a",
                "ycsb-b",
                "ycsb-c",
                "ycsb-d",
                "ycsb-e",
                "ycsb-f",
                "etc",
                "twitter-12",
                "twitter-4"
            })
    void shouldMakeEachByItsName(String name) {
        Workload workload = Workloads.parse(name, RECORDS, Workloads.Choice.DEFAULT);
        assertEquals(RECORDS, workload.records());
        assertTrue(workload.describe().contains("1,000 records"), workload.describe());
    }

    @Test
    void shouldNameWhatThereIsWhenItKnowsNoSuch() {
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class, () -> Workloads.parse("ycsb-x", RECORDS, Workloads.Choice.DEFAULT));
        assertTrue(wrong.toString().contains("ycsb-a"), wrong.toString());
        assertThrows(IllegalArgumentException.class, () -> new Mix(0.5, 0.6, 0, 0, 0));
    }
}
