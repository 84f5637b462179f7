package dev.quern.sandbox.graal;

import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.guest.WindowedMemory;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/** A module's instance in a tenant's context, with its memory. Thread: the core's. */
final class GraalInstance implements FunctionRuntime.Instance {
    private final GraalIsolate isolate;
    private final GraalRuntime.GraalModule module;
    private final Value exports;
    private final WindowedMemory memory;
    private final GraalMemory guestMemory;

    /** Of an instance that can be renewed. */
    private final @Nullable Globals globals;

    GraalInstance(
            GraalIsolate isolate,
            GraalRuntime.GraalModule module,
            Value exports,
            WindowedMemory memory,
            GraalMemory guestMemory,
            @Nullable Globals globals) {
        this.isolate = isolate;
        this.module = module;
        this.exports = exports;
        this.memory = memory;
        this.guestMemory = guestMemory;
        this.globals = globals;
    }

    @Override
    public FunctionRuntime.Entry entry(String name) {
        return isolate.entry(module, name, exports.getMember(name));
    }

    @Override
    public boolean renew() {
        if (globals == null) {
            return false;
        }
        guestMemory.renew();
        globals.restore();
        return true;
    }

    @Override
    public void close() {
        memory.close();
    }
}
