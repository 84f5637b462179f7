package dev.quern.sandbox;

import dev.quern.sandbox.guest.WindowedMemory;
import org.jspecify.annotations.Nullable;

/** {@link MemoryOpcodeTest} on GraalWasm. */
class GraalWasmMemoryOpcodeTest extends MemoryOpcodeTest {
    @Override
    String runtime() {
        return "graalwasm";
    }

    @Override
    long windowEndMax() {
        return WindowedMemory.WINDOW_START + WindowedMemory.WINDOW_BYTES_MAX;
    }

    @Override
    @Nullable
    String refusal(MemoryOpcode opcode) {
        return opcode.isAtomic() ? opcode + "; atomic instructions are not offered" : null;
    }
}
