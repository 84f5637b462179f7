package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CallTarget;
import com.oracle.truffle.api.TruffleLanguage.Env;
import com.oracle.truffle.api.exception.AbstractTruffleException;
import com.oracle.truffle.api.nodes.Node;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WasiImport;
import dev.quern.sandbox.guest.WindowedMemory;
import dev.quern.sandbox.ticks.Ticks;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.wasm.WasmContext;
import org.graalvm.wasm.WasmInstance;
import org.graalvm.wasm.WasmModule;
import org.graalvm.wasm.WasmStore;
import org.graalvm.wasm.exception.WasmException;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's context on one core. The core's thread enters it for a call and stays inside for those that follow, until it rests; the
 * watchdog ends a call by a thread-local action, which the guest's code meets at its next safepoint.
 */
final class GraalIsolate extends SafepointIsolate {
    private static final Source HAND_IN = Source.create(QuernLanguage.ID, "hand in");

    /** Calls are made by the core, and no node: to say so spares a look at which one it was last. */
    private static final @Nullable Node NOWHERE = null;

    private final Context context;
    private volatile @Nullable Env environment;
    /** Whether the core's thread has entered the context. */
    private boolean isEntered;

    GraalIsolate(GraalRuntime runtime, StoreCalls calls) {
        super(calls);
        context = runtime.newContext();
        handIn(this, () -> {
            context.initialize(QuernLanguage.ID);
            context.initialize(GraalRuntime.WASM);
            return context;
        });
    }

    private static <T> T handIn(Object handed, Supplier<T> action) {
        QuernLanguage.HANDED_IN.set(handed);
        try {
            return action.get();
        } finally {
            QuernLanguage.HANDED_IN.remove();
        }
    }

    void setEnvironment(Env env) {
        environment = env;
    }

    @Override
    public FunctionRuntime.Instance instantiate(FunctionRuntime.Module module, FunctionRuntime.InstanceMemory wanted)
            throws IOException {
        boolean wasInside = stepOut();
        try {
            return newInstance(module, wanted);
        } finally {
            isInside = wasInside;
        }
    }

    private GraalInstance newInstance(FunctionRuntime.Module module, FunctionRuntime.InstanceMemory wanted)
            throws IOException {
        GraalRuntime.GraalModule graalModule = (GraalRuntime.GraalModule) module;
        FunctionRuntime.Renewal renewal = wanted.renewal();
        WindowedMemory memory = new WindowedMemory(
                wanted.pages(),
                wanted.pagesMax(),
                wanted.arenaAddress(),
                wanted.arenaLength(),
                renewal == null ? null : renewal.image(),
                calls.returned());
        try {
            GraalMemory guestMemory =
                    renewal == null ? new GraalMemory(memory, this::look) : new RenewableMemory(memory, this::look);
            ImportObject imports = new ImportObject(Map.of(
                    Intrinsic.MODULE,
                    LazyImports.intrinsics(calls, memory),
                    WasiImport.MODULE,
                    LazyImports.wasi(calls, memory),
                    Ticks.MODULE,
                    new ImportObject(Map.of(
                            Ticks.NAME, new TickObject(calls, TickObject.Kind.TICK),
                            Ticks.LOOK, new TickObject(calls, TickObject.Kind.LOOK),
                            Ticks.TOO_DEEP, new TickObject(calls, TickObject.Kind.TOO_DEEP))),
                    Intrinsic.MEMORY_MODULE,
                    new ImportObject(Map.of(Intrinsic.MEMORY_NAME, guestMemory))));
            WasmInstance instance = instantiate(graalModule.parsed(this::parse), imports);
            memory.instantiated();
            Globals globals = renewal == null ? null : new Globals(instance, renewal.globalCount());
            return new GraalInstance(this, graalModule, instance, memory, guestMemory, globals);
        } catch (AbstractTruffleException refused) {
            memory.close();
            throw trap(refused);
        } catch (StackOverflowError tooDeep) {
            memory.close();
            throw new GuestTrap(Reason.TRAP, "call stack exhausted");
        }
    }

    /** A module as GraalWasm has it; the same in every context. */
    private WasmModule parse(Source source) {
        Taken taken = new Taken();
        handIn(taken, () -> context.eval(HAND_IN)).executeVoid(context.eval(source));
        return (WasmModule) Objects.requireNonNull(taken.object);
    }

    /** What the polyglot API does for {@code newInstance}, without a way through that API: two thirds of the time. */
    private WasmInstance instantiate(WasmModule parsed, ImportObject imports) {
        boolean wasEntered = isEntered;
        enter();
        try {
            WasmContext wasm = WasmContext.get(null);
            return parsed.createInstance(
                    new WasmStore(wasm, wasm.language()), imports, WasmException.provider(), false);
        } finally {
            if (!wasEntered) {
                rest();
            }
        }
    }

    /** An exported function to call. */
    FunctionRuntime.Entry entry(GraalRuntime.GraalModule module, String name, Object function) {
        boolean wasInside = stepOut();
        try {
            Object[] arguments = {function};
            CallTarget target = module.entry(name, this::newEntry);
            return () -> call(target, arguments);
        } finally {
            isInside = wasInside;
        }
    }

    private CallTarget newEntry(String name) {
        context.enter();
        try {
            return QuernLanguage.entry(name);
        } finally {
            context.leave();
        }
    }

    private void enter() {
        if (!isEntered) {
            context.enter();
            isEntered = true;
        }
    }

    /** Calls an entry from within a call. */
    private int callInside(CallTarget target, Object[] arguments) {
        try {
            return target.call(NOWHERE, arguments) instanceof Integer code ? code : 0;
        } catch (AbstractTruffleException ended) {
            throw trap(ended);
        } catch (StackOverflowError tooDeep) {
            throw new GuestTrap(Reason.TRAP, "call stack exhausted");
        } catch (OutOfMemoryError used) {
            throw new GuestTrap(Reason.TRAP, "the server's heap has no room for its frames and tables");
        }
    }

    /** Calls an entry inside the context. Entering and leaving are safepoints too, and must not be left by an exception. */
    private int call(CallTarget target, Object[] arguments) {
        if (isInside) {
            if (isEndedBefore) {
                throw interrupted();
            }
            return callInside(target, arguments);
        }
        begin();
        enter();
        try {
            isInside = true;
            if (isEndedBefore) {
                throw interrupted();
            }
            return callInside(target, arguments);
        } finally {
            isInside = false;
        }
    }

    @Override
    public void rest() {
        if (isEntered) {
            isEntered = false;
            context.leave();
        }
    }

    /** What a guest's call or instantiation came to, when not to its end. */
    private GuestTrap trap(AbstractTruffleException ended) {
        GuestTrap kept = calls.takeTrap();
        return kept != null ? kept : new GuestTrap(Reason.TRAP, String.valueOf(ended.getMessage()));
    }

    @Override
    protected Env environment() {
        return Objects.requireNonNull(environment);
    }

    @Override
    public void close() {
        rest();
        context.close(true);
    }
}
