package dev.quern.sandbox.check;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds instructions that matter when a module is deployed. */
public final class Instructions {
    /** The vector instructions of simd128. */
    public static final int VECTOR_PREFIX = 0xfd;

    /** The atomic instructions of threads. */
    static final int ATOMIC_PREFIX = 0xfe;

    /** What changes an instance elsewhere than in its memory and its globals. */
    private static final Set<OpCode> CHANGES_MORE = EnumSet.of(
            OpCode.TABLE_SET,
            OpCode.TABLE_GROW,
            OpCode.TABLE_FILL,
            OpCode.TABLE_INIT,
            OpCode.TABLE_COPY,
            OpCode.ELEM_DROP,
            OpCode.DATA_DROP);

    private Instructions() {}

    /** Whether any instruction writes a table or drops a segment. */
    static boolean changesMore(WasmModule module) {
        for (int i = 0; i < module.codeSection().functionBodyCount(); i++) {
            for (Instruction instruction :
                    module.codeSection().getFunctionBody(i).instructions()) {
                if (CHANGES_MORE.contains(instruction.opcode())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@code function 3 has i32.atomic.store}, for the first instruction with this prefix; null when there is none. */
    public static @Nullable String find(WasmModule module, int prefix) {
        for (int i = 0; i < module.codeSection().functionBodyCount(); i++) {
            for (Instruction instruction :
                    module.codeSection().getFunctionBody(i).instructions()) {
                if (instruction.opcode().opcode() >>> 8 == prefix) {
                    int imported = module.importSection().count(ExternalType.FUNCTION);
                    return "function " + (imported + i) + " has " + name(instruction.opcode());
                }
            }
        }
        return null;
    }

    /** As the text format has it. */
    private static String name(OpCode opcode) {
        return opcode.name()
                .toLowerCase(Locale.ROOT)
                .replaceFirst("^mem_", "memory_")
                .replaceFirst("_", ".")
                .replaceFirst("atomic_", "atomic.")
                .replaceFirst("(rmw[0-9]*)_", "$1.");
    }
}
