package dev.quern.sandbox.chicory;

import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.quern.sandbox.CheckedModule;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.Manifest;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.sandbox.check.Instructions;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WindowedMemory;
import java.util.function.Function;

/** Chicory: modules become JVM bytecode, which the JVM's own compiler makes fast. Wants no flags. */
public final class ChicoryRuntime implements FunctionRuntime {
    /** Its compiled code takes addresses from 2 GiB on for negative, and forgets their offsets; so the window ends before, by a page. */
    static final long ADDRESS_MAX = (1L << 31) - WindowedMemory.PAGE_BYTES;

    /** A module, and what makes its code for an instance; shared by all instances. */
    record ChicoryModule(WasmModule parsed, Function<com.dylibso.chicory.runtime.Instance, Machine> machines)
            implements Module {}

    @Override
    public String name() {
        return "chicory";
    }

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public String describe() {
        return "chicory, compiled to JVM bytecode";
    }

    @Override
    public int preference() {
        return 5;
    }

    @Override
    public RuntimeCosts costs() {
        return new RuntimeCosts(60, 10, 45, 70, 8_000);
    }

    @Override
    public boolean isFastAtOnce() {
        return true;
    }

    @Override
    public long addressMax() {
        return ADDRESS_MAX;
    }

    @Override
    public Loaded load(Manifest manifest, byte[] module) throws FunctionRefusedException {
        CheckedModule checked = CheckedModule.prepare(manifest, module);
        return new Loaded(parse(manifest.name(), checked.bytes()), checked.facts());
    }

    ChicoryModule parse(String name, byte[] module) throws FunctionRefusedException {
        try {
            WasmModule parsed = Parser.parse(module);
            String vector = Instructions.find(parsed, Instructions.VECTOR_PREFIX);
            if (vector != null) {
                throw new FunctionRefusedException(name + ": " + vector
                        + "; chicory has no vector instructions (simd128): choose graalwasm, or build without them");
            }
            return new ChicoryModule(parsed, GuestClasses.compile(parsed));
        } catch (ChicoryException | IllegalArgumentException refused) {
            // The latter for types that its compiler does not know.
            throw new FunctionRefusedException(name + ": not a module that can run: " + refused.getMessage(), refused);
        }
    }

    @Override
    public Isolate newIsolate(StoreCalls calls) {
        return new ChicoryIsolate(calls);
    }

    @Override
    public void close() {
        // Holds nothing but classes.
    }
}
