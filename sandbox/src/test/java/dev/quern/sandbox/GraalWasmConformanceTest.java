package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** {@link WasmConformanceTest} on GraalWasm. */
class GraalWasmConformanceTest extends WasmConformanceTest {
    @Override
    String runtime() {
        return "graalwasm";
    }

    @Test
    void shouldTrapVectorStoresIntoTheWindow() throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime())) {
            rig.hostile("vector");
            Rig.Worker worker = rig.worker();
            worker.put("key", "some value of some length");
            assertEquals(FunctionStatus.TRAPPED, worker.call("vector"));
            assertEquals("some value of some length", worker.get("key"));
        }
    }
}
