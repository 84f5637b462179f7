package dev.quern.sandbox;

/** {@link HostileConformanceTest} on GraalWasm. */
class GraalWasmHostileTest extends HostileConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
