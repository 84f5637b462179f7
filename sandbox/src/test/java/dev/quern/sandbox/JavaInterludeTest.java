package dev.quern.sandbox;

/** {@link InterludeConformanceTest} on trusted Java. */
class JavaInterludeTest extends InterludeConformanceTest {
    @Override
    String runtime() {
        return "java";
    }
}
