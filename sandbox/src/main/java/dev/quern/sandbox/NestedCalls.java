package dev.quern.sandbox;

import dev.quern.kvstore.StoreStatus;
import dev.quern.sandbox.guest.Arguments;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.FunctionCalls;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Functions that a running function calls: of its tenant and on its runtime, in its transaction and time. One that returns another number
 * than 0 leaves nothing of what it wrote; one that traps ends the whole call, as nobody knows what it left undone elsewhere. One per core.
 * Thread: the core's.
 */
final class NestedCalls implements FunctionCalls {
    private final Functions functions;
    private final FunctionCore core;
    private final CallState state;

    /** Those that wait for what they called, and that which runs. */
    private final List<Function> running = new ArrayList<>();

    private int result;

    NestedCalls(Functions functions, FunctionCore core, CallState state) {
        this.functions = functions;
        this.core = core;
        this.state = state;
    }

    /** A call begins with this one. */
    void begin(Function first) {
        if (running.size() != 1 || running.getFirst() != first) {
            running.clear();
            running.add(first);
        }
    }

    @Override
    public int call(long name, int nameLength, long arguments, int argumentsLength) {
        result = 0;
        Function caller = running.getLast();
        Function called = functions.find(caller.tenant(), name, nameLength);
        if (called == null) {
            return StoreStatus.NOT_FOUND;
        }
        if (called.deployment().isPaused()) {
            return FunctionStatus.PAUSED;
        }
        check(caller, called);
        Arguments list = new Arguments();
        if (!list.set(arguments, argumentsLength)) {
            throw trap(
                    caller,
                    called,
                    "the arguments are not a list: u32 count, then u32 length and bytes for each, and nothing after");
        }
        FunctionRuntime.Entry entry;
        try {
            entry = core.entry(called);
        } catch (IOException refused) {
            throw trap(caller, called, String.valueOf(refused.getMessage()));
        }
        int code = run(called, entry, list);
        result = code;
        return code == 0 ? StoreStatus.OK : FunctionStatus.FAILED;
    }

    private int run(Function called, FunctionRuntime.Entry entry, Arguments list) {
        long mark = state.transaction().mark();
        CallState.Caller caller = state.enter(list, called.manifest().readOnly());
        running.add(called);
        int code;
        try {
            code = entry.call();
        } catch (GuestTrap trap) {
            core.discard(called);
            throw trap.reason() == Reason.TRAP
                    ? new GuestTrap(Reason.TRAP, called.name() + ": " + trap.getMessage())
                    : trap;
        } catch (Throwable bug) {
            core.discard(called);
            throw bug;
        }
        running.removeLast();
        state.leave(caller);
        if (code != 0) {
            state.transaction().rollBack(mark);
        }
        return code;
    }

    @SuppressWarnings("ReferenceEquality") // a runtime and a deployment are themselves only
    private void check(Function caller, Function called) {
        Deployment deployment = called.deployment();
        if (running.size() > Limits.CALL_DEPTH_MAX) {
            throw trap(caller, called, "functions call functions " + Limits.CALL_DEPTH_MAX + " deep at most");
        }
        if (deployment.runtime() != caller.deployment().runtime()) {
            throw trap(
                    caller,
                    called,
                    "it runs on " + deployment.runtime().name() + " and its caller on "
                            + caller.deployment().runtime().name() + "; deploy both for one of them");
        }
        for (Function waiting : running) {
            if (waiting.deployment() == deployment) {
                throw trap(caller, called, waiting.name() + ", of the same module, is running in this call");
            }
        }
    }

    private static GuestTrap trap(Function caller, Function called, String why) {
        return new GuestTrap(Reason.TRAP, caller.name() + " called " + called.name() + ": " + why);
    }

    @Override
    public int result() {
        return result;
    }
}
