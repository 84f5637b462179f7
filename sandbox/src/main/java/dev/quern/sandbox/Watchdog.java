package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Knows each core's call, and has a thread that ends those that run too long. Safe on any thread. */
final class Watchdog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());
    private static final long INTERVAL_NS = 500_000;

    /** While all calls tick: each look takes a processor from a core or from whoever shares the machine with it. */
    private static final long SELDOM_NS = 2_000_000;

    private final List<CoreCall> calls = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    Watchdog() {
        thread = Thread.ofPlatform().daemon().name("quern-watchdog").start(this::watch);
    }

    void add(CoreCall call) {
        calls.add(call);
    }

    void remove(CoreCall call) {
        calls.remove(call);
    }

    /** What runs right now, on whichever core. */
    List<RunningFunction> running() {
        long nowNs = System.nanoTime();
        List<RunningFunction> running = new ArrayList<>();
        for (CoreCall call : calls) {
            RunningFunction function = call.running(nowNs);
            if (function != null) {
                running.add(function);
            }
        }
        return running;
    }

    /** Ends what a tenant has running; returns how many calls that were. */
    int kill(Tenant tenant) {
        int killed = 0;
        for (CoreCall call : calls) {
            killed += call.kill(tenant) ? 1 : 0;
        }
        return killed;
    }

    private void watch() {
        boolean isUrgent = true;
        while (!closed) {
            LockSupport.parkNanos(isUrgent ? INTERVAL_NS : SELDOM_NS);
            long nowNs = System.nanoTime();
            isUrgent = false;
            for (CoreCall call : calls) {
                watch(call, nowNs);
                isUrgent |= call.isUrgent(nowNs);
            }
        }
    }

    /** One core's fault, as when its isolate is being closed, does not leave the others without a watchdog. */
    private static void watch(CoreCall call, long nowNs) {
        try {
            call.endIfOver(nowNs);
            call.pauseIfSilent(nowNs);
        } catch (RuntimeException fault) {
            LOG.log(System.Logger.Level.WARNING, "the watchdog could not reach a call; it tries again", fault);
        }
    }

    /** Stops the thread, and waits until it has ended. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        Functions.awaitEnd(thread);
    }
}
