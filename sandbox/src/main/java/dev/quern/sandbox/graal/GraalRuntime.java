package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CallTarget;
import dev.quern.sandbox.CheckedModule;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.Manifest;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.io.ByteSequence;
import org.graalvm.wasm.WasmModule;
import org.jspecify.annotations.Nullable;

/** GraalWasm: one engine for all tenants, so that a module's compiled code is shared by all cores. */
public final class GraalRuntime implements FunctionRuntime {
    static final String WASM = "wasm";
    private static final String INTERPRETED = "Interpreted";

    private final Engine engine = newEngine();

    /** Those in use, by their bytes: tenants that deploy the same one share the code that calls its entries, too, and so it gets hot. */
    private final Map<Source, WeakReference<GraalModule>> modules = Collections.synchronizedMap(new WeakHashMap<>());

    /** A module's source, of which equal ones share parsed and compiled code, and by name the roots that call its entries. */
    static final class GraalModule implements Module {
        private final Source source;
        private final Map<String, CallTarget> entries = new ConcurrentHashMap<>();
        private volatile @Nullable WasmModule parsed;

        GraalModule(Source source) {
            this.source = source;
        }

        /** The parsed module, which the first context that wants it hands out. */
        WasmModule parsed(Function<Source, WasmModule> parser) {
            WasmModule found = parsed;
            if (found == null) {
                found = parser.apply(source);
                parsed = found;
            }
            return found;
        }

        /** The one root by which all cores call an entry. */
        CallTarget entry(String name, Function<String, CallTarget> maker) {
            return entries.computeIfAbsent(name, maker);
        }
    }

    private static Engine newEngine() {
        try {
            // The compiler's threads stay: one that a core's thread starts anew would be bound to that core's
            // processor.
            return engine().allowExperimentalOptions(true)
                    .option("engine.CompilerIdleDelay", "0")
                    .build();
        } catch (IllegalArgumentException noCompiler) {
            return engine().build();
        }
    }

    private static Engine.Builder engine() {
        return Engine.newBuilder(WASM, QuernLanguage.ID).option("engine.WarnInterpreterOnly", "false");
    }

    @Override
    public String name() {
        return "graalwasm";
    }

    @Override
    public boolean isAvailable() {
        return !engine.getImplementationName().contains(INTERPRETED);
    }

    @Override
    public String describe() {
        return isAvailable()
                ? "graalwasm " + engine.getVersion() + ", compiled by Graal (" + engine.getImplementationName() + ")"
                : "graalwasm is faster, and needs the JVM options of scripts/jvm.options with the Graal compiler on the upgrade module path";
    }

    @Override
    public int preference() {
        return 10;
    }

    @Override
    public RuntimeCosts costs() {
        return new RuntimeCosts(250, 60, 45, 40, 12_000);
    }

    @Override
    public long addressMax() {
        return 1L << Integer.SIZE;
    }

    @Override
    public Loaded load(Manifest manifest, byte[] module) throws FunctionRefusedException {
        CheckedModule checked = CheckedModule.prepare(manifest, module);
        return new Loaded(parse(manifest.name(), checked.bytes()), checked.facts());
    }

    private @Nullable GraalModule known(Source source) {
        WeakReference<GraalModule> module = modules.get(source);
        return module == null ? null : module.get();
    }

    GraalModule parse(String name, byte[] module) throws FunctionRefusedException {
        Source source =
                Source.newBuilder(WASM, ByteSequence.create(module), name).buildLiteral();
        GraalModule known = known(source);
        if (known != null) {
            return known;
        }
        try (Context context = newContext()) {
            context.eval(source);
            GraalModule parsed = new GraalModule(source);
            modules.put(source, new WeakReference<>(parsed));
            return parsed;
        } catch (PolyglotException refused) {
            throw new FunctionRefusedException(name + ": not a module that can run: " + refused.getMessage(), refused);
        }
    }

    /** Nothing of the host is allowed to it. */
    Context newContext() {
        return Context.newBuilder(WASM, QuernLanguage.ID).engine(engine).build();
    }

    @Override
    public Isolate newIsolate(StoreCalls calls) throws IOException {
        return new GraalIsolate(this, calls);
    }

    @Override
    public void close() {
        engine.close(true);
    }
}
