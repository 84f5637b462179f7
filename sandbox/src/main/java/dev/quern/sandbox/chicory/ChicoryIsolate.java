package dev.quern.sandbox.chicory;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.InstanceState;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WasiImport;
import dev.quern.sandbox.guest.WindowedMemory;
import dev.quern.sandbox.ticks.Ticks;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's instances on one core. Their code looks at the thread's interrupt flag when it ticks, which is how the watchdog
 * ends it.
 */
final class ChicoryIsolate implements FunctionRuntime.Isolate {
    private static final long[] NO_RESULTS = {};

    private final StoreCalls calls;
    private volatile Thread thread = Thread.currentThread();

    ChicoryIsolate(StoreCalls calls) {
        this.calls = calls;
    }

    @Override
    public FunctionRuntime.Instance instantiate(FunctionRuntime.Module module, FunctionRuntime.InstanceMemory wanted)
            throws IOException {
        ChicoryRuntime.ChicoryModule chicoryModule = (ChicoryRuntime.ChicoryModule) module;
        FunctionRuntime.Renewal renewal = wanted.renewal();
        WindowedMemory memory = new WindowedMemory(
                wanted.pages(),
                wanted.pagesMax(),
                wanted.arenaAddress(),
                Math.min(wanted.arenaLength(), ChicoryRuntime.ADDRESS_MAX - WindowedMemory.WINDOW_START),
                renewal == null ? null : renewal.image(),
                calls.returned());
        try {
            ChicoryMemory guestMemory = new ChicoryMemory(memory, calls::look);
            ImportValues.Builder imports = ImportValues.builder()
                    .addMemory(new ImportMemory(Intrinsic.MEMORY_MODULE, Intrinsic.MEMORY_NAME, guestMemory));
            for (Intrinsic intrinsic : Intrinsic.values()) {
                imports.addFunction(new HostFunction(
                        Intrinsic.MODULE,
                        intrinsic.importName(),
                        FunctionType.of(types(intrinsic.parameters()), types(intrinsic.results())),
                        handle(intrinsic, memory)));
            }
            addWasi(chicoryModule.parsed(), imports, memory);
            imports.addFunction(ticks(Ticks.NAME, calls::tick))
                    .addFunction(ticks(Ticks.LOOK, calls::look))
                    .addFunction(ticks(Ticks.TOO_DEEP, () -> calls.tooDeep(Limits.STACK_DEPTH_MAX)));
            Instance instance = Instance.builder(chicoryModule.parsed())
                    .withImportValues(imports.build())
                    .withMachineFactory(chicoryModule.machines())
                    .withTableFactory(ChicoryIsolate::newTable)
                    .withStart(false)
                    .build();
            memory.instantiated();
            return new ChicoryInstance(
                    instance,
                    memory,
                    guestMemory,
                    renewal == null ? null : new Globals(instance, renewal.globalCount()));
        } catch (ChicoryException refused) {
            memory.close();
            throw new GuestTrap(Reason.TRAP, String.valueOf(refused.getMessage()));
        }
    }

    /** Growing a table writes its limits, and those of the module are what its next instances begin with. */
    private static TableInstance newTable(Table table, int initial) {
        TableLimits limits = new TableLimits(
                table.limits().min(), table.limits().max(), table.limits().shared());
        return new TableInstance(new Table(table.elementType(), limits, table.initialize()), initial);
    }

    /** Of WASI, only what the module imports: most import nothing of it. */
    private void addWasi(WasmModule module, ImportValues.Builder imports, WindowedMemory memory) {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import wanted = module.importSection().getImport(i);
            WasiImport wasi = wanted.module().equals(WasiImport.MODULE) ? WasiImport.named(wanted.name()) : null;
            if (wasi != null) {
                boolean hasResult = !wasi.results().isEmpty();
                imports.addFunction(new HostFunction(
                        WasiImport.MODULE,
                        wasi.importName(),
                        FunctionType.of(types(wasi.parameters()), types(wasi.results())),
                        (instance, a) -> {
                            int errno = calls.wasi().call(memory, wasi, a);
                            return hasResult ? result(errno) : new long[0];
                        }));
            }
        }
    }

    private static ValType[] types(String letters) {
        return letters.chars()
                .mapToObj(letter -> letter == 'i' ? ValType.I32 : ValType.I64)
                .toArray(ValType[]::new);
    }

    private static HostFunction ticks(String name, Runnable tick) {
        return new HostFunction(Ticks.MODULE, name, FunctionType.of(types(""), types("")), (instance, a) -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new ChicoryInterruptedException("interrupted");
            }
            tick.run();
            return NO_RESULTS;
        });
    }

    private static long[] result(long value) {
        return new long[] {value};
    }

    private WasmFunctionHandle handle(Intrinsic intrinsic, WindowedMemory memory) {
        return switch (intrinsic) {
            case GET -> (instance, a) -> result(calls.get(memory, (int) a[0], (int) a[1], (int) a[2]));
            case PUT ->
                (instance, a) -> result(calls.put(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4]));
            case PUT_TTL ->
                (instance, a) ->
                        result(calls.putTtl(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4], a[5]));
            case DELETE -> (instance, a) -> result(calls.delete(memory, (int) a[0], (int) a[1], (int) a[2]));
            case INCR ->
                (instance, a) -> result(calls.increment(memory, (int) a[0], (int) a[1], (int) a[2], a[3], (int) a[4]));
            case CAS ->
                (instance, a) -> result(calls.compareAndSet(
                        memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4], (int) a[5], (int) a[6]));
            case RANGE ->
                (instance, a) -> result(calls.ranges()
                        .open(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4], (int) a[5], (int)
                                a[6]));
            case RANGE_NEXT -> (instance, a) -> result(calls.ranges().next(memory, (int) a[0]));
            case RANGE_KEY -> (instance, a) -> result(calls.ranges().key(memory, (int) a[0]));
            case TABLE -> (instance, a) -> result(calls.table(memory, (int) a[0], (int) a[1]));
            case ARG_COUNT -> (instance, a) -> result(calls.argumentCount());
            case ARG_LEN -> (instance, a) -> result(calls.argumentLength((int) a[0]));
            case ARG -> (instance, a) -> result(calls.argument(memory, (int) a[0], (int) a[1], (int) a[2]));
            case REPLY -> (instance, a) -> result(calls.reply(memory, (int) a[0], (int) a[1]));
            case LOG ->
                (instance, a) -> {
                    calls.log(memory, (int) a[0], (int) a[1]);
                    return NO_RESULTS;
                };
            case NOW -> (instance, a) -> result(calls.nowMs());
            case RANDOM -> (instance, a) -> result(calls.random(memory, (int) a[0], (int) a[1]));
            case CALL ->
                (instance, a) -> result(calls.call(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4]));
            case CALL_REPLY -> (instance, a) -> result(calls.callReply(memory, (int) a[0], (int) a[1]));
        };
    }

    @Override
    public void enterOn(Thread caller) {
        thread = caller;
    }

    @Override
    public void rest() {
        // Nothing is kept from call to call.
    }

    @Override
    public void interrupt() {
        thread.interrupt();
    }

    @Override
    public void pause() {
        // Its code ticks wherever it can go on for long.
    }

    @Override
    @SuppressWarnings("ResultOfMethodCallIgnored")
    public void clearInterrupt() {
        Thread.interrupted();
    }

    @Override
    public void close() {
        // Its instances are closed by whoever made them.
    }

    /** A module's instance, with its memory. Thread: the core's. */
    private record ChicoryInstance(
            Instance instance,
            WindowedMemory memory,
            ChicoryMemory guestMemory,
            @Nullable Globals globals) implements FunctionRuntime.Instance {
        @Override
        public boolean renew() {
            if (globals == null || !memory.renew()) {
                return false;
            }
            guestMemory.follow();
            globals.restore();
            return true;
        }

        @Override
        public FunctionRuntime.Entry entry(String name) {
            ExportFunction function = instance.export(name);
            return () -> call(function);
        }

        private static int call(ExportFunction function) {
            try {
                long[] results = function.apply();
                return results == null || results.length == 0 ? 0 : (int) results[0];
            } catch (ChicoryInterruptedException interrupted) {
                throw new GuestTrap(Reason.DEADLINE, "interrupted");
            } catch (ChicoryException trap) {
                throw new GuestTrap(Reason.TRAP, String.valueOf(trap.getMessage()));
            } catch (StackOverflowError tooDeep) {
                throw new GuestTrap(Reason.TRAP, "call stack exhausted");
            } catch (OutOfMemoryError used) {
                throw new GuestTrap(Reason.TRAP, "the server's heap has no room for its tables");
            } catch (ArithmeticException division) {
                throw new GuestTrap(Reason.TRAP, String.valueOf(division.getMessage()));
            }
        }

        @Override
        public InstanceState state(int globalCount) {
            return new InstanceState(memory, Globals.numbers(instance, globalCount), true);
        }

        @Override
        public void adopt(InstanceState state) {
            memory.copyPrivate(state.memory());
            guestMemory.follow();
            Globals.setNumbers(instance, state.globals());
        }

        @Override
        public long residentBytes() {
            return memory.residentBytes();
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
