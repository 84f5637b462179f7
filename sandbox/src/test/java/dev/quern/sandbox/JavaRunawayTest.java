package dev.quern.sandbox;

/** {@link RunawayConformanceTest} on trusted Java. */
class JavaRunawayTest extends RunawayConformanceTest {
    @Override
    String runtime() {
        return "java";
    }
}
