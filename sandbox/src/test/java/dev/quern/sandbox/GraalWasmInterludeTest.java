package dev.quern.sandbox;

/** {@link InterludeConformanceTest} on GraalWasm. */
class GraalWasmInterludeTest extends InterludeConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
