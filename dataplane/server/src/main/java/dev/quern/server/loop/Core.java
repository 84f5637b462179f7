package dev.quern.server.loop;

import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreCore;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.Functions;
import dev.quern.server.dispatch.Dispatch;
import dev.quern.server.dispatch.LaneCalls;
import dev.quern.server.dispatch.LaneGauges;
import dev.quern.server.dispatch.Roles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Everything that the ports of one core need. Thread: the one that turns that core, which may be another one from turn to turn; but
 * {@link #execute}, {@link #wakeup}, {@link #counters} and the plain facts.
 */
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
    private final Roles roles;
    private final LaneCalls calls;
    private final Dispatch dispatch;
    private final LaneGauges gauges = new LaneGauges(System.nanoTime());
    private final MpscVarHandleArrayQueue<Runnable> tasks = new MpscVarHandleArrayQueue<>(LoopLimits.CORE_TASKS_MAX);
    private final MpscVarHandleArrayQueue<Runnable> shortTasks =
            new MpscVarHandleArrayQueue<>(LoopLimits.CORE_TASKS_MAX);
    private final CoreEvents events;
    private volatile LoopSleep sleep;
    private boolean clockStale;
    private long nowNs;
    private long nowMs;
    private boolean draining;
    private boolean isInterlude;
    private int shortLeft;
    private int owner;
    private long interludes;

    Core(
            int index,
            int count,
            Store store,
            Functions functions,
            ControlExecutor control,
            CounterTotals totals,
            Roles roles,
            CoreEvents.Kind eventKind,
            LoopSleep sleep) {
        this.index = index;
        this.count = count;
        this.store = store;
        this.storeCore = store.attach();
        this.functions = functions;
        this.functionCore = functions.attach(storeCore, index);
        this.control = control;
        this.scratch = new Scratch(LoopLimits.SCRATCH_BYTES);
        this.totals = totals;
        this.counters = totals.core(index);
        this.events = new CoreEvents(eventKind);
        this.sleep = sleep;
        this.roles = roles;
        this.calls = new LaneCalls(this::wakeup);
        this.dispatch = new Dispatch(roles, functions, () -> counters.get(Counter.REQUESTS), System.nanoTime());
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
        if (isInterlude) {
            throw new IllegalStateException("the scratch holds the arguments of the function that stands still");
        }
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
        offer(tasks, task);
    }

    /**
     * As {@link #execute}, for what is short and touches no session's request in hand: it is run in the midst of functions, too, and before
     * what {@code execute} was given.
     */
    public void executeShort(Runnable task) {
        offer(shortTasks, task);
    }

    private void offer(MpscVarHandleArrayQueue<Runnable> queue, Runnable task) {
        if (!queue.offer(task)) {
            throw new RejectedExecutionException("core " + index + " has " + LoopLimits.CORE_TASKS_MAX
                    + " tasks waiting: submit fewer, or wait for the earlier ones");
        }
        wakeup();
    }

    /** What the core waits in; ports register there what wakes it. Thread: the core's. */
    public CoreEvents events() {
        return events;
    }

    /** Who serves and who runs functions. */
    public Roles roles() {
        return roles;
    }

    /** Says where invocations run. Thread: the core's. */
    public Dispatch dispatch() {
        return dispatch;
    }

    /** Invocations that run elsewhere. Thread: the core's. */
    public LaneCalls calls() {
        return calls;
    }

    /** The loop that turns this core now. Thread: the core's. */
    public int owner() {
        return owner;
    }

    /** For how long there has been something to do, as of this turn: what waits now has not waited for longer. Thread: the core's. */
    public long waitedNs() {
        return nowNs - gauges.emptiedNs();
    }

    /** What the lane shows of its load. Written by the core's thread. */
    public LaneGauges gauges() {
        return gauges;
    }

    /** From now on the calling thread turns this core, for that loop, and this is how to wake it. */
    void own(int loop, LoopSleep turning) {
        owner = loop;
        events.own(turning.thread());
        sleep = turning;
    }

    /**
     * Wakes the core when it sleeps: to be called after every piece of work left where the core looks in its turns. Costs a fence when it
     * is awake. Any thread.
     */
    public void wakeup() {
        // Pairs with the one in LoopSleep.announce. Who takes the core over looks at it before he sleeps: a wake-up
        // that still goes to
        // the last owner is not missed.
        VarHandle.fullFence();
        sleep.wake();
    }

    /** Sleeps in its events, until work comes or the time is over; returns what they served meanwhile, 0 for none. */
    int await(LoopSleep sleeping, long timeoutNs) {
        clockStale = true;
        int served = sleeping.sleep(timeoutNs);
        clockStale = false;
        return served;
    }

    /**
     * Reads the clock when the core was asleep since its last turn. For what an event loop runs while the core waits, before its first look
     * at {@link #nowMs}; costs nothing in a turn. Thread: the core's.
     */
    public void refreshClock() {
        if (clockStale) {
            clockStale = false;
            tick(System.nanoTime(), System.currentTimeMillis());
        }
    }

    void tick(long turnNs, long turnMs) {
        nowNs = turnNs;
        nowMs = turnMs;
    }

    void beginInterlude(long interludeNs, long interludeMs, int requestsMax) {
        tick(interludeNs, interludeMs);
        isInterlude = true;
        shortLeft = requestsMax;
        interludes++;
    }

    void endInterlude() {
        isInterlude = false;
    }

    /**
     * Whether a function of this core stands still meanwhile: only short requests may be served, in the function's epoch; no function may
     * be called and no transaction begun.
     */
    public boolean isInterlude() {
        return isInterlude;
    }

    /** Counts interludes: after a request during which this changed, others have waited for long. */
    public long interludes() {
        return interludes;
    }

    /** Whether there is time for more requests in this interlude. Asked before a datagram or a command, not in the midst of one. */
    public boolean mayServeShort() {
        return shortLeft > 0;
    }

    /** A request was served in this interlude, which took as long as so many gets. */
    public void servedShort(int gets) {
        shortLeft -= gets;
        counters.increment(Counter.REQUESTS_BETWEEN);
    }

    void startDraining() {
        draining = true;
    }

    boolean hasTasks() {
        return !tasks.isEmpty() || !shortTasks.isEmpty();
    }

    int runTasks(int limit) {
        return runShortTasks(limit) + run(tasks, limit);
    }

    /** Those that may be run in an interlude. */
    int runShortTasks(int limit) {
        return run(shortTasks, limit);
    }

    private static int run(MpscVarHandleArrayQueue<Runnable> queue, int limit) {
        int done = 0;
        for (Runnable task; done < limit && (task = queue.poll()) != null; done++) {
            task.run();
        }
        return done;
    }

    void close() {
        events.close();
        functionCore.close();
        storeCore.close();
        scratch.close();
    }
}
