package dev.quern.sandbox;

import dev.quern.kvstore.Store;
import dev.quern.kvstore.Table;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What runs a module's calls while the runtime in force has yet to compile it: a runtime that needs less time for that. One for all
 * deployments of a module by the same name. Safe on any thread.
 */
final class HeadStart {
    /** One that traps each time is compiled no more eagerly than others. */
    private static final int SAMPLES_MAX = 8;

    /**
     * A call that a core has made, to be made again aside.
     *
     * @param arguments as the core got them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sample(Store store, Function function, byte[] arguments, Table table, boolean isReadOnly) {}

    private final String key;
    private final FunctionRuntime runtime;
    private final FunctionRuntime.Module module;
    private final HeadStarts all;
    private final AtomicReference<@Nullable Sample> sample = new AtomicReference<>();

    /** Samples that were of no use. */
    private volatile int useless;

    private volatile boolean isOver;

    /** Of its being tried; the thread's that tries. */
    private int turns;

    HeadStart(String key, FunctionRuntime runtime, FunctionRuntime.Module module, HeadStarts all) {
        this.key = key;
        this.runtime = runtime;
        this.module = module;
        this.all = all;
    }

    String key() {
        return key;
    }

    FunctionRuntime runtime() {
        return runtime;
    }

    FunctionRuntime.Module module() {
        return module;
    }

    /** A core is about to call it for the first time. */
    void sample(Sample called) {
        if (!isOver && sample.compareAndSet(null, called)) {
            all.offer(this);
        }
    }

    /**
     * Nothing was to be learnt from the sample, as it trapped: another call is to be one. Thread: that which tries.
     *
     * @return false when that was so too often
     */
    boolean sampleAnother() {
        int found = useless + 1;
        useless = found;
        if (found == SAMPLES_MAX) {
            return false;
        }
        sample.set(null);
        return true;
    }

    boolean isSampled() {
        return sample.get() != null;
    }

    @Nullable
    Sample sample() {
        return sample.get();
    }

    int countTurn() {
        turns++;
        return turns;
    }

    boolean isOver() {
        return isOver;
    }

    void end() {
        isOver = true;
    }
}
