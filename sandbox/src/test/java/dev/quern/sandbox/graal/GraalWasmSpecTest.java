package dev.quern.sandbox.graal;

import dev.quern.sandbox.spec.SpecRuntime;
import dev.quern.sandbox.spec.SpecTest;

/** {@link SpecTest} on GraalWasm. */
class GraalWasmSpecTest extends SpecTest {
    @Override
    protected String runtime() {
        return "graalwasm";
    }

    @Override
    protected SpecRuntime open() throws SpecRuntime.SpecTrap {
        return new GraalSpecRuntime();
    }
}
