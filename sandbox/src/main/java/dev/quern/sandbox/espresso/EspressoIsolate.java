package dev.quern.sandbox.espresso;

import com.oracle.truffle.api.TruffleLanguage.Env;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.espresso.guest.GuestEntry;
import dev.quern.sandbox.graal.SafepointIsolate;
import dev.quern.sandbox.graal.TrapException;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;

/**
 * One tenant's context on one core. What ends or pauses a call meets it at a safepoint of Truffle's: at the end of a loop's iteration or
 * of a method, also in the class library, but not in native code. Thread: the core's, but for {@link #interrupt} and {@link #pause}.
 */
final class EspressoIsolate extends SafepointIsolate {
    private final GuestVm vm;
    private final EspressoCalls hostCalls;
    private boolean isBroken;

    /** @throws IOException when no context waits, or there can be no more */
    EspressoIsolate(StoreCalls calls) throws IOException {
        super(calls);
        hostCalls = new EspressoCalls(calls);
        vm = GuestVms.takeWaiting();
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
            begin();
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
    public void rest() {
        // Each call enters the context and leaves it.
    }

    @Override
    protected Env environment() {
        return vm.environment();
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
