package dev.quern.sandbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tenant's isolate of one runtime on one core, and what is in it. A link of {@link Isolates}' list. Thread: the core's. */
final class TenantIsolate {
    private final Object key;
    private final FunctionRuntime runtime;
    private final FunctionRuntime.Isolate isolate;
    private final Map<Deployment, FunctionRuntime.Instance> instances = new HashMap<>(2);
    private final List<Function> callable = new ArrayList<>(1);

    @Nullable
    TenantIsolate colder;

    @Nullable
    TenantIsolate warmer;

    /** {@link System#nanoTime} of when the core last began to use it. */
    long usedNs;

    /** What it was last found to take. */
    long bytes = Limits.ISOLATE_HEAP_BYTES;

    /** Whether it was used since. */
    boolean isChanged;

    /** Whether it was let go. */
    boolean isGone;

    TenantIsolate(Object key, FunctionRuntime runtime, FunctionRuntime.Isolate isolate) {
        this.key = key;
        this.runtime = runtime;
        this.isolate = isolate;
    }

    Object key() {
        return key;
    }

    FunctionRuntime runtime() {
        return runtime;
    }

    FunctionRuntime.Isolate isolate() {
        return isolate;
    }

    Map<Deployment, FunctionRuntime.Instance> instances() {
        return instances;
    }

    /** The functions that the core calls in it without a further look. */
    List<Function> callable() {
        return callable;
    }

    /** What it takes now: an estimate for the heap, and the pages that its instances have touched. */
    long measure() {
        long found = Limits.ISOLATE_HEAP_BYTES;
        for (FunctionRuntime.Instance instance : instances.values()) {
            found += Limits.INSTANCE_HEAP_BYTES + instance.residentBytes();
        }
        return found;
    }

    void close() {
        instances.values().forEach(FunctionRuntime.Instance::close);
        instances.clear();
        isolate.close();
    }
}
