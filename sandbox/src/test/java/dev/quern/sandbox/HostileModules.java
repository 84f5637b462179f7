package dev.quern.sandbox;

import org.jspecify.annotations.Nullable;

/** Modules that no compiler would make. */
final class HostileModules {
    private static final int NONE = 0x40;
    private static final int FUNCTION_REFERENCE = 0x70;
    private static final int TABLES = 4;
    private static final int ELEMENTS = 9;

    private HostileModules() {}

    /** One of these by its name, or null. */
    static byte @Nullable [] named(String name) {
        return switch (name) {
            case "table_of_another_type" -> tableOfAnotherType();
            case "table_of_nothing" -> tableOfNothing();
            case "table_growth" -> tableGrowth();
            case "frames" -> frames();
            default -> null;
        };
    }

    /** A module whose one function, the entry run, has this body; it imports a page of memory and, as function 0, {@code quern.log}. */
    static byte[] function(ModuleWriter body) {
        return beginning()
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0, 1))
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(body.toByteArray()))
                .toByteArray();
    }

    /** Types 0, {@code () -> i32}, and 1, {@code (i32, i32) -> ()}; the memory and {@code quern.log}. */
    private static ModuleWriter beginning() {
        return ModuleWriter.module()
                .section(
                        ModuleWriter.TYPES,
                        new ModuleWriter()
                                .unsigned(2)
                                .raw(0x60, 0, 1, ModuleWriter.I32)
                                .raw(0x60, 2, ModuleWriter.I32, ModuleWriter.I32, 0))
                .section(
                        ModuleWriter.IMPORTS,
                        new ModuleWriter()
                                .unsigned(2)
                                .name("env")
                                .name("memory")
                                .raw(2, 0, 1)
                                .name("quern")
                                .name("log")
                                .raw(0, 1));
    }

    /** Functions run, index 1, with this body, and 2, which returns 7; a table of one to so many; both functions may be referred to. */
    private static byte[] withTable(ModuleWriter body, int entriesMax) {
        return beginning()
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(2, 0, 0))
                .section(
                        TABLES,
                        new ModuleWriter().raw(1, FUNCTION_REFERENCE, 1, 1).unsigned(entriesMax))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0, 1))
                .section(ELEMENTS, new ModuleWriter().raw(1, 3, 0, 3, 0, 1, 2))
                .section(
                        ModuleWriter.CODE,
                        new ModuleWriter()
                                .raw(2)
                                .sized(body.toByteArray())
                                .sized(new ModuleWriter()
                                        .raw(0)
                                        .i32(7)
                                        .raw(0x0b)
                                        .toByteArray()))
                .toByteArray();
    }

    /** Puts a function in the table and calls it a thousand times; then one of another type, which it calls as if it were the first. */
    private static byte[] tableOfAnotherType() {
        ModuleWriter body = new ModuleWriter().raw(1, 1, ModuleWriter.I32);
        body.raw(0x03, NONE).i32(0).raw(0xd2, 2, 0x26, 0);
        body.i32(0).raw(0x11, 0, 0, 0x1a);
        body.raw(0x20, 0).i32(1).raw(0x6a, 0x22, 0).i32(1000).raw(0x48, 0x0d, 0, 0x0b);
        body.i32(0).raw(0xd2, 0, 0x26, 0).i32(0).raw(0x11, 0, 0, 0x0b);
        return withTable(body, 1);
    }

    /** Takes a function out of the table while it calls through it. */
    private static byte[] tableOfNothing() {
        ModuleWriter body = new ModuleWriter().raw(0);
        body.i32(0).raw(0xd2, 2, 0x26, 0).i32(0).raw(0x11, 0, 0, 0x1a);
        body.i32(0).raw(0xd0, FUNCTION_REFERENCE, 0x26, 0).i32(0).raw(0x11, 0, 0, 0x0b);
        return withTable(body, 1);
    }

    /** Grows its table as far as it may, and fills it without end. */
    private static byte[] tableGrowth() {
        ModuleWriter body = new ModuleWriter().raw(0).raw(0x03, NONE);
        body.raw(0xd2, 2).i32(1000).raw(0xfc, 15, 0).i32(-1).raw(0x47, 0x0d, 0, 0x0b);
        body.raw(0x03, NONE)
                .i32(0)
                .raw(0xd2, 1, 0xfc, 16, 0, 0xfc, 17, 0)
                .raw(0x0c, 0, 0x0b)
                .i32(0)
                .raw(0x0b);
        return withTable(body, 65_536);
    }

    /** Calls itself with as many locals as a function may have. */
    private static byte[] frames() {
        return function(new ModuleWriter()
                .raw(1)
                .unsigned(4096)
                .raw(ModuleWriter.I32, 0x10, 1)
                .i32(1)
                .raw(0x6a, 0x0b));
    }
}
