package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WordTripsTest {
    @Test
    void shouldTellTheMiddleAndLeaveOutTheSlowestFew() {
        List<Double> batches = new ArrayList<>(List.of(90_000.0));
        for (int i = 100; i > 60; i--) {
            batches.add((double) i);
        }

        WordTrips trips = WordTrips.of(batches);

        assertEquals(81, trips.medianNs());
        assertEquals(61, trips.leastNs());
        assertEquals(99, trips.mostNs());
        assertTrue(trips.line().contains("81 ns (61 to 99)"), trips.line());
    }

    @Test
    void shouldSendAWordBetweenThisMachinesProcessors() throws InterruptedException {
        WordTrips trips = WordTrips.measure(Duration.ofMillis(20));

        boolean areTwo = Runtime.getRuntime().availableProcessors() > 1;
        assertEquals(areTwo, trips.medianNs() > 0, trips.line());
        assertTrue(trips.leastNs() <= trips.medianNs() && trips.medianNs() <= trips.mostNs(), trips.line());
    }
}
