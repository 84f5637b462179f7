package dev.quern.sandbox.graal;

import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.InstanceState;
import dev.quern.sandbox.guest.WindowedMemory;
import org.graalvm.wasm.WasmInstance;
import org.graalvm.wasm.api.WebAssembly;
import org.jspecify.annotations.Nullable;

/** A module's instance in a tenant's context, with its memory. Thread: the core's. */
final class GraalInstance implements FunctionRuntime.Instance {
    private final GraalIsolate isolate;
    private final GraalRuntime.GraalModule module;
    private final WasmInstance instance;
    private final WindowedMemory memory;
    private final GraalMemory guestMemory;

    /** Of an instance that can be renewed. */
    private final @Nullable Globals globals;

    GraalInstance(
            GraalIsolate isolate,
            GraalRuntime.GraalModule module,
            WasmInstance instance,
            WindowedMemory memory,
            GraalMemory guestMemory,
            @Nullable Globals globals) {
        this.isolate = isolate;
        this.module = module;
        this.instance = instance;
        this.memory = memory;
        this.guestMemory = guestMemory;
        this.globals = globals;
    }

    @Override
    public FunctionRuntime.Entry entry(String name) {
        return isolate.entry(module, name, WebAssembly.instanceExport(instance, name));
    }

    @Override
    public boolean renew() {
        if (globals == null || !guestMemory.renew()) {
            return false;
        }
        globals.restore();
        return true;
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
