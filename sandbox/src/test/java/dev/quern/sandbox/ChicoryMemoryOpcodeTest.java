package dev.quern.sandbox;

import dev.quern.sandbox.guest.WindowedMemory;
import org.jspecify.annotations.Nullable;

/** {@link MemoryOpcodeTest} on Chicory. */
class ChicoryMemoryOpcodeTest extends MemoryOpcodeTest {
    @Override
    String runtime() {
        return "chicory";
    }

    @Override
    long windowEndMax() {
        return (1L << 31) - WindowedMemory.PAGE_BYTES;
    }

    @Override
    @Nullable
    String refusal(MemoryOpcode opcode) {
        if (opcode.isAtomic()) {
            return opcode + "; atomic instructions are not offered";
        }
        return opcode.isVector() ? "chicory has no vector instructions" : null;
    }
}
