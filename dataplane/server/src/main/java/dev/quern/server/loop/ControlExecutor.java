package dev.quern.server.loop;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where slow work runs, off the core loops: deploying a module takes a hundred milliseconds. One thread, so that deploys into one
 * tenant happen one after the other. Any thread may submit.
 */
public final class ControlExecutor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlExecutor.class);

    private final ThreadPoolExecutor executor;
    private final AtomicInteger pending = new AtomicInteger();

    public ControlExecutor() {
        executor = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(LoopLimits.CONTROL_TASKS_MAX),
                Thread.ofPlatform().daemon().name("quern-control").factory());
        // Started by a core's first task, the thread would be bound to that core's processor for good, as whoever
        // starts one hands that down.
        executor.prestartAllCoreThreads();
    }

    /**
     * Runs {@code work} on the control thread and then {@code completion} on the core, with the result or with what was thrown.
     *
     * @return false when too much is waiting already: answer that the server is busy
     */
    public <T> boolean submit(Core core, Callable<T> work, BiConsumer<@Nullable T, @Nullable Throwable> completion) {
        try {
            pending.incrementAndGet();
            executor.execute(() -> run(core, work, completion));
            return true;
        } catch (RejectedExecutionException full) {
            pending.decrementAndGet();
            return false;
        }
    }

    private <T> void run(Core core, Callable<T> work, BiConsumer<@Nullable T, @Nullable Throwable> completion) {
        try {
            T result = work.call();
            core.execute(() -> completion.accept(result, null));
        } catch (Throwable thrown) {
            // Not swallowed: the completion answers whoever asked. An Error is worth a line of its own.
            if (thrown instanceof Error) {
                LOG.error("control task failed", thrown);
            }
            core.execute(() -> completion.accept(null, thrown));
        } finally {
            pending.decrementAndGet();
        }
    }

    /** Tasks not yet handed back to their cores. */
    public int pending() {
        return pending.get();
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(LoopLimits.STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("control task still running {} s after the server's close", LoopLimits.STOP_SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
