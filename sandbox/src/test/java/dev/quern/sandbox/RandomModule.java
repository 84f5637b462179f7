package dev.quern.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A valid module made of a seed: some functions of random types that compute with all numeric instructions, memory, the window, globals,
 * a table, blocks, loops and calls. Its entry run replies its memory and its globals. It always ends, as every loop and function uses
 * up fuel and traps when there is none. What a NaN's bits are does not come out: where bits are looked at, NaNs are made one.
 */
final class RandomModule {
    private static final int NONE = 0x40;
    private static final int[] TYPES = {ModuleWriter.I32, ModuleWriter.I64, ModuleWriter.F32, ModuleWriter.F64};

    private static final int FUEL = 20_000;
    private static final int FUNCTIONS_MAX = 5;
    private static final int TABLE_ENTRIES = 8;
    private static final int LOCALS_EACH = 3;
    private static final int STATEMENTS_MAX = 6;
    private static final int DEPTH_MAX = 4;
    private static final int OPERATORS_PER_FUNCTION_MAX = 400;

    /** What is replied, and what most addresses are in. */
    private static final int MEMORY_BYTES = 4096;

    /** The record that the window is read at: under the key of four zeroes. */
    static final int RECORD_BYTES = 96;

    // Imports, in this order, and then the module's own functions.
    private static final int GET = 0;
    private static final int REPLY = 1;
    private static final int OWN = 2;

    // Globals: fuel, where the record is, and one of each type.
    private static final int FUEL_GLOBAL = 0;
    private static final int WINDOW_GLOBAL = 1;
    private static final int GLOBALS = 2;

    private static final long[] CORNERS = {
        0,
        1,
        -1,
        2,
        31,
        32,
        63,
        64,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xffff_ffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final double[] FLOATS = {
        0.0,
        -0.0,
        1,
        -1,
        0.5,
        -1.5,
        2.5,
        1e10,
        -1e20,
        1e300,
        4e-320,
        2147483647,
        -2147483649.0,
        4294967296.0,
        9.3e18,
        -9.3e18,
        1.9e19,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    private final Random random;
    private final List<int[]> parameters = new ArrayList<>();
    private final List<Integer> results = new ArrayList<>();
    private ModuleWriter code = new ModuleWriter();

    /** The function being made: its number, and where its locals of each type begin. */
    private int function;

    private int localBase;
    private int operators;

    private RandomModule(long seed) {
        random = new Random(seed);
    }

    static byte[] of(long seed) {
        return new RandomModule(seed).make();
    }

    private byte[] make() {
        int functions = 1 + random.nextInt(FUNCTIONS_MAX);
        for (int i = 0; i < functions; i++) {
            int[] types = new int[random.nextInt(4)];
            for (int j = 0; j < types.length; j++) {
                types[j] = anyType();
            }
            parameters.add(types);
            results.add(anyType());
        }
        ModuleWriter types = new ModuleWriter()
                .unsigned(3 + functions)
                .raw(0x60, 0, 1, ModuleWriter.I32)
                .raw(0x60, 3, ModuleWriter.I32, ModuleWriter.I32, ModuleWriter.I32, 1, ModuleWriter.I64)
                .raw(0x60, 2, ModuleWriter.I32, ModuleWriter.I32, 1, ModuleWriter.I32);
        ModuleWriter bodies = new ModuleWriter().unsigned(functions + 1);
        ModuleWriter declared = new ModuleWriter().unsigned(functions + 1).unsigned(0);
        bodies.sized(entry().toByteArray());
        for (int i = 0; i < functions; i++) {
            types.raw(0x60)
                    .unsigned(parameters.get(i).length)
                    .raw(parameters.get(i))
                    .raw(1, results.get(i));
            declared.unsigned(3 + i);
            bodies.sized(body(i).toByteArray());
        }
        return ModuleWriter.module()
                .section(ModuleWriter.TYPES, types)
                .section(ModuleWriter.IMPORTS, imports())
                .section(ModuleWriter.FUNCTIONS, declared)
                .section(4, new ModuleWriter().raw(1, 0x70, 1, TABLE_ENTRIES, TABLE_ENTRIES))
                .section(6, globals())
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0).unsigned(OWN))
                .section(9, elements(functions))
                .section(ModuleWriter.CODE, bodies)
                .toByteArray();
    }

    private static ModuleWriter imports() {
        return new ModuleWriter()
                .unsigned(3)
                .name("env")
                .name("memory")
                .raw(2, 1, 1, 4)
                .name("quern")
                .name("get")
                .raw(0, 1)
                .name("quern")
                .name("reply")
                .raw(0, 2);
    }

    private ModuleWriter globals() {
        ModuleWriter globals = new ModuleWriter().unsigned(GLOBALS + TYPES.length);
        globals.raw(ModuleWriter.I32, 1).i32(FUEL).raw(0x0b);
        globals.raw(ModuleWriter.I32, 1).i32(0).raw(0x0b);
        code = globals;
        for (int type : TYPES) {
            globals.raw(type, 1);
            constant(type);
            globals.raw(0x0b);
        }
        return globals;
    }

    /** The last function, which calls none, here and there, and empty entries between: so nothing recurs. */
    private ModuleWriter elements(int functions) {
        int segments = TABLE_ENTRIES / 2;
        ModuleWriter elements = new ModuleWriter().unsigned(segments);
        for (int i = 0; i < segments; i++) {
            elements.raw(0).i32(random.nextInt(TABLE_ENTRIES)).raw(0x0b, 1).unsigned(OWN + functions);
        }
        return elements;
    }

    /** Finds the record, calls the first function, and replies memory and globals. */
    private ModuleWriter entry() {
        localBase = 0;
        code = new ModuleWriter().unsigned(TYPES.length);
        for (int type : TYPES) {
            code.unsigned(LOCALS_EACH).raw(type);
        }
        code.i32(0).i32(0).i32(4).raw(0x10, GET, 0xa7, 0x24, WINDOW_GLOBAL);
        for (int type : parameters.getFirst()) {
            constant(type);
        }
        code.raw(0x10).unsigned(OWN + 1);
        int result = results.getFirst();
        code.raw(0x24, GLOBALS + index(result));
        for (int type : TYPES) {
            code.i32(MEMORY_BYTES + 8L * index(type)).raw(0x23, GLOBALS + index(type));
            canonical(type);
            code.raw(store(type), 0, 0);
        }
        return code.i32(0)
                .i32(MEMORY_BYTES + 8L * TYPES.length)
                .raw(0x10, REPLY, 0x1a)
                .i32(0)
                .raw(0x0b);
    }

    private ModuleWriter body(int number) {
        function = number;
        localBase = parameters.get(number).length;
        operators = 0;
        code = new ModuleWriter().unsigned(TYPES.length + 1);
        for (int type : TYPES) {
            code.unsigned(LOCALS_EACH).raw(type);
        }
        code.unsigned(DEPTH_MAX + 1L).raw(ModuleWriter.I32); // loops' counters
        useFuel();
        statements(DEPTH_MAX);
        expression(results.get(number), DEPTH_MAX);
        return code.raw(0x0b);
    }

    private void useFuel() {
        code.raw(0x23, FUEL_GLOBAL).i32(1).raw(0x6b, 0x24, FUEL_GLOBAL);
        code.raw(0x23, FUEL_GLOBAL).i32(0).raw(0x48, 0x04, NONE, 0x00, 0x0b);
    }

    private void statements(int depth) {
        for (int left = 1 + random.nextInt(STATEMENTS_MAX); left > 0; left--) {
            statement(depth);
        }
    }

    private void statement(int depth) {
        int type = anyType();
        switch (random.nextInt(depth > 0 ? 13 : 6)) {
            case 0, 1 -> {
                expression(type, depth);
                code.raw(0x21).unsigned(anyLocal(type));
            }
            case 2 -> {
                expression(type, depth);
                code.raw(0x24, GLOBALS + index(type));
            }
            case 3, 4 -> {
                address(depth, false);
                expression(type, depth);
                canonical(type);
                code.raw(anyStore(type), 0).unsigned(random.nextInt(100));
            }
            case 5 -> {
                expression(type, depth);
                code.raw(0x1a);
            }
            case 6 -> {
                code.raw(0x02, NONE);
                statements(depth - 1);
                branchIf(depth);
                statements(depth - 1);
                code.raw(0x0b);
            }
            case 7, 8 -> loop(depth);
            case 9 -> {
                expression(ModuleWriter.I32, depth - 1);
                code.raw(0x04, NONE);
                statements(depth - 1);
                if (random.nextBoolean()) {
                    code.raw(0x05);
                    statements(depth - 1);
                }
                code.raw(0x0b);
            }
            case 10 -> branchTable(depth);
            case 11 -> move(depth);
            default -> {
                masked(depth, TABLE_ENTRIES - 1);
                if (random.nextBoolean()) {
                    code.raw(0xd0, 0x70);
                } else {
                    masked(depth, TABLE_ENTRIES - 1);
                    code.raw(0x25, 0);
                }
                code.raw(0x26, 0);
            }
        }
    }

    /** So many times at most: where the counter is at an end, or a branch leads out of it. */
    private void loop(int depth) {
        int counter = localBase + TYPES.length * LOCALS_EACH + depth;
        code.i32(1 + random.nextInt(20)).raw(0x21).unsigned(counter);
        code.raw(0x02, NONE, 0x03, NONE);
        useFuel();
        statements(depth - 1);
        if (random.nextBoolean()) {
            expression(ModuleWriter.I32, 1);
            code.raw(0x0d, 1);
        }
        code.raw(0x20)
                .unsigned(counter)
                .i32(1)
                .raw(0x6b, 0x22)
                .unsigned(counter)
                .raw(0x0d, 0, 0x0b, 0x0b);
    }

    /** Out of the innermost block. */
    private void branchIf(int depth) {
        expression(ModuleWriter.I32, depth - 1);
        code.raw(0x0d, 0);
    }

    private void branchTable(int depth) {
        int arms = 1 + random.nextInt(4);
        for (int i = 0; i <= arms; i++) {
            code.raw(0x02, NONE);
        }
        expression(ModuleWriter.I32, depth - 1);
        code.raw(0x0e).unsigned(arms);
        for (int i = 0; i <= arms; i++) {
            code.unsigned(random.nextInt(arms + 1));
        }
        for (int i = 0; i <= arms; i++) {
            code.raw(0x0b);
            statement(depth - 1);
        }
    }

    /** A fill or a copy within what is replied, mostly. */
    private void move(int depth) {
        if (random.nextBoolean()) {
            address(depth, false);
            expression(ModuleWriter.I32, 1);
            masked(depth, 255);
            code.raw(0xfc, 11, 0);
        } else {
            address(depth, false);
            address(depth, true);
            masked(depth, 63);
            code.raw(0xfc, 10, 0, 0);
        }
    }

    private static int index(int type) {
        return ModuleWriter.I32 - type;
    }

    private int anyType() {
        return TYPES[random.nextInt(TYPES.length)];
    }

    /** A local of this type, or of the parameters one. */
    private int anyLocal(int type) {
        int[] types = parameters.get(function);
        int parameter = types.length == 0 ? 0 : random.nextInt(types.length);
        return types.length > 0 && types[parameter] == type
                ? parameter
                : localBase + index(type) * LOCALS_EACH + random.nextInt(LOCALS_EACH);
    }

    private void constant(int type) {
        long corner = random.nextInt(3) == 0 ? random.nextLong() : CORNERS[random.nextInt(CORNERS.length)];
        double number = random.nextInt(3) == 0 ? random.nextGaussian() * 1000 : FLOATS[random.nextInt(FLOATS.length)];
        switch (type) {
            case ModuleWriter.I32 -> code.i32(corner);
            case ModuleWriter.I64 -> code.raw(0x42).signed(corner);
            case ModuleWriter.F32 -> bits(0x43, Float.floatToIntBits((float) number), Float.BYTES);
            default -> bits(0x44, Double.doubleToLongBits(number), Double.BYTES);
        }
    }

    private void bits(int opcode, long value, int count) {
        code.raw(opcode);
        for (int i = 0; i < count; i++) {
            code.raw((int) (value >>> 8 * i) & 0xff);
        }
    }

    /** An i32 that has no other bits than these. */
    private void masked(int depth, int mask) {
        expression(ModuleWriter.I32, Math.min(depth, 1));
        code.i32(mask).raw(0x71);
    }

    /** In what is replied; at times in the record, or anywhere. */
    private void address(int depth, boolean isRead) {
        int kind = random.nextInt(100);
        if (kind == 0) {
            expression(ModuleWriter.I32, 1);
        } else if (isRead && kind < 20) {
            code.raw(0x23, WINDOW_GLOBAL);
            masked(depth, RECORD_BYTES / 2 - 1);
            code.raw(0x6a);
        } else {
            masked(depth, MEMORY_BYTES / 2 - 1);
        }
    }

    private void expression(int type, int depth) {
        if (depth <= 0 || ++operators > OPERATORS_PER_FUNCTION_MAX) {
            leaf(type);
            return;
        }
        switch (random.nextInt(12)) {
            case 0, 1 -> leaf(type);
            case 2, 3, 4 -> binary(type, depth - 1);
            case 5, 6 -> unary(type, depth - 1);
            case 7 -> {
                address(depth - 1, true);
                // The offset keeps a read of the record within it.
                code.raw(anyLoad(type), 0).unsigned(random.nextInt(RECORD_BYTES / 2 - 8));
            }
            case 8 -> {
                expression(type, depth - 1);
                expression(type, depth - 1);
                expression(ModuleWriter.I32, depth - 1);
                code.raw(0x1b);
            }
            case 9 -> {
                expression(ModuleWriter.I32, depth - 1);
                code.raw(0x04, type);
                expression(type, depth - 1);
                code.raw(0x05);
                expression(type, depth - 1);
                code.raw(0x0b);
            }
            case 10 -> call(type, depth - 1);
            default -> {
                code.raw(0x02, type);
                expression(type, depth - 1);
                expression(ModuleWriter.I32, depth - 1);
                code.raw(0x0d, 0, 0x0b);
            }
        }
    }

    private void leaf(int type) {
        switch (random.nextInt(4)) {
            case 0 -> constant(type);
            case 1 -> code.raw(0x23, GLOBALS + index(type));
            case 2 -> {
                if (type == ModuleWriter.I32 && random.nextBoolean()) {
                    code.raw(0x3f, 0); // memory.size
                } else {
                    constant(type);
                }
            }
            default -> code.raw(0x20).unsigned(anyLocal(type));
        }
    }

    /** A function behind this one, so that nothing recurs; or as if it were one, whatever is in the table. */
    private void call(int type, int depth) {
        int callee = function + 1 + random.nextInt(FUNCTIONS_MAX);
        if (callee >= results.size()) {
            binary(type, depth);
            return;
        }
        for (int parameter : parameters.get(callee)) {
            expression(parameter, Math.min(depth, 1));
        }
        if (random.nextInt(4) == 0) {
            masked(depth, TABLE_ENTRIES - 1);
            code.raw(0x11).unsigned(3L + callee).raw(0);
        } else {
            code.raw(0x10).unsigned(OWN + 1L + callee);
        }
        if (results.get(callee) != type) {
            code.raw(0x1a);
            leaf(type);
        }
    }

    private void binary(int type, int depth) {
        if (type == ModuleWriter.I32 && random.nextInt(3) == 0) {
            int of = anyType();
            expression(of, depth);
            expression(of, depth);
            code.raw(
                    switch (of) {
                        case ModuleWriter.I32 -> between(0x46, 0x4f);
                        case ModuleWriter.I64 -> between(0x51, 0x5a);
                        case ModuleWriter.F32 -> between(0x5b, 0x60);
                        default -> between(0x61, 0x66);
                    });
            return;
        }
        expression(type, depth);
        expression(type, depth);
        int opcode = switch (type) {
            case ModuleWriter.I32 -> between(0x6a, 0x78);
            case ModuleWriter.I64 -> between(0x7c, 0x8a);
            case ModuleWriter.F32 -> between(0x92, 0x98);
            default -> between(0xa0, 0xa6);
        };
        if (opcode == 0x98 || opcode == 0xa6) {
            canonical(type); // copysign shows a NaN's sign.
        }
        code.raw(opcode);
    }

    private int between(int first, int last) {
        return first + random.nextInt(last - first + 1);
    }

    private void unary(int type, int depth) {
        int[] instruction = pick(
                switch (type) {
                    case ModuleWriter.I32 -> TO_I32;
                    case ModuleWriter.I64 -> TO_I64;
                    case ModuleWriter.F32 -> TO_F32;
                    default -> TO_F64;
                });
        int of = instruction[0];
        expression(of, depth);
        if (instruction[1] == 0xbc || instruction[1] == 0xbd) {
            canonical(of);
        }
        if (instruction[1] == 0x40) {
            code.i32(1).raw(0x71, 0x40, 0); // memory.grow by a page at most
        } else {
            code.instruction(instruction[1]);
        }
    }

    private int[] pick(int[][] from) {
        return from[random.nextInt(from.length)];
    }

    private static final int I = ModuleWriter.I32;
    private static final int L = ModuleWriter.I64;
    private static final int F = ModuleWriter.F32;
    private static final int D = ModuleWriter.F64;

    /** What each takes, and its code. */
    private static final int[][] TO_I32 = {
        {I, 0x67},
        {I, 0x68},
        {I, 0x69},
        {I, 0x45},
        {I, 0xc0},
        {I, 0xc1},
        {L, 0xa7},
        {L, 0x50},
        {F, 0xa8},
        {F, 0xa9},
        {D, 0xaa},
        {D, 0xab},
        {F, 0xfc00},
        {F, 0xfc01},
        {D, 0xfc02},
        {D, 0xfc03},
        {F, 0xbc},
        {I, 0x40}
    };

    private static final int[][] TO_I64 = {
        {L, 0x79},
        {L, 0x7a},
        {L, 0x7b},
        {L, 0xc2},
        {L, 0xc3},
        {L, 0xc4},
        {I, 0xac},
        {I, 0xad},
        {F, 0xae},
        {F, 0xaf},
        {D, 0xb0},
        {D, 0xb1},
        {F, 0xfc04},
        {F, 0xfc05},
        {D, 0xfc06},
        {D, 0xfc07},
        {D, 0xbd}
    };

    private static final int[][] TO_F32 = {
        {F, 0x8b}, {F, 0x8c}, {F, 0x8d}, {F, 0x8e}, {F, 0x8f}, {F, 0x90}, {F, 0x91}, {I, 0xb2}, {I, 0xb3}, {L, 0xb4},
        {L, 0xb5}, {D, 0xb6}, {I, 0xbe}
    };

    private static final int[][] TO_F64 = {
        {D, 0x99}, {D, 0x9a}, {D, 0x9b}, {D, 0x9c}, {D, 0x9d}, {D, 0x9e}, {D, 0x9f}, {I, 0xb7}, {I, 0xb8}, {L, 0xb9},
        {L, 0xba}, {F, 0xbb}, {L, 0xbf}
    };

    /** A NaN on the stack becomes the one NaN; what is none stays. */
    private void canonical(int type) {
        if (type == F) {
            // x is a NaN if it does not equal itself; a local of its own keeps it.
            int scratch = localBase + index(F) * LOCALS_EACH;
            canonical(scratch, 0x5b, () -> bits(0x43, 0x7fc0_0000L, Float.BYTES));
        } else if (type == D) {
            int scratch = localBase + index(D) * LOCALS_EACH;
            canonical(scratch, 0x61, () -> bits(0x44, 0x7ff8_0000_0000_0000L, Double.BYTES));
        }
    }

    private void canonical(int scratch, int equal, Runnable nan) {
        code.raw(0x22).unsigned(scratch);
        nan.run();
        code.raw(0x20).unsigned(scratch).raw(0x20).unsigned(scratch).raw(equal, 0x1b);
    }

    private static int store(int type) {
        return 0x36 + index(type);
    }

    private int anyStore(int type) {
        return switch (type) {
            case ModuleWriter.I32 -> pick(new int[][] {{0x36}, {0x3a}, {0x3b}})[0];
            case ModuleWriter.I64 -> pick(new int[][] {{0x37}, {0x3c}, {0x3d}, {0x3e}})[0];
            default -> store(type);
        };
    }

    private int anyLoad(int type) {
        return switch (type) {
            case ModuleWriter.I32 -> pick(new int[][] {{0x28}, {0x2c}, {0x2d}, {0x2e}, {0x2f}})[0];
            case ModuleWriter.I64 -> pick(new int[][] {{0x29}, {0x30}, {0x31}, {0x32}, {0x33}, {0x34}, {0x35}})[0];
            default -> 0x28 + index(type);
        };
    }
}
