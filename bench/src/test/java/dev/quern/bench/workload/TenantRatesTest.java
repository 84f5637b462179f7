package dev.quern.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TenantRatesTest {
    @Test
    void shouldBeAsUnequalAsPublished() {
        TenantRates rates = TenantRates.azure(10_000);
        assertEquals(0.996, rates.shareOfBusiest(1_860), 0.001, "of those invoked once a minute at least");
        double busiest = rates.shareOfBusiest(1);
        double last = rates.shareOfBusiest(10_000) - rates.shareOfBusiest(9_999);
        assertEquals(8, Math.log10(busiest / last), 1e-3, "orders of magnitude");
        // From once an hour to once a minute is a factor of 60.
        double hourly = rates.shareOfBusiest(5_500) - rates.shareOfBusiest(5_499);
        double eachMinute = rates.shareOfBusiest(1_860) - rates.shareOfBusiest(1_859);
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
