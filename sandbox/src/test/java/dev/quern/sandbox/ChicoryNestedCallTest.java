package dev.quern.sandbox;

/** {@link NestedCallTest} on Chicory. */
class ChicoryNestedCallTest extends NestedCallTest {
    @Override
    String runtime() {
        return "chicory";
    }
}
