package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** {@link WasmConformanceTest} on Chicory. */
class ChicoryConformanceTest extends WasmConformanceTest {
    @Override
    String runtime() {
        return "chicory";
    }

    @Test
    void shouldRefuseVectorsWhichItDoesNotHave() {
        try (Rig rig = new Rig(runtime())) {
            FunctionRefusedException refused =
                    assertThrows(FunctionRefusedException.class, () -> rig.hostile("vector"));
            assertTrue(String.valueOf(refused.getMessage()).contains("simd128"), refused.getMessage());
        }
    }
}
