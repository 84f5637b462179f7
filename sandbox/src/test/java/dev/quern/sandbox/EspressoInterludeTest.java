package dev.quern.sandbox;

import org.junit.jupiter.api.Timeout;

/** {@link InterludeConformanceTest} on Espresso. */
@Timeout(300)
class EspressoInterludeTest extends InterludeConformanceTest {
    @Override
    String runtime() {
        return "espresso";
    }
}
