package dev.quern.sandbox;

/** {@link RunawayConformanceTest} on GraalWasm. */
class GraalWasmRunawayTest extends RunawayConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
