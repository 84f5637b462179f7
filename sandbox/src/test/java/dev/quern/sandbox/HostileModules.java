package dev.quern.sandbox;

/** Modules that no compiler would make. */
final class HostileModules {
    private HostileModules() {}

    /** A module whose one function, the entry run, has this body; it imports a page of memory and, as function 0, {@code quern.log}. */
    static byte[] function(ModuleWriter body) {
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
                                .raw(0, 1))
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0, 1))
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(body.toByteArray()))
                .toByteArray();
    }
}
