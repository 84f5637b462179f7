package dev.quern.sandbox.chicory;

import dev.quern.sandbox.spec.SpecRuntime;
import dev.quern.sandbox.spec.SpecTest;

/** {@link SpecTest} on Chicory. */
class ChicorySpecTest extends SpecTest {
    @Override
    protected String runtime() {
        return "chicory";
    }

    @Override
    protected SpecRuntime open() throws SpecRuntime.SpecTrap {
        return new ChicorySpecRuntime();
    }
}
