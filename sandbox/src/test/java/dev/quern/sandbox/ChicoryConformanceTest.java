package dev.quern.sandbox;

/** {@link RuntimeConformanceTest} on Chicory. */
class ChicoryConformanceTest extends RuntimeConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
