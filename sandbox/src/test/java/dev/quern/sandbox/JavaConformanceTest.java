package dev.quern.sandbox;

/** {@link RuntimeConformanceTest} on trusted Java. */
class JavaConformanceTest extends RuntimeConformanceTest {
    @Override
    String runtime() {
        return "java";
    }
}
