package dev.quern.sandbox;

import static dev.quern.sandbox.ModuleWriter.F32;
import static dev.quern.sandbox.ModuleWriter.F64;
import static dev.quern.sandbox.ModuleWriter.I32;
import static dev.quern.sandbox.ModuleWriter.I64;
import static dev.quern.sandbox.ModuleWriter.V128;

import java.util.ArrayList;
import java.util.List;

/**
 * An instruction that touches memory. {@link #ALL} is the one list of them; a test holds it against the runtimes' own tables.
 *
 * @param name as the text format has it; {@code memory.copy} is there twice, for either of its addresses
 * @param code the opcode, below it in the upper bits its prefix
 * @param kind what it does there, and with what operands
 * @param width how many bytes it touches
 * @param type of what is loaded or stored
 */
record MemoryOpcode(String name, int code, Kind kind, int width, int type) {
    /** What an instruction does in memory. */
    enum Kind {
        LOAD,
        LOAD_SIGNED,
        LOAD_SPLAT,
        LOAD_WIDENED_SIGNED,
        LOAD_WIDENED,
        LOAD_LANE,
        STORE,
        STORE_LANE,
        FILL,
        COPY_TO,
        COPY_FROM,
        INIT,
        ATOMIC_LOAD,
        ATOMIC_STORE,
        ATOMIC_MODIFY,
        ATOMIC_COMPARE,
        ATOMIC_NOTIFY,
        ATOMIC_WAIT,
        ATOMIC_FENCE
    }

    /** What the instructions on many bytes are tried with. */
    static final int BULK_BYTES = 8;

    static final List<MemoryOpcode> ALL = all();

    boolean isAtomic() {
        return kind.compareTo(Kind.ATOMIC_LOAD) >= 0;
    }

    boolean isVector() {
        return type == V128;
    }

    boolean writes() {
        return switch (kind) {
            case STORE, STORE_LANE, FILL, COPY_TO, INIT -> true;
            default -> false;
        };
    }

    /** Whether it has an offset to add to its address. */
    boolean hasOffset() {
        return switch (kind) {
            case FILL, COPY_TO, COPY_FROM, INIT, ATOMIC_FENCE -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return name;
    }

    private static List<MemoryOpcode> all() {
        List<MemoryOpcode> all = new ArrayList<>();
        all.addAll(List.of(
                new MemoryOpcode("i32.load", 0x28, Kind.LOAD, 4, I32),
                new MemoryOpcode("i64.load", 0x29, Kind.LOAD, 8, I64),
                new MemoryOpcode("f32.load", 0x2a, Kind.LOAD, 4, F32),
                new MemoryOpcode("f64.load", 0x2b, Kind.LOAD, 8, F64),
                new MemoryOpcode("i32.load8_s", 0x2c, Kind.LOAD_SIGNED, 1, I32),
                new MemoryOpcode("i32.load8_u", 0x2d, Kind.LOAD, 1, I32),
                new MemoryOpcode("i32.load16_s", 0x2e, Kind.LOAD_SIGNED, 2, I32),
                new MemoryOpcode("i32.load16_u", 0x2f, Kind.LOAD, 2, I32),
                new MemoryOpcode("i64.load8_s", 0x30, Kind.LOAD_SIGNED, 1, I64),
                new MemoryOpcode("i64.load8_u", 0x31, Kind.LOAD, 1, I64),
                new MemoryOpcode("i64.load16_s", 0x32, Kind.LOAD_SIGNED, 2, I64),
                new MemoryOpcode("i64.load16_u", 0x33, Kind.LOAD, 2, I64),
                new MemoryOpcode("i64.load32_s", 0x34, Kind.LOAD_SIGNED, 4, I64),
                new MemoryOpcode("i64.load32_u", 0x35, Kind.LOAD, 4, I64),
                new MemoryOpcode("i32.store", 0x36, Kind.STORE, 4, I32),
                new MemoryOpcode("i64.store", 0x37, Kind.STORE, 8, I64),
                new MemoryOpcode("f32.store", 0x38, Kind.STORE, 4, F32),
                new MemoryOpcode("f64.store", 0x39, Kind.STORE, 8, F64),
                new MemoryOpcode("i32.store8", 0x3a, Kind.STORE, 1, I32),
                new MemoryOpcode("i32.store16", 0x3b, Kind.STORE, 2, I32),
                new MemoryOpcode("i64.store8", 0x3c, Kind.STORE, 1, I64),
                new MemoryOpcode("i64.store16", 0x3d, Kind.STORE, 2, I64),
                new MemoryOpcode("i64.store32", 0x3e, Kind.STORE, 4, I64)));
        all.addAll(List.of(
                new MemoryOpcode("memory.init", 0xfc08, Kind.INIT, BULK_BYTES, I32),
                new MemoryOpcode("memory.copy", 0xfc0a, Kind.COPY_TO, BULK_BYTES, I32),
                new MemoryOpcode("memory.copy", 0xfc0a, Kind.COPY_FROM, BULK_BYTES, I32),
                new MemoryOpcode("memory.fill", 0xfc0b, Kind.FILL, BULK_BYTES, I32)));
        all.addAll(List.of(
                new MemoryOpcode("v128.load", 0xfd00, Kind.LOAD, 16, V128),
                new MemoryOpcode("v128.load8x8_s", 0xfd01, Kind.LOAD_WIDENED_SIGNED, 8, V128),
                new MemoryOpcode("v128.load8x8_u", 0xfd02, Kind.LOAD_WIDENED, 8, V128),
                new MemoryOpcode("v128.load16x4_s", 0xfd03, Kind.LOAD_WIDENED_SIGNED, 8, V128),
                new MemoryOpcode("v128.load16x4_u", 0xfd04, Kind.LOAD_WIDENED, 8, V128),
                new MemoryOpcode("v128.load32x2_s", 0xfd05, Kind.LOAD_WIDENED_SIGNED, 8, V128),
                new MemoryOpcode("v128.load32x2_u", 0xfd06, Kind.LOAD_WIDENED, 8, V128),
                new MemoryOpcode("v128.load8_splat", 0xfd07, Kind.LOAD_SPLAT, 1, V128),
                new MemoryOpcode("v128.load16_splat", 0xfd08, Kind.LOAD_SPLAT, 2, V128),
                new MemoryOpcode("v128.load32_splat", 0xfd09, Kind.LOAD_SPLAT, 4, V128),
                new MemoryOpcode("v128.load64_splat", 0xfd0a, Kind.LOAD_SPLAT, 8, V128),
                new MemoryOpcode("v128.store", 0xfd0b, Kind.STORE, 16, V128),
                new MemoryOpcode("v128.load8_lane", 0xfd54, Kind.LOAD_LANE, 1, V128),
                new MemoryOpcode("v128.load16_lane", 0xfd55, Kind.LOAD_LANE, 2, V128),
                new MemoryOpcode("v128.load32_lane", 0xfd56, Kind.LOAD_LANE, 4, V128),
                new MemoryOpcode("v128.load64_lane", 0xfd57, Kind.LOAD_LANE, 8, V128),
                new MemoryOpcode("v128.store8_lane", 0xfd58, Kind.STORE_LANE, 1, V128),
                new MemoryOpcode("v128.store16_lane", 0xfd59, Kind.STORE_LANE, 2, V128),
                new MemoryOpcode("v128.store32_lane", 0xfd5a, Kind.STORE_LANE, 4, V128),
                new MemoryOpcode("v128.store64_lane", 0xfd5b, Kind.STORE_LANE, 8, V128),
                new MemoryOpcode("v128.load32_zero", 0xfd5c, Kind.LOAD, 4, V128),
                new MemoryOpcode("v128.load64_zero", 0xfd5d, Kind.LOAD, 8, V128)));
        all.addAll(List.of(
                new MemoryOpcode("memory.atomic.notify", 0xfe00, Kind.ATOMIC_NOTIFY, 4, I32),
                new MemoryOpcode("memory.atomic.wait32", 0xfe01, Kind.ATOMIC_WAIT, 4, I32),
                new MemoryOpcode("memory.atomic.wait64", 0xfe02, Kind.ATOMIC_WAIT, 8, I64),
                new MemoryOpcode("atomic.fence", 0xfe03, Kind.ATOMIC_FENCE, 0, I32)));
        addAtomics(all, 0xfe10, "load", "_u", Kind.ATOMIC_LOAD);
        addAtomics(all, 0xfe17, "store", "", Kind.ATOMIC_STORE);
        int code = 0xfe1e;
        for (String operation : List.of("add", "sub", "and", "or", "xor", "xchg", "cmpxchg")) {
            Kind kind = operation.equals("cmpxchg") ? Kind.ATOMIC_COMPARE : Kind.ATOMIC_MODIFY;
            addAtomics(all, code, "rmw%s." + operation, "_u", kind);
            code += 7;
        }
        return List.copyOf(all);
    }

    /** The seven forms that each atomic operation has, in the order of their codes. */
    private static void addAtomics(List<MemoryOpcode> all, int firstCode, String operation, String narrow, Kind kind) {
        int[] widths = {4, 8, 1, 2, 1, 2, 4};
        int[] types = {I32, I64, I32, I32, I64, I64, I64};
        for (int i = 0; i < widths.length; i++) {
            boolean isNarrow = i >= 2;
            String bits = isNarrow ? Integer.toString(8 * widths[i]) : "";
            String full = operation.contains("%s") ? operation.formatted(bits) : operation + bits;
            String name = (types[i] == I32 ? "i32.atomic." : "i64.atomic.") + full + (isNarrow ? narrow : "");
            all.add(new MemoryOpcode(name, firstCode + i, kind, widths[i], types[i]));
        }
    }
}
