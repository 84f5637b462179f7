package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreException;
import java.lang.foreign.Arena;

/**
 * Calls a function that was just deployed, before anybody else does, so that its code is warm by then; what it writes is dropped. On a
 * thread of its own, as it wants a stack for that.
 */
final class DryCalls {
    private static final System.Logger LOG = System.getLogger(DryCalls.class.getName());

    /** Whoever deploys waits for it, and the next who deploys. */
    private static final long TIME_MAX_NS = 300_000_000L;

    private static final int CALLS_MAX = 20_000;

    private final Functions functions;

    DryCalls(Functions functions) {
        this.functions = functions;
    }

    /** Calls for a while, or once when that does not end well, which the tenant's log tells. */
    void run(Function function, FunctionRuntime runtime, byte[] arguments) {
        Functions.awaitEnd(Thread.ofPlatform()
                .daemon()
                .name("quern-dry-calls")
                .stackSize(Limits.STACK_BYTES)
                .start(() -> call(function, runtime, arguments)));
    }

    private void call(Function function, FunctionRuntime runtime, byte[] arguments) {
        try (StoreCore core = function.tenant().store().attach();
                Arena arena = Arena.ofConfined();
                FunctionCore aside = functions.attachAside(core, runtime)) {
            long list = arena.allocate(arguments.length, Long.BYTES).address();
            NativeMemory.copyFromArray(arguments, 0, list, arguments.length);
            Invocation call = aside.invocation();
            long endNs = System.nanoTime() + TIME_MAX_NS;
            for (int i = 0; i < CALLS_MAX && System.nanoTime() < endNs; i++) {
                call.set(list, arguments.length, function.tenant().defaultTable(), false, TIME_MAX_NS / 1000);
                int status = aside.invoke(function, call, System.nanoTime(), System.currentTimeMillis());
                if (status != FunctionStatus.OK) {
                    tell(function, call.error());
                    return;
                }
            }
        } catch (StoreException | IllegalStateException refused) {
            LOG.log(System.Logger.Level.DEBUG, "no core of the store is free to call a function on", refused);
        }
    }

    private void tell(Function function, String error) {
        FunctionLog log = functions.of(function.tenant()).log();
        if (log.admits()) {
            log.add("the calibration call of " + function.name() + " did not end well: " + error);
        }
    }
}
