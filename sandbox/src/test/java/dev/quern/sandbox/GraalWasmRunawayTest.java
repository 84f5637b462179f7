package dev.quern.sandbox;

/** {@link WasmRunawayConformanceTest} on GraalWasm. */
class GraalWasmRunawayTest extends WasmRunawayConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
