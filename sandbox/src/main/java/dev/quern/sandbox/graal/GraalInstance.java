package dev.quern.sandbox.graal;

import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.guest.WindowedMemory;
import org.graalvm.polyglot.Value;

/** A module's instance in a tenant's context, with its memory. Thread: the core's. */
final class GraalInstance implements FunctionRuntime.Instance {
    private final GraalIsolate isolate;
    private final Value exports;
    private final WindowedMemory memory;

    GraalInstance(GraalIsolate isolate, Value exports, WindowedMemory memory) {
        this.isolate = isolate;
        this.exports = exports;
        this.memory = memory;
    }

    @Override
    public FunctionRuntime.Entry entry(String name) {
        Value function = exports.getMember(name);
        return () -> isolate.call(function);
    }

    @Override
    public void close() {
        memory.close();
    }
}
