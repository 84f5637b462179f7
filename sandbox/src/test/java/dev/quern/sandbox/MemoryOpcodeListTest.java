package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.WasmEncoding;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.graalvm.wasm.constants.Instructions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That {@link MemoryOpcode#ALL} leaves out no instruction that a runtime knows and that touches memory. */
@Timeout(30)
class MemoryOpcodeListTest {
    /** Instructions of the runtimes that do not touch memory, counted: whoever changes a number has looked at the new ones. */
    private static final int CHICORY_OTHERS = 431;

    private static final int GRAALWASM_OTHERS = 412;

    @Test
    void shouldListEveryMemoryInstructionThatChicoryKnows() {
        SortedSet<String> known = new TreeSet<>();
        List<String> others = new ArrayList<>();
        for (OpCode opcode : OpCode.values()) {
            boolean hasAddress = OpCode.signature(opcode).contains(WasmEncoding.MEMARG);
            if (hasAddress || touchesMemory(opcode.name())) {
                known.add(HexFormat.of().toHexDigits((short) opcode.opcode()));
            } else {
                others.add(opcode.name());
            }
        }
        assertEquals(listed(), known);
        assertEquals(CHICORY_OTHERS, others.size(), others::toString);
    }

    @Test
    void shouldListEveryMemoryInstructionThatGraalWasmKnows() throws IllegalAccessException {
        SortedSet<String> known = new TreeSet<>();
        List<String> others = new ArrayList<>();
        for (Field field : Instructions.class.getDeclaredFields()) {
            if (field.getType() == int.class && field.trySetAccessible()) {
                int code = field.getInt(null);
                if (touchesMemory(field.getName())) {
                    known.add(HexFormat.of().toHexDigits((short) (prefix(field.getName()) << 8 | code)));
                } else {
                    others.add(field.getName());
                }
            }
        }
        assertEquals(listed(), known);
        assertEquals(GRAALWASM_OTHERS, others.size(), others::toString);
    }

    private static SortedSet<String> listed() {
        SortedSet<String> listed = new TreeSet<>();
        for (MemoryOpcode opcode : MemoryOpcode.ALL) {
            listed.add(HexFormat.of().toHexDigits((short) opcode.code()));
        }
        return listed;
    }

    private static boolean touchesMemory(String name) {
        return name.matches(".*(_LOAD|_STORE|ATOMIC_|MEMORY_(INIT|COPY|FILL)).*");
    }

    private static int prefix(String name) {
        if (name.startsWith("ATOMIC_")) {
            return Instructions.ATOMIC;
        }
        if (name.startsWith("VECTOR_")) {
            return Instructions.VECTOR;
        }
        return name.startsWith("MEMORY_") ? Instructions.MISC : 0;
    }
}
