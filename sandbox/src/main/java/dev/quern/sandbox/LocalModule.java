package dev.quern.sandbox;

import dev.quern.sandbox.guest.InitialImage;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A module that runs outside of a server: checked and made ready as one that is deployed, by a runtime of the caller's. Safe on any thread. */
public final class LocalModule {
    private final Manifest manifest;
    private final FunctionRuntime.Loaded loaded;
    private final FunctionRuntime.@Nullable Renewal renewal;

    private LocalModule(Manifest manifest, FunctionRuntime.Loaded loaded) {
        this.manifest = manifest;
        this.loaded = loaded;
        renewal = isFresh() && loaded.facts().isRenewable()
                ? new FunctionRuntime.Renewal(new InitialImage(), loaded.facts().globalCount())
                : null;
    }

    /**
     * Checks a module and compiles it. May take a tenth of a second.
     *
     * @throws FunctionRefusedException when it cannot run on that runtime
     */
    public static LocalModule load(FunctionRuntime runtime, Manifest manifest, byte[] module)
            throws FunctionRefusedException {
        manifest.check();
        try {
            return new LocalModule(manifest, runtime.load(manifest, module));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError broken) {
            throw new FunctionRefusedException(manifest.name() + ": cannot be run here: " + broken, broken);
        }
    }

    private boolean isFresh() {
        return manifest.fresh() || loaded.facts().isCommand();
    }

    public Manifest manifest() {
        return manifest;
    }

    /** What {@code module.entry} or {@code module} names; null when there is none such. */
    public @Nullable String entry(String fullName) {
        int dot = fullName.indexOf('.');
        if (dot < 0) {
            return TenantFunctions.entryOfModule(loaded.facts().entries());
        }
        String entry = fullName.substring(dot + 1);
        return loaded.facts().entries().contains(entry) ? entry : null;
    }

    /**
     * An instance of it.
     *
     * @param calls those of the isolate
     * @param arenaAddress where the records lie that it reads
     * @throws IOException when the system has no memory to give
     */
    public FunctionRuntime.Instance newInstance(
            FunctionRuntime.Isolate isolate, StoreCalls calls, long arenaAddress, long arenaLength) throws IOException {
        return isFresh()
                ? new FreshInstance(() -> make(isolate, calls, arenaAddress, arenaLength))
                : make(isolate, calls, arenaAddress, arenaLength);
    }

    private FunctionRuntime.Instance make(
            FunctionRuntime.Isolate isolate, StoreCalls calls, long arenaAddress, long arenaLength) throws IOException {
        FunctionRuntime.Instance instance = isolate.instantiate(
                loaded.module(),
                new FunctionRuntime.InstanceMemory(
                        loaded.facts().memoryPages(),
                        loaded.facts().memoryPagesMax(),
                        arenaAddress,
                        arenaLength,
                        renewal));
        boolean wantsSetUp = loaded.facts().hasInitializer()
                || loaded.facts().usesWasi()
                || loaded.facts().isCommand();
        return wantsSetUp
                ? new InstanceSetUp(
                        instance,
                        calls,
                        loaded.facts().hasInitializer(),
                        loaded.facts().isCommand() ? manifest.name() : "")
                : instance;
    }
}
