package dev.quern.sandbox.check;

import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import java.util.HashSet;
import java.util.Set;

/** Parses and validates modules, whoever is to run them. */
public final class ValidModule {
    private static final byte[] MAGIC = {0, 'a', 's', 'm'};

    private ValidModule() {}

    /**
     * Parses a module that is valid.
     *
     * @throws ModuleRefusedException saying what is wrong with it
     */
    public static WasmModule parse(byte[] module) throws ModuleRefusedException {
        for (int i = 0; i < MAGIC.length; i++) {
            if (module.length <= i || module[i] != MAGIC[i]) {
                throw new ModuleRefusedException(
                        "not a WebAssembly module: it must begin with the bytes 00 61 73 6d; deploy a binary .wasm,"
                                + " not text");
            }
        }
        try {
            WasmModule parsed = Parser.parse(module);
            checkExports(parsed);
            return parsed;
        } catch (ChicoryException invalid) {
            throw new ModuleRefusedException("not a valid WebAssembly module: " + invalid.getMessage());
        } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError broken) {
            // The parser gives up on bytes that make no sense in more ways than it declares.
            throw new ModuleRefusedException("not a valid WebAssembly module: it ends or breaks off unexpectedly");
        }
    }

    /** The parser leaves this to whoever instantiates the module. */
    private static void checkExports(WasmModule module) throws ModuleRefusedException {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (!names.add(export.name())) {
                throw new ModuleRefusedException(
                        "not a valid WebAssembly module: it exports '" + export.name() + "' twice");
            }
            if (export.index() < 0 || export.index() >= count(module, export.exportType())) {
                throw new ModuleRefusedException(
                        "not a valid WebAssembly module: it exports '" + export.name() + "', which is not there");
            }
        }
    }

    /** How many of a kind there are, imported and its own. */
    private static int count(WasmModule module, ExternalType type) {
        int own = switch (type) {
            case FUNCTION -> module.functionSection().functionCount();
            case TABLE -> module.tableSection().tableCount();
            case GLOBAL -> module.globalSection().globalCount();
            case MEMORY ->
                module.memorySection().isPresent()
                        ? module.memorySection().get().memoryCount()
                        : 0;
            case TAG ->
                module.tagSection().isPresent() ? module.tagSection().get().tagCount() : 0;
        };
        return module.importSection().count(type) + own;
    }
}
