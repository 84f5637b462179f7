package dev.quern.sandbox;

/** {@link IsolatesConformanceTest} on Chicory. */
class ChicoryIsolatesTest extends IsolatesConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
