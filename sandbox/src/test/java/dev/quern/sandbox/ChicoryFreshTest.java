package dev.quern.sandbox;

/** {@link FreshConformanceTest} on Chicory. */
class ChicoryFreshTest extends FreshConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
