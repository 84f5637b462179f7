package dev.quern.sandbox;

import dev.quern.sandbox.check.ModuleCheck;
import dev.quern.sandbox.check.ModuleFacts;
import dev.quern.sandbox.check.ModuleRefusedException;
import dev.quern.sandbox.check.OwnMemory;
import dev.quern.sandbox.ticks.Ticks;

/**
 * A WebAssembly module on its way to a runtime: checked, its memory an import, ticking in its loops and calls.
 *
 * @param bytes the module to parse and run
 * @param facts what is known of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CheckedModule(byte[] bytes, ModuleFacts facts) {
    private static final int JAR_MAGIC = 0x504b;

    /** Whether bytes begin as a module of WebAssembly does. */
    static boolean isWebAssembly(byte[] bytes) {
        return bytes.length > 4 && bytes[0] == 0 && bytes[1] == 'a' && bytes[2] == 's' && bytes[3] == 'm';
    }

    /**
     * Checks a module as deployed.
     *
     * @throws FunctionRefusedException saying what to change
     */
    public static CheckedModule prepare(Manifest manifest, byte[] module) throws FunctionRefusedException {
        if (module.length > 2 && (module[0] << Byte.SIZE | module[1]) == JAR_MAGIC) {
            throw new FunctionRefusedException(
                    manifest.name() + ": this is a jar; for functions in Java name the runtime, java");
        }
        byte[] runnable = OwnMemory.toImport(module.clone());
        try {
            ModuleFacts facts = ModuleCheck.check(runnable, manifest.memoryPagesMax());
            return new CheckedModule(Ticks.insert(runnable, Limits.STACK_DEPTH_MAX), facts);
        } catch (ModuleRefusedException refused) {
            throw new FunctionRefusedException(manifest.name() + ": " + refused.getMessage(), refused);
        }
    }
}
