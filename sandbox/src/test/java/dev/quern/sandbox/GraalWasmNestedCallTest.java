package dev.quern.sandbox;

/** {@link NestedCallTest} on GraalWasm. */
class GraalWasmNestedCallTest extends NestedCallTest {
    @Override
    String runtime() {
        return "graalwasm";
    }
}
