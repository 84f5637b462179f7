package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How every runtime of WebAssembly ends what is inside of one instruction. A subclass names its runtime. */
abstract class WasmRunawayConformanceTest extends RunawayConformanceTest {
    @ParameterizedTest
    @ValueSource(strings = {"bulk", "bulk.copy"})
    void shouldEndAFunctionInsideOneLongMove(String function) throws FunctionRefusedException {
        Manifest manifest = Manifest.named("bulk").withMemoryPagesMax(Limits.MEMORY_PAGES_MAX);
        rig.deploy(manifest, "hostile/bulk");
        // 240 MiB of new memory in a millisecond: no machine does that.
        assertEquals(
                FunctionStatus.DEADLINE,
                worker.call(function, false, 1_000),
                worker.outcome().error());
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
