package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CalibrationTest {
    private static final String ESPRESSO = "espresso";

    @Test
    void shouldMeasureEveryRuntimeAndLeaveNothingBehind() {
        try (Functions functions =
                Functions.open(new FunctionsConfig(Manifest.AUTO, false, Limits.QUANTUM_US_DEFAULT))) {
            assertEquals(List.of("graalwasm", "chicory", "java", ESPRESSO), functions.runtimes());
            for (String runtime : functions.runtimes()) {
                if (runtime.equals(ESPRESSO)) {
                    continue; // Each of its contexts takes seconds.
                }
                RuntimeCosts declared = functions.costs(runtime);
                RuntimeCosts measured = Calibration.measure(functions, runtime, 3, 1);
                assertTrue(measured.createUs() > 0 && measured.callNs() > 0, measured::toString);
                assertEquals(declared, functions.costs(runtime));
                functions.setCosts(runtime, measured);
                assertEquals(measured, functions.costs(runtime));
            }
            assertEquals(0, functions.tenantCount());
            assertThrows(IllegalArgumentException.class, () -> functions.costs("none"));
        }
    }

    @Test
    void shouldTakeNoCostThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> new RuntimeCosts(-1, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RuntimeCosts(0, Double.NaN, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RuntimeCosts(0, 0, 0, 0, -1));
    }
}
