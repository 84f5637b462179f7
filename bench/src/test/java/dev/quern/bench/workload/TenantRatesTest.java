package dev.quern.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TenantRatesTest {
    @Test
    void shouldBeAsUnequalAsPublished() {
        TenantRates rates = TenantRates.azure(10_000);
        // The applications that are invoked more than once a minute: 19 % of them, with 99.6 % of all invocations.
        assertTrue(rates.shareOfBusiest(1_900) > 0.99 && rates.shareOfBusiest(1_900) < 0.9999);
        double busiest = rates.shareOfBusiest(1);
        double last = rates.shareOfBusiest(10_000) - rates.shareOfBusiest(9_999);
        assertTrue(Math.log10(busiest / last) > 8, "orders of magnitude: " + Math.log10(busiest / last));
        // From once an hour to once a minute is a factor of 60.
        double hourly = rates.shareOfBusiest(5_500) - rates.shareOfBusiest(5_499);
        double eachMinute = rates.shareOfBusiest(1_900) - rates.shareOfBusiest(1_899);
        assertEquals(60, eachMinute / hourly, 1);
    }

    @Test
    void shouldDrawByRates() {
        TenantRates rates = TenantRates.azure(100);
        int[] drawn = new int[100];
        for (int i = 0; i < 100_000; i++) {
            drawn[rates.next()]++;
        }
        assertEquals(rates.shareOfBusiest(1), drawn[0] / 100_000.0, 0.01);
        assertEquals(0, TenantRates.azure(1).next());
        assertEquals(0.2, TenantRates.parse("uniform", 5).shareOfBusiest(1), 1e-9);
        assertEquals(2.0 / 3, TenantRates.parse("zipf:1", 2).shareOfBusiest(1), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> TenantRates.parse("pareto", 5));
        assertThrows(IllegalArgumentException.class, () -> TenantRates.parse("azure", 0));
    }
}
