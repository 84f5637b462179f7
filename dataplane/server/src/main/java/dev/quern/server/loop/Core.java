package dev.quern.server.loop;

import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreCore;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.Functions;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/** Everything that the ports of one core need. Thread: that core's, but {@link #execute}, {@link #counters} and the plain facts. */
public final class Core {
    private final int index;
    private final int count;
    private final Store store;
    private final StoreCore storeCore;
    private final Functions functions;
    private final FunctionCore functionCore;
    private final Scratch scratch;
    private final CounterTotals totals;
    private final Counters counters;
    private final ControlExecutor control;
    private final MpscVarHandleArrayQueue<Runnable> tasks = new MpscVarHandleArrayQueue<>(LoopLimits.CORE_TASKS_MAX);
    private final Thread thread = Thread.currentThread();
    private volatile boolean parked;
    private long nowNs;
    private long nowMs;
    private boolean draining;

    Core(int index, int count, Store store, Functions functions, ControlExecutor control, CounterTotals totals) {
        this.index = index;
        this.count = count;
        this.store = store;
        this.storeCore = store.attach();
        this.functions = functions;
        this.functionCore = functions.attach(storeCore);
        this.control = control;
        this.scratch = new Scratch(LoopLimits.SCRATCH_BYTES);
        this.totals = totals;
        this.counters = totals.core(index);
        tick(System.nanoTime(), System.currentTimeMillis());
    }

    public int index() {
        return index;
    }

    /** How many cores the server has. */
    public int count() {
        return count;
    }

    public Store store() {
        return store;
    }

    public StoreCore storeCore() {
        return storeCore;
    }

    public Functions functions() {
        return functions;
    }

    public FunctionCore functionCore() {
        return functionCore;
    }

    public Scratch scratch() {
        return scratch;
    }

    public Counters counters() {
        return counters;
    }

    /** All cores' counters. */
    public CounterTotals totals() {
        return totals;
    }

    public ControlExecutor control() {
        return control;
    }

    /** {@link System#nanoTime} at the start of this turn. */
    public long nowNs() {
        return nowNs;
    }

    /** Unix milliseconds at the start of this turn. */
    public long nowMs() {
        return nowMs;
    }

    /** Whether the server is shutting down: take no new sessions, answer what has arrived. */
    public boolean draining() {
        return draining;
    }

    /**
     * Has the core run this in one of its next turns. Any thread.
     *
     * @throws RejectedExecutionException when the core has not run {@link LoopLimits#CORE_TASKS_MAX} earlier ones yet
     */
    public void execute(Runnable task) {
        if (!tasks.offer(task)) {
            throw new RejectedExecutionException("core " + index + " has " + LoopLimits.CORE_TASKS_MAX
                    + " tasks waiting: submit fewer, or wait for the earlier ones");
        }
        wakeup();
    }

    /** Wakes the core when it is parked. Cheap when it is not. Any thread. */
    public void wakeup() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    /** A wake-up that comes between the last turn and this is missed: it costs one short park. */
    void park(long parkNs) {
        parked = true;
        LockSupport.parkNanos(this, parkNs);
        parked = false;
    }

    void tick(long turnNs, long turnMs) {
        nowNs = turnNs;
        nowMs = turnMs;
    }

    void startDraining() {
        draining = true;
    }

    boolean hasTasks() {
        return !tasks.isEmpty();
    }

    int runTasks(int limit) {
        int done = 0;
        for (Runnable task; done < limit && (task = tasks.poll()) != null; done++) {
            task.run();
        }
        return done;
    }

    void close() {
        functionCore.close();
        storeCore.close();
        scratch.close();
    }
}
