package dev.quern.sandbox;

/** {@link FreshConformanceTest} on GraalWasm. */
class GraalWasmFreshTest extends FreshConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
