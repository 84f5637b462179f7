package dev.quern.sandbox.chicory;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Store;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Value;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.check.ModuleRefusedException;
import dev.quern.sandbox.check.OwnMemory;
import dev.quern.sandbox.check.ValidModule;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.WindowedMemory;
import dev.quern.sandbox.spec.SpecMemory;
import dev.quern.sandbox.spec.SpecRuntime;
import dev.quern.sandbox.ticks.Ticks;
import java.util.ArrayList;
import java.util.List;

/** Chicory for the test suite, compiled as the product compiles. */
public final class ChicorySpecRuntime implements SpecRuntime {
    private final ChicoryRuntime runtime = new ChicoryRuntime();
    private final Store store = new Store();
    private final SpecMemory memories = new SpecMemory();

    public ChicorySpecRuntime() throws SpecTrap {
        for (String tick : List.of(Ticks.NAME, Ticks.LOOK)) {
            store.addFunction(new HostFunction(
                    Ticks.MODULE, tick, FunctionType.of(List.of(), List.of()), (instance, none) -> new long[0]));
        }
        store.addFunction(new HostFunction(
                Ticks.MODULE, Ticks.TOO_DEEP, FunctionType.of(List.of(), List.of()), (instance, none) -> {
                    throw new ChicoryException("call stack exhausted");
                }));
        register("spectest", instantiate(SpecMemory.spectest()));
    }

    @Override
    public void load(byte[] module) throws FunctionRefusedException {
        try {
            ValidModule.parse(module);
        } catch (ModuleRefusedException refused) {
            throw new FunctionRefusedException(refused.toString(), refused);
        }
        runtime.parse("module", module);
    }

    @Override
    public Object instantiate(byte[] module) throws SpecTrap {
        byte[] imported = Ticks.insert(OwnMemory.toImport(module), Limits.STACK_DEPTH_MAX);
        WindowedMemory memory = memories.forModule(imported);
        if (memory != null) {
            store.addMemory(new ImportMemory(
                    Intrinsic.MEMORY_MODULE, Intrinsic.MEMORY_NAME, new ChicoryMemory(memory, () -> {})));
        }
        try {
            WasmModule parsed = Parser.parse(imported);
            return Instance.builder(parsed)
                    .withImportValues(store.toImportValues())
                    .withMachineFactory(MachineFactoryCompiler.compile(parsed))
                    .build();
        } catch (ChicoryException | GuestTrap | StackOverflowError | ArithmeticException trap) {
            throw new SpecTrap(trap);
        }
    }

    @Override
    public void register(String name, Object instance) {
        store.register(name, (Instance) instance);
    }

    @Override
    public List<Object> invoke(Object instance, String function, List<Object> arguments, List<SpecType> results)
            throws SpecTrap {
        try {
            long[] returned = ((Instance) instance)
                    .export(function)
                    .apply(arguments.stream()
                            .mapToLong(ChicorySpecRuntime::passed)
                            .toArray());
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                values.add(value(returned[i], results.get(i)));
            }
            return values;
        } catch (ChicoryException | GuestTrap | StackOverflowError | ArithmeticException trap) {
            throw new SpecTrap(trap);
        }
    }

    @Override
    public Object global(Object instance, String name, SpecType type) {
        return value(((Instance) instance).exports().global(name).getValue(), type);
    }

    private static long passed(Object argument) {
        return switch (argument) {
            case Integer number -> number;
            case Long number -> number;
            case Float number -> Float.floatToRawIntBits(number);
            case Double number -> Double.doubleToRawLongBits(number);
            case Reference reference -> reference.equals(Reference.NULL) ? Value.REF_NULL_VALUE : reference.number();
            default -> throw new IllegalArgumentException("Chicory has no vectors");
        };
    }

    private static Object value(long bits, SpecType type) {
        return switch (type) {
            case I32 -> (int) bits;
            case I64 -> bits;
            case F32 -> Float.intBitsToFloat((int) bits);
            case F64 -> Double.longBitsToDouble(bits);
            case V128 -> throw new IllegalArgumentException("Chicory has no vectors");
            case EXTERNREF -> bits == Value.REF_NULL_VALUE ? Reference.NULL : new Reference((int) bits);
            case FUNCREF -> bits == Value.REF_NULL_VALUE ? Reference.NULL : new Reference(0);
        };
    }

    @Override
    public void close() {
        runtime.close();
        memories.close();
    }
}
