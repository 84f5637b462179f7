package dev.quern.sandbox;

/** {@link InterludeConformanceTest} on Chicory. */
class ChicoryInterludeTest extends InterludeConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
