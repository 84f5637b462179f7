package dev.quern.sandbox.espresso;

import com.oracle.truffle.api.ThreadLocalAction;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.espresso.guest.GuestEntry;
import dev.quern.sandbox.graal.TrapException;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's context on one core. What ends or pauses a call meets it at a safepoint of Truffle's: at the end of a loop's iteration or
 * of a method, also in the class library, but not in native code. Thread: the core's, but for {@link #interrupt} and {@link #pause}.
 */
final class EspressoIsolate implements FunctionRuntime.Isolate {
    private final GuestVm vm;
    private final StoreCalls calls;
    private final EspressoCalls hostCalls;
    private volatile Thread thread = Thread.currentThread();
    private final Pause pause = new Pause();

    private volatile @Nullable EndCall ending;
    private volatile boolean isPausing;
    private boolean isBroken;

    /** The function runs, and may be ended where it stands. */
    private boolean isInside;

    /** An end came while the function was not inside. */
    private boolean isEndedBefore;

    /** @throws IOException when no context waits, or there can be no more */
    EspressoIsolate(StoreCalls calls) throws IOException {
        this.calls = calls;
        hostCalls = new EspressoCalls(calls);
        vm = GuestVms.takeWaiting();
    }

    /** Ends a call, unless it is over by then. Runs on the core's thread. */
    private final class EndCall extends ThreadLocalAction {
        private volatile boolean isOver;

        EndCall() {
            super(true, false);
        }

        @Override
        protected void perform(Access access) {
            if (isOver) {
                return;
            }
            isOver = true;
            if (isInside) {
                throw new TrapException(calls, interrupted());
            }
            isEndedBefore = true;
        }
    }

    /** Has a call stand still for a while. Runs on the core's thread. */
    private final class Pause extends ThreadLocalAction {
        Pause() {
            super(true, false);
        }

        @Override
        protected void perform(Access access) {
            isPausing = false;
            if (isInside) {
                try {
                    calls.look();
                } catch (GuestTrap trap) {
                    throw new TrapException(calls, trap);
                }
            }
        }
    }

    private static GuestTrap interrupted() {
        return new GuestTrap(Reason.DEADLINE, "interrupted");
    }

    @Override
    public FunctionRuntime.Instance instantiate(FunctionRuntime.Module module, FunctionRuntime.InstanceMemory memory) {
        EspressoRuntime.EspressoModule jar = (EspressoRuntime.EspressoModule) module;
        boolean wasInside = stepOut();
        try {
            Value function = vm.load(jar.name(), jar.jar(), hostCalls);
            if (!function.invokeMember("make").asBoolean()) {
                throw new GuestTrap(Reason.TRAP, function.invokeMember("error").asString());
            }
            return new EspressoInstance(function);
        } catch (PolyglotException failed) {
            throw trap(failed);
        } finally {
            isInside = wasInside;
        }
    }

    /** A function's object. Thread: the core's. */
    private final class EspressoInstance implements FunctionRuntime.Instance {
        private final Value function;

        EspressoInstance(Value function) {
            this.function = function;
        }

        @Override
        public FunctionRuntime.Entry entry(String name) {
            boolean wasInside = stepOut();
            try {
                Value entry = function.invokeMember("entry", name);
                return () -> run(entry);
            } catch (PolyglotException failed) {
                throw trap(failed);
            } finally {
                isInside = wasInside;
            }
        }

        @Override
        public void close() {
            // The context's garbage collector's matter, which is this JVM's.
        }
    }

    private int run(Value entry) {
        boolean wasInside = isInside;
        if (!wasInside) {
            isEndedBefore = false;
            isPausing = false;
        }
        try {
            isInside = true;
            long code = entry.invokeMember("run").asLong();
            isInside = false;
            GuestTrap kept = calls.takeTrap();
            if (kept != null) {
                throw kept; // The function may not go on as if nothing had been.
            }
            if (isEndedBefore) {
                throw interrupted();
            }
            if (code == GuestEntry.THROWN) {
                throw new GuestTrap(Reason.TRAP, entry.invokeMember("thrown").asString());
            }
            return (int) code;
        } catch (PolyglotException ended) {
            throw trap(ended);
        } catch (TrapException ended) {
            // It came on the way into the context or out of it, where nobody takes it for the guest's.
            GuestTrap kept = calls.takeTrap();
            throw kept == null ? interrupted() : kept;
        } finally {
            isInside = wasInside;
        }
    }

    /** What the core does itself in the midst of a call is not ended where it stands, but after it. */
    private boolean stepOut() {
        boolean wasInside = isInside;
        isInside = false;
        return wasInside;
    }

    private GuestTrap trap(PolyglotException ended) {
        GuestTrap kept = calls.takeTrap();
        if (kept != null) {
            return kept;
        }
        if (ended.isInternalError()) {
            isBroken = true;
            throw new IllegalStateException("Espresso failed: " + ended.getMessage(), ended);
        }
        return new GuestTrap(Reason.TRAP, String.valueOf(ended.getMessage()));
    }

    @Override
    public void enterOn(Thread caller) {
        thread = caller;
    }

    @Override
    public void rest() {
        // Each call enters the context and leaves it.
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the call itself says when it has ended
    public void interrupt() {
        EndCall action = ending;
        if (action == null || action.isOver) {
            action = new EndCall();
            ending = action;
        }
        vm.environment().submitThreadLocal(new Thread[] {thread}, action);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // one that comes to nothing is followed by others
    public void pause() {
        // One at a time, or they would pile up while the guest gets no processor.
        if (!isPausing) {
            isPausing = true;
            vm.environment().submitThreadLocal(new Thread[] {thread}, pause);
        }
    }

    @Override
    public void clearInterrupt() {
        EndCall late = ending;
        if (late != null) {
            late.isOver = true;
        }
    }

    @Override
    public void close() {
        if (isBroken) {
            vm.close();
        } else {
            GuestVms.giveBack(vm);
        }
    }
}
