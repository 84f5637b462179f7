package dev.quern.sandbox;

/** {@link HostileConformanceTest} on Chicory. */
class ChicoryHostileTest extends HostileConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
