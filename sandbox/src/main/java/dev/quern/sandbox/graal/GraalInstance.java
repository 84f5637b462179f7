package dev.quern.sandbox.graal;

import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.guest.WindowedMemory;
import org.graalvm.polyglot.Value;

/** A module's instance in a tenant's context, with its memory. Thread: the core's. */
final class GraalInstance implements FunctionRuntime.Instance {
    private final GraalIsolate isolate;
    private final GraalRuntime.GraalModule module;
    private final Value exports;
    private final WindowedMemory memory;

    GraalInstance(GraalIsolate isolate, GraalRuntime.GraalModule module, Value exports, WindowedMemory memory) {
        this.isolate = isolate;
        this.module = module;
        this.exports = exports;
        this.memory = memory;
    }

    @Override
    public FunctionRuntime.Entry entry(String name) {
        return isolate.entry(module, name, exports.getMember(name));
    }

    @Override
    public void close() {
        memory.close();
    }
}
