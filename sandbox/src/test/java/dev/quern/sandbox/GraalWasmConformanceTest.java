package dev.quern.sandbox;

/** {@link RuntimeConformanceTest} on GraalWasm. */
class GraalWasmConformanceTest extends RuntimeConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
