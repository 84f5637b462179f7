package dev.quern.sandbox.check;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.GlobalSection;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.ValType;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.WasiImport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks a module without running any of it: that it is one and valid, that it imports nothing but its memory and what Quern offers,
 * and that what it would take when instantiated is bounded.
 */
public final class ModuleCheck {
    /** An export of type {@code () -> ()} that an instance wants called before its entries, as WASI's reactors have it. */
    public static final String INITIALIZER = "_initialize";

    /** An export of type {@code () -> ()} that runs a program from its beginning to its end, as WASI's commands have it. */
    public static final String COMMAND = "_start";

    private static final String NOTHING_TYPE = "()";
    private static final Set<ValType> NUMBERS = Set.of(ValType.I32, ValType.I64, ValType.F32, ValType.F64);

    private static final int ENTRIES_MAX = 256;
    private static final Pattern ENTRY = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    private static final String ENTRY_TYPE = "() -> i32";

    private ModuleCheck() {}

    /**
     * Checks a module.
     *
     * @param memoryPagesMax what the manifest allows
     * @throws ModuleRefusedException saying what to change
     */
    public static ModuleFacts check(byte[] module, int memoryPagesMax) throws ModuleRefusedException {
        ModuleSizes.checkBodies(module);
        WasmModule parsed = ValidModule.parse(module);
        try {
            return check(parsed, memoryPagesMax);
        } catch (RuntimeException | AssertionError | StackOverflowError broken) {
            // Some bytes make no sense to the parser only when it is asked about them.
            throw new ModuleRefusedException("not a valid WebAssembly module: it ends or breaks off unexpectedly");
        }
    }

    private static ModuleFacts check(WasmModule parsed, int memoryPagesMax) throws ModuleRefusedException {
        if (parsed.startSection().isPresent()) {
            throw new ModuleRefusedException(
                    "the module has a start function; link without one (clang: -nostartfiles -Wl,--no-entry;"
                            + " AssemblyScript: --exportStart _initialize)");
        }
        String atomic = Instructions.find(parsed, Instructions.ATOMIC_PREFIX);
        if (atomic != null) {
            throw new ModuleRefusedException(atomic
                    + "; atomic instructions are not offered, as functions run on one thread: build without threads");
        }
        MemoryLimits memory = checkImports(parsed, memoryPagesMax);
        int memoryPages = memory == null ? 0 : memory.initialPages();
        ModuleSizes.check(parsed, memoryPages);
        List<String> entries = entries(parsed);
        boolean isCommand = entries.isEmpty() && exportsNothingType(parsed, COMMAND);
        if (entries.isEmpty() && !isCommand || entries.size() > ENTRIES_MAX) {
            throw new ModuleRefusedException("the module exports " + entries.size() + " functions of type " + ENTRY_TYPE
                    + " with plain names; it needs from 1 to " + ENTRIES_MAX
                    + ", by convention `run` (C: __attribute__((export_name(\"run\"))) int run(void)), or to be a command with "
                    + COMMAND);
        }
        boolean isRenewable = !Instructions.changesMore(parsed);
        return new ModuleFacts(
                isCommand ? List.of(COMMAND) : entries,
                memoryPages,
                memory == null ? memoryPagesMax : Math.min(memoryPagesMax, memory.maximumPages()),
                exportsNothingType(parsed, INITIALIZER),
                isCommand,
                imports(parsed, WasiImport.MODULE, ""),
                parsed.globalSection().globalCount(),
                isRenewable,
                isRenewable && hasNumbersOnly(parsed.globalSection()),
                imports(parsed, Intrinsic.MODULE, Intrinsic.CALL.importName()));
    }

    private static @Nullable MemoryLimits checkImports(WasmModule module, int memoryPagesMax)
            throws ModuleRefusedException {
        MemoryLimits limits = null;
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import wanted = module.importSection().getImport(i);
            if (wanted instanceof MemoryImport memory && limits == null) {
                checkMemory(memory, memoryPagesMax);
                limits = memory.limits();
            } else if (wanted instanceof FunctionImport function) {
                checkFunction(function, module);
            } else {
                throw unknown(wanted);
            }
        }
        if (module.memorySection().isPresent() && module.memorySection().get().memoryCount() > 0) {
            throw new ModuleRefusedException("the module has more than one memory; a function has one");
        }
        return limits;
    }

    private static void checkMemory(MemoryImport memory, int memoryPagesMax) throws ModuleRefusedException {
        if (!memory.module().equals(Intrinsic.MEMORY_MODULE) || !memory.name().equals(Intrinsic.MEMORY_NAME)) {
            throw unknown(memory);
        }
        if (memory.limits().shared()) {
            throw new ModuleRefusedException(
                    "the memory is shared; functions run on one thread, build without threads");
        }
        int pages = memory.limits().initialPages();
        if (pages > memoryPagesMax) {
            throw new ModuleRefusedException("the module wants " + pages + " pages of memory and the manifest allows "
                    + memoryPagesMax + "; raise memoryPagesMax, or give clang a smaller stack (-Wl,-z,stack-size=N)");
        }
    }

    private static void checkFunction(FunctionImport function, WasmModule module) throws ModuleRefusedException {
        Intrinsic intrinsic = function.module().equals(Intrinsic.MODULE) ? Intrinsic.named(function.name()) : null;
        WasiImport wasi = function.module().equals(WasiImport.MODULE) ? WasiImport.named(function.name()) : null;
        if (intrinsic != null) {
            checkType(function, module, intrinsic.parameters(), intrinsic.results());
        } else if (wasi != null) {
            checkType(function, module, wasi.parameters(), wasi.results());
        } else {
            throw unknown(function);
        }
    }

    private static void checkType(FunctionImport function, WasmModule module, String parameters, String results)
            throws ModuleRefusedException {
        FunctionType type = module.typeSection().getType(function.typeIndex());
        if (!letters(type.params()).equals(parameters)
                || !letters(type.returns()).equals(results)) {
            throw new ModuleRefusedException("import " + function.module() + "." + function.name() + " has type "
                    + Intrinsic.describe(letters(type.params()), letters(type.returns())) + "; it is "
                    + function.name() + Intrinsic.describe(parameters, results));
        }
    }

    private static ModuleRefusedException unknown(Import wanted) {
        return new ModuleRefusedException("unknown import " + wanted.module() + "." + wanted.name()
                + "; there are env.memory (once), from module quern the functions " + Intrinsic.names()
                + ", and WASI preview 1, " + WasiImport.MODULE);
    }

    /** Whether it imports anything of another module that is so named; by any name if that is empty. */
    private static boolean imports(WasmModule module, String from, String name) {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import wanted = module.importSection().getImport(i);
            if (wanted.module().equals(from) && (name.isEmpty() || wanted.name().equals(name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasNumbersOnly(GlobalSection globals) {
        for (int i = 0; i < globals.globalCount(); i++) {
            if (!NUMBERS.contains(globals.getGlobal(i).valueType())) {
                return false;
            }
        }
        return true;
    }

    /** Whether it exports a function of this name that takes and gives nothing. */
    private static boolean exportsNothingType(WasmModule module, String name) {
        int imported = module.importSection().count(ExternalType.FUNCTION);
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (export.name().equals(name)
                    && export.exportType() == ExternalType.FUNCTION
                    && export.index() >= imported) {
                FunctionType type =
                        module.functionSection().getFunctionType(export.index() - imported, module.typeSection());
                return Intrinsic.describe(letters(type.params()), letters(type.returns()))
                        .equals(NOTHING_TYPE);
            }
        }
        return false;
    }

    private static List<String> entries(WasmModule module) {
        List<String> entries = new ArrayList<>();
        int imported = module.importSection().count(ExternalType.FUNCTION);
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (export.exportType() == ExternalType.FUNCTION && export.index() >= imported) {
                FunctionType type =
                        module.functionSection().getFunctionType(export.index() - imported, module.typeSection());
                String description = Intrinsic.describe(letters(type.params()), letters(type.returns()));
                if (description.equals(ENTRY_TYPE)
                        && ENTRY.matcher(export.name()).matches()) {
                    entries.add(export.name());
                }
            }
        }
        entries.sort(null);
        return List.copyOf(entries);
    }

    private static String letters(List<ValType> types) {
        StringBuilder letters = new StringBuilder();
        for (ValType type : types) {
            letters.append(
                    type.equals(ValType.I32)
                            ? 'i'
                            : type.equals(ValType.I64)
                                    ? 'l'
                                    : type.equals(ValType.F32) ? 'f' : type.equals(ValType.F64) ? 'd' : '?');
        }
        return letters.toString();
    }
}
