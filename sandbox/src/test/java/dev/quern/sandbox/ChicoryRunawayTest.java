package dev.quern.sandbox;

/** {@link WasmRunawayConformanceTest} on Chicory. */
class ChicoryRunawayTest extends WasmRunawayConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
