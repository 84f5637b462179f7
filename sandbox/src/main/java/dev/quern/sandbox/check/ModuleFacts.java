package dev.quern.sandbox.check;

import java.util.List;

/**
 * What is known of a module that passed.
 *
 * @param entries exported functions of type {@code () -> i32}, sorted; of a command {@link ModuleCheck#COMMAND} alone
 * @param memoryPages how much memory it wants at first, in pages of 64 KiB
 * @param memoryPagesMax how much it may have at most: what the manifest allows, or what the module itself says when that is less
 * @param hasInitializer whether it exports {@link ModuleCheck#INITIALIZER}
 * @param isCommand whether it is a program that runs once: it exports {@link ModuleCheck#COMMAND} and no other entry
 * @param usesWasi whether it imports anything of WASI
 * @param globalCount how many globals it has
 * @param isRenewable whether an instance that has run is made new by giving its memory and its globals back what they held at first: it
 *     writes no table and drops no segment
 * @param isPortable whether an instance's memory and globals are all that it remembers, and another runtime could go on with them
 * @param callsFunctions whether it can call other functions
 */
public record ModuleFacts(
        List<String> entries,
        int memoryPages,
        int memoryPagesMax,
        boolean hasInitializer,
        boolean isCommand,
        boolean usesWasi,
        int globalCount,
        boolean isRenewable,
        boolean isPortable,
        boolean callsFunctions) {
    /** Of a module that has entries and nothing else of what WebAssembly has. */
    public static ModuleFacts of(List<String> entries) {
        return new ModuleFacts(entries.stream().sorted().toList(), 0, 0, false, false, false, 0, false, false, false);
    }
}
