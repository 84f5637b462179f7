package dev.quern.sandbox;

/** {@link RunawayConformanceTest} on Chicory. */
class ChicoryRunawayTest extends RunawayConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
