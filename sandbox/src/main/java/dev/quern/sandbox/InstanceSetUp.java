package dev.quern.sandbox;

import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.StoreCalls;

/**
 * An instance of a module that wants more than to be called: to be initialised, which its first call does within its own limits, to
 * have the end of what it wrote to standard output logged, or to be run as a command, which may end its process at any time. Thread: its
 * core's.
 */
final class InstanceSetUp implements FunctionRuntime.Instance {
    private final FunctionRuntime.Instance instance;
    private final StoreCalls calls;
    private final boolean hasInitializer;
    private final String command;
    private boolean isInitialized;

    /** @param command its name as one; empty for what is none */
    InstanceSetUp(FunctionRuntime.Instance instance, StoreCalls calls, boolean hasInitializer, String command) {
        this.command = command;
        this.instance = instance;
        this.calls = calls;
        this.hasInitializer = hasInitializer;
        isInitialized = !hasInitializer;
    }

    @Override
    public FunctionRuntime.Entry entry(String name) {
        FunctionRuntime.Entry entry = instance.entry(name);
        return () -> call(entry);
    }

    private int call(FunctionRuntime.Entry entry) {
        String before = calls.wasi().command(command);
        try {
            if (!isInitialized) {
                // One that does not come to its end costs the instance, and so is not begun twice in it.
                instance.entry(Deployment.INITIALIZER).call();
                isInitialized = true;
            }
            return entry.call();
        } catch (GuestTrap ended) {
            if (ended.isExit() && !command.isEmpty()) {
                return ended.exitCode();
            }
            throw ended;
        } finally {
            calls.wasi().flush();
            calls.wasi().command(before);
        }
    }

    @Override
    public boolean renew() {
        isInitialized = !hasInitializer;
        return instance.renew();
    }

    @Override
    public InstanceState state(int globalCount) {
        InstanceState state = instance.state(globalCount);
        return new InstanceState(state.memory(), state.globals(), isInitialized);
    }

    @Override
    public void adopt(InstanceState state) {
        instance.adopt(state);
        isInitialized = state.isInitialized();
    }

    @Override
    public long residentBytes() {
        return instance.residentBytes();
    }

    @Override
    public void close() {
        instance.close();
    }
}
