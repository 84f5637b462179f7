package dev.quern.sandbox.java;

import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.StoreCalls;
import java.util.Map;

/** One tenant's objects on one core. What ends a call is met at the function's next tick, or when it next calls the store. */
final class JavaIsolate implements FunctionRuntime.Isolate {
    private final StoreCalls calls;
    private final JavaCall call;

    JavaIsolate(StoreCalls calls) {
        this.calls = calls;
        call = new JavaCall(calls);
    }

    @Override
    public FunctionRuntime.Instance instantiate(FunctionRuntime.Module module, FunctionRuntime.InstanceMemory memory) {
        JavaRuntime.JavaModule javaModule = (JavaRuntime.JavaModule) module;
        try {
            return new JavaInstance(javaModule.maker().get());
        } catch (RuntimeException | LinkageError | StackOverflowError failed) {
            throw new GuestTrap(Reason.TRAP, GuestJar.describe(failed));
        }
    }

    /** A function's object. Thread: the core's. */
    private final class JavaInstance implements FunctionRuntime.Instance {
        private final Map<String, Entry> entries;

        JavaInstance(Entries function) {
            entries = Map.copyOf(function.entries());
        }

        @Override
        public FunctionRuntime.Entry entry(String name) {
            Entry entry = entries.get(name);
            if (entry == null) {
                throw new GuestTrap(Reason.TRAP, "entry " + name + " was there when it was deployed, and is no more");
            }
            return () -> run(entry);
        }

        @Override
        public void close() {
            // The garbage collector's matter.
        }
    }

    private int run(Entry entry) {
        LoopTicks.begin(call);
        try {
            int code = entry.run(call);
            GuestTrap caught = calls.takeTrap();
            if (caught != null) {
                throw caught; // The function may not go on as if nothing had been.
            }
            return code;
        } catch (GuestTrap trap) {
            calls.takeTrap();
            throw trap;
        } catch (StackOverflowError tooDeep) {
            throw new GuestTrap(Reason.TRAP, "call stack exhausted");
        } catch (RuntimeException | Error thrown) {
            GuestTrap kept = calls.takeTrap();
            throw kept != null ? kept : new GuestTrap(Reason.TRAP, GuestJar.describe(thrown));
        }
    }

    @Override
    public void enterOn(Thread thread) {
        // A call is told by a flag of its own.
    }

    @Override
    public void rest() {
        // Nothing is kept from call to call.
    }

    @Override
    public void interrupt() {
        call.interrupt();
    }

    @Override
    public void pause() {
        call.pause();
    }

    @Override
    public void clearInterrupt() {
        call.clearInterrupt();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
