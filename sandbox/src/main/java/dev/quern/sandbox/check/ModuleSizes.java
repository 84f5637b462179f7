package dev.quern.sandbox.check;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.OpCode;
import java.nio.ByteBuffer;

/**
 * Bounds on all of which a module may have many: what is linear in the module is work for whoever deploys, but not for compilers, for each
 * instance on each core, or for each call's frame. Compilers' output stays far below.
 */
final class ModuleSizes {
    /** Each costs an instance about 11 us and some hundred bytes, on the core that first calls it. */
    static final int FUNCTIONS_MAX = 10_000;

    /** A compiler may take as long as the square of it; code that is larger is not compiled, and so is not fast either. */
    static final int BODY_BYTES_MAX = 256 << 10;

    /** Parameters and locals: each takes 17 bytes of a frame, in as many frames as the stack has room for. */
    static final int LOCALS_MAX = 4096;

    /** Blocks within blocks. */
    static final int NESTING_MAX = 4096;

    /** Targets of one {@code br_table}, of which compilers make as many branches. */
    static final int BRANCHES_MAX = 8192;

    /** Entries of all tables together: a reference is a word on the Java heap, and a large table one allocation. */
    static final long TABLE_ENTRIES_MAX = 65_536;

    /** What element segments hold together: it fills tables, so that more has no use. */
    static final int ELEMENTS_MAX = 65_536;

    static final int GLOBALS_MAX = 10_000;
    static final int TYPES_MAX = 10_000;
    static final int SEGMENTS_MAX = 10_000;

    /** Each is found by name when an instance is made. */
    static final int IMPORTS_MAX = 1000;

    static final int EXPORTS_MAX = 10_000;

    /** Parameters of a type, and results. */
    static final int VALUES_MAX = 1000;

    private static final int CODE_SECTION = 10;
    private static final int HEADER_BYTES = 8;

    private ModuleSizes() {}

    /** Looks at the lengths of functions' bodies in a module that may be none: before a parser takes them apart. */
    static void checkBodies(byte[] module) throws ModuleRefusedException {
        ByteBuffer bytes = ByteBuffer.wrap(module);
        try {
            bytes.position(HEADER_BYTES);
            while (bytes.hasRemaining()) {
                int id = bytes.get();
                int length = unsigned(bytes);
                int end = bytes.position() + length;
                if (id == CODE_SECTION) {
                    checkBodies(bytes);
                }
                bytes.position(end);
            }
        } catch (RuntimeException brokenOff) {
            // The parser will say so.
        }
    }

    private static void checkBodies(ByteBuffer bytes) throws ModuleRefusedException {
        int count = unsigned(bytes);
        atMost(count, FUNCTIONS_MAX, "functions");
        for (int i = 0; i < count; i++) {
            int length = unsigned(bytes);
            if (length > BODY_BYTES_MAX || length < 0) {
                throw new ModuleRefusedException("the code of one function has " + Integer.toUnsignedString(length)
                        + " bytes; the limit is " + BODY_BYTES_MAX + ", so split it");
            }
            bytes.position(bytes.position() + length);
        }
    }

    private static int unsigned(ByteBuffer from) {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            int part = from.get();
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than five bytes");
    }

    /** @param memoryPages of the memory that the module begins with */
    static void check(WasmModule module, int memoryPages) throws ModuleRefusedException {
        atMost(module.importSection().importCount(), IMPORTS_MAX, "imports");
        atMost(module.exportSection().exportCount(), EXPORTS_MAX, "exports");
        atMost(module.globalSection().globalCount(), GLOBALS_MAX, "globals");
        atMost(module.dataSection().dataSegmentCount(), SEGMENTS_MAX, "data segments");
        atMost(module.elementSection().elementCount(), SEGMENTS_MAX, "element segments");
        checkTypes(module);
        checkTables(module);
        checkData(module, memoryPages);
        for (int i = 0; i < module.codeSection().functionBodyCount(); i++) {
            FunctionType type = module.functionSection().getFunctionType(i, module.typeSection());
            checkFunction(module.codeSection().getFunctionBody(i), type);
        }
    }

    private static void checkTypes(WasmModule module) throws ModuleRefusedException {
        atMost(module.typeSection().typeCount(), TYPES_MAX, "types");
        for (int i = 0; i < module.typeSection().typeCount(); i++) {
            FunctionType type = module.typeSection().getType(i);
            atMost(
                    Math.max(type.params().size(), type.returns().size()),
                    VALUES_MAX,
                    "parameters or results of a type");
        }
    }

    private static void checkTables(WasmModule module) throws ModuleRefusedException {
        long entries = 0;
        for (int i = 0; i < module.tableSection().tableCount(); i++) {
            // The most that it may grow to: growing is an instruction, and nothing else would bound it.
            entries += module.tableSection().getTable(i).limits().max();
        }
        if (entries < 0 || entries > TABLE_ENTRIES_MAX) {
            throw new ModuleRefusedException("tables of up to " + entries + " entries; the limit is "
                    + TABLE_ENTRIES_MAX + " for all tables together, so give each a maximum");
        }
        long elements = 0;
        for (int i = 0; i < module.elementSection().elementCount(); i++) {
            Element element = module.elementSection().getElement(i);
            elements += element.elementCount();
        }
        atMost(elements, ELEMENTS_MAX, "elements");
    }

    private static void checkData(WasmModule module, int memoryPages) throws ModuleRefusedException {
        long dataBytes = 0;
        for (DataSegment segment : module.dataSection().dataSegments()) {
            dataBytes += segment.data().length;
        }
        if (dataBytes > memoryPages * 65_536L) {
            throw new ModuleRefusedException(
                    "data of " + dataBytes + " bytes in a memory of " + memoryPages + " pages");
        }
    }

    private static void checkFunction(FunctionBody body, FunctionType type) throws ModuleRefusedException {
        atMost((long) type.params().size() + body.localTypes().size(), LOCALS_MAX, "locals of one function");
        int depth = 0;
        for (AnnotatedInstruction instruction : body.instructions()) {
            if (instruction.opcode() == OpCode.BR_TABLE) {
                atMost(instruction.labelTable().size(), BRANCHES_MAX, "targets of one br_table");
            }
            depth += switch (instruction.opcode()) {
                case BLOCK, LOOP, IF, TRY_TABLE -> 1;
                case END -> -1;
                default -> 0;
            };
            if (depth > NESTING_MAX) {
                throw new ModuleRefusedException(
                        "blocks are nested more than " + NESTING_MAX + " deep in one function");
            }
        }
    }

    private static void atMost(long count, long limit, String what) throws ModuleRefusedException {
        if (count < 0 || count > limit) {
            throw new ModuleRefusedException(count + " " + what + "; the limit is " + limit);
        }
    }
}
