package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreException;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets functions that were just deployed run on a runtime that is fast at once, and has the runtime in force compile them aside: a thread
 * calls each as a core did first, on either runtime in turns, and drops what that writes. When the runtime in force has become as fast,
 * the function's cores go over to it.
 */
final class HeadStarts {
    private static final System.Logger LOG = System.getLogger(HeadStarts.class.getName());

    /** Modules that are ready twice: what they take is bounded. */
    private static final int LIVE_MAX = 256;

    /** Compiled before, and so not in want of one. Past as many they are forgotten. */
    private static final int COMPILED_MAX = 4096;

    private static final int CALLS_AT_ONCE = 200;
    private static final long CALL_TIME_MAX_US = 1_000_000;

    /** Times in a row that the runtime in force must be as fast. */
    private static final int FAST_TIMES = 3;

    /** As fast: it takes no longer than so many times the other one's time. */
    private static final double AS_FAST = 1.5;

    /** How long one is tried before the next one's turn. */
    private static final long TURN_NS = 2_000_000_000L;

    /** Turns after which a function stays where it is fast. */
    private static final int TURNS_MAX = 15;

    private final Functions functions;
    private final FunctionRuntime early;

    /** Kept by the deployments that have them, and by the queue: what nobody has any more counts no longer. */
    private final Map<String, WeakReference<HeadStart>> live = new ConcurrentHashMap<>();

    private final Set<String> compiled = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<HeadStart> wanted = new ArrayBlockingQueue<>(LIVE_MAX);
    private final Thread thread;
    private volatile boolean isClosed;

    HeadStarts(Functions functions, FunctionRuntime early) {
        this.functions = functions;
        this.early = early;
        thread = Thread.ofPlatform()
                .daemon()
                .name("quern-head-starts")
                .stackSize(Limits.STACK_BYTES)
                .start(this::run);
    }

    /** What runs a module at first; null when the runtime in force may run it from the beginning. */
    @Nullable
    HeadStart of(Manifest manifest, String sha256, byte[] module) {
        String key = manifest.name() + ' ' + manifest.memoryPagesMax() + ' ' + sha256;
        WeakReference<HeadStart> kept = live.get(key);
        HeadStart found = kept == null ? null : kept.get();
        if (found != null || compiled.contains(key) || !hasRoom()) {
            return found;
        }
        try {
            HeadStart made =
                    new HeadStart(key, early, early.load(manifest, module).module(), this);
            live.put(key, new WeakReference<>(made));
            return made;
        } catch (FunctionRefusedException notThere) {
            return null;
        }
    }

    private boolean hasRoom() {
        if (live.size() >= LIVE_MAX) {
            live.values().removeIf(kept -> kept.get() == null);
        }
        return live.size() < LIVE_MAX;
    }

    void offer(HeadStart sampled) {
        if (!wanted.offer(sampled)) {
            end(sampled);
        }
    }

    private void end(HeadStart ended) {
        live.remove(ended.key());
        if (compiled.size() >= COMPILED_MAX) {
            compiled.clear();
        }
        compiled.add(ended.key());
        ended.end();
        functions.changed();
    }

    private void run() {
        while (!isClosed) {
            try {
                HeadStart next = wanted.take();
                switch (tryOut(next)) {
                    case OVER -> end(next);
                    case TRAPS -> {
                        if (next.sampleAnother()) {
                            functions.changed(); // Cores look anew at what they call next.
                        } else {
                            end(next);
                        }
                    }
                    case SLOWER -> {
                        if (!isClosed && next.countTurn() < TURNS_MAX) {
                            offer(next);
                        }
                    }
                }
            } catch (InterruptedException closed) {
                return;
            }
        }
    }

    /** What came of calling for a while. */
    private enum Trial {
        /** The function is to go over to the runtime in force. */
        OVER,
        /** The sample traps. */
        TRAPS,
        /** The runtime in force is not as fast yet. */
        SLOWER
    }

    private Trial tryOut(HeadStart tried) {
        HeadStart.Sample sample = tried.sample();
        if (sample == null) {
            return Trial.OVER;
        }
        try (StoreCore core = sample.store().attach();
                Arena arena = Arena.ofConfined();
                FunctionCore earlyCore = functions.attachAside(core, early);
                FunctionCore lateCore = functions.attachAside(core, functions.preferred())) {
            long arguments = arena.allocate(Math.max(1, sample.arguments().length), Long.BYTES)
                    .address();
            NativeMemory.copyFromArray(sample.arguments(), 0, arguments, sample.arguments().length);
            long endNs = System.nanoTime() + TURN_NS;
            int fast = 0;
            while (!isClosed && System.nanoTime() < endNs) {
                long earlyNs = batchNs(earlyCore, sample, arguments);
                long lateNs = batchNs(lateCore, sample, arguments);
                if (earlyNs < 0 || lateNs < 0) {
                    return Trial.TRAPS;
                }
                fast = lateNs <= AS_FAST * earlyNs ? fast + 1 : 0;
                if (fast == FAST_TIMES) {
                    return Trial.OVER;
                }
                // Half of a processor at most; the compiler wants one, too.
                LockSupport.parkNanos(earlyNs + lateNs);
            }
            return Trial.SLOWER;
        } catch (StoreException | IllegalStateException refused) {
            LOG.log(System.Logger.Level.DEBUG, "no core of the store is free to try a function out", refused);
            return Trial.OVER;
        }
    }

    private static long batchNs(FunctionCore core, HeadStart.Sample sample, long arguments) {
        Invocation call = core.invocation();
        long startNs = System.nanoTime();
        for (int i = 0; i < CALLS_AT_ONCE; i++) {
            call.set(arguments, sample.arguments().length, sample.table(), sample.isReadOnly(), CALL_TIME_MAX_US);
            int status = core.invoke(sample.function(), call, System.nanoTime(), System.currentTimeMillis());
            if (status != FunctionStatus.OK && status != FunctionStatus.FAILED) {
                return -1;
            }
        }
        return System.nanoTime() - startNs;
    }

    /** Ends the thread, which may take the time of a batch of calls. */
    Thread close() {
        isClosed = true;
        thread.interrupt();
        return thread;
    }
}
