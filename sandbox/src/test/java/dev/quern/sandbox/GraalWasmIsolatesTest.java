package dev.quern.sandbox;

/** {@link IsolatesConformanceTest} on GraalWasm. */
class GraalWasmIsolatesTest extends IsolatesConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
