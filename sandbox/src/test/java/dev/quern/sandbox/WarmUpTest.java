package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WarmUpTest {
    @Test
    void shouldCallEveryExampleToItsEndAndLeaveNothingBehind() {
        try (Functions functions =
                Functions.open(new FunctionsConfig(Manifest.AUTO, false, Limits.QUANTUM_US_DEFAULT))) {
            AtomicInteger isolates = new AtomicInteger();
            // Looked at before each isolate: after the third it has seen enough.
            int calls = new WarmUp(functions, () -> isolates.incrementAndGet() > 3).warm();
            assertEquals(3 * WarmUp.CALLS * WarmUp.EXAMPLES.size(), calls, "every call came to its end");
            assertEquals(List.of(), functions.running());
            assertEquals(0, functions.tenantCount());
        }
    }

    @Test
    void shouldEndWhenItsFunctionsAreClosed() {
        Functions functions = Functions.open(FunctionsConfig.defaults());
        functions.close();
        assertTrue(functions.running().isEmpty());
        assertEquals(0, functions.tenantCount());
    }
}
