package dev.quern.sandbox.graal;

import com.oracle.truffle.api.exception.AbstractTruffleException;
import com.oracle.truffle.api.interop.InteropException;
import com.oracle.truffle.api.interop.InteropLibrary;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.check.ModuleRefusedException;
import dev.quern.sandbox.check.OwnMemory;
import dev.quern.sandbox.check.ValidModule;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.Pace;
import dev.quern.sandbox.guest.ReplyBuffer;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WindowedMemory;
import dev.quern.sandbox.spec.SpecMemory;
import dev.quern.sandbox.spec.SpecRuntime;
import dev.quern.sandbox.ticks.Ticks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;
import org.graalvm.wasm.WasmConstant;
import org.graalvm.wasm.api.Vector128;

/** GraalWasm for the test suite, in a context of the product's making, by the objects that Truffle itself passes. */
public final class GraalSpecRuntime implements SpecRuntime {
    private static final InteropLibrary INTEROP = InteropLibrary.getUncached();

    private final GraalRuntime runtime = new GraalRuntime();
    private final Context context = runtime.newContext();
    private final Map<String, Object> registered = new HashMap<>();
    private final SpecMemory memories = new SpecMemory();
    private final ReplyBuffer reply = replyBuffer();
    private final StoreCalls calls = new StoreCalls(new CallState(reply, reply), new Pace(nowNs -> {}));

    private int modules;

    public GraalSpecRuntime() throws SpecTrap {
        context.initialize(QuernLanguage.ID);
        context.enter();
        registered.put(
                Ticks.MODULE,
                new ImportObject(Map.of(
                        Ticks.NAME, new TickObject(calls, TickObject.Kind.TICK),
                        Ticks.LOOK, new TickObject(calls, TickObject.Kind.LOOK),
                        Ticks.TOO_DEEP, new TickObject(calls, TickObject.Kind.TOO_DEEP))));
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
        Map<String, Object> imports = new HashMap<>(registered);
        WindowedMemory memory = memories.forModule(imported);
        if (memory != null) {
            imports.put(
                    Intrinsic.MEMORY_MODULE,
                    new ImportObject(Map.of(Intrinsic.MEMORY_NAME, new GraalMemory(memory, () -> {}))));
        }
        try {
            Source source = Source.newBuilder("wasm", ByteSequence.create(imported), "module" + modules++)
                    .buildLiteral();
            Object parsed = taken(context.eval(source));
            return INTEROP.readMember(INTEROP.instantiate(parsed, new ImportObject(imports)), "exports");
        } catch (PolyglotException | AbstractTruffleException | StackOverflowError | InteropException trap) {
            throw new SpecTrap(trap);
        }
    }

    private static ReplyBuffer replyBuffer() {
        try {
            return new ReplyBuffer(Integer.BYTES);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** A value as Truffle knows it. */
    private Object taken(Value value) {
        Taken taken = new Taken();
        QuernLanguage.HANDED_IN.set(taken);
        try {
            context.eval(Source.create(QuernLanguage.ID, "hand in")).executeVoid(value);
        } finally {
            QuernLanguage.HANDED_IN.remove();
        }
        return Objects.requireNonNull(taken.object);
    }

    @Override
    public void register(String name, Object instance) {
        registered.put(name, instance);
    }

    @Override
    public List<Object> invoke(Object instance, String function, List<Object> arguments, List<SpecType> results)
            throws SpecTrap {
        try {
            Object[] passed = arguments.stream().map(GraalSpecRuntime::passed).toArray();
            Object result = INTEROP.execute(INTEROP.readMember(instance, function), passed);
            if (results.isEmpty()) {
                return List.of();
            }
            if (results.size() == 1) {
                return List.of(value(result, results.getFirst()));
            }
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                values.add(value(INTEROP.readArrayElement(result, i), results.get(i)));
            }
            return values;
        } catch (AbstractTruffleException | StackOverflowError trap) {
            throw new SpecTrap(trap);
        } catch (InteropException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    @Override
    public Object global(Object instance, String name, SpecType type) {
        try {
            return value(INTEROP.readMember(INTEROP.readMember(instance, name), "value"), type);
        } catch (InteropException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    private static Object passed(Object argument) {
        return switch (argument) {
            case byte[] vector -> new Vector128(vector);
            case Reference reference when reference.equals(Reference.NULL) -> WasmConstant.NULL;
            case Reference reference -> reference.number();
            default -> argument;
        };
    }

    private static Object value(Object result, SpecType type) {
        return switch (type) {
            case V128 -> ((Vector128) result).getBytes();
            case EXTERNREF -> result.equals(WasmConstant.NULL) ? Reference.NULL : new Reference((int) result);
            case FUNCREF -> result.equals(WasmConstant.NULL) ? Reference.NULL : new Reference(0);
            default -> result;
        };
    }

    @Override
    public void close() {
        context.leave();
        context.close(true);
        runtime.close();
        memories.close();
        reply.close();
    }
}
