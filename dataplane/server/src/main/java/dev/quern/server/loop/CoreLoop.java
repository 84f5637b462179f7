package dev.quern.server.loop;

import dev.quern.ffi.linux.Affinity;
import dev.quern.kvstore.Store;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.Limits;
import dev.quern.server.dispatch.BusyTenants;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.LoopGauges;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.roles.Role;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that turns lanes, turn after turn, until it is stopped: its own, which it opened, and those that were given to it since. It may
 * give any of them away, and then turns none.
 */
public final class CoreLoop implements Runnable {
    /** No processor in particular. */
    public static final int UNPINNED = -1;

    private static final Logger LOG = LoggerFactory.getLogger(CoreLoop.class);

    private final int index;
    private final int count;
    private final int cpu;
    private final Store store;
    private final Functions functions;
    private final ControlExecutor control;
    private final List<PortFactory> factories;
    private final CounterTotals totals;
    private final Roles roles;
    private final CoreEvents.Kind eventKind;
    private final CompletableFuture<List<String>> opened = new CompletableFuture<>();
    private final Thread thread;
    private final LoopSleep sleep;
    private final LoopLanes lanes;
    private final LoopRest rest;

    /** Written before {@link #opened}. */
    private volatile int kernelThread = ProcessorTimes.UNKNOWN;

    private volatile @Nullable FunctionStation station;
    private final LoopGauges gauges = new LoopGauges();
    private volatile @Nullable RoleKeeper keeper;
    private boolean hasWorked;

    private volatile @Nullable Lane home;
    private volatile boolean stopWanted;

    /**
     * @param cpu the processor to pin to, or {@link #UNPINNED}
     * @param factories what to open on this core
     */
    public CoreLoop(
            int index,
            int count,
            int cpu,
            Store store,
            Functions functions,
            ControlExecutor control,
            CounterTotals totals,
            Roles roles,
            List<PortFactory> factories,
            IdleConfig idle,
            CoreEvents.Kind eventKind) {
        this.index = index;
        this.count = count;
        this.cpu = cpu;
        this.store = store;
        this.functions = functions;
        this.control = control;
        this.factories = List.copyOf(factories);
        this.totals = totals;
        this.roles = roles;
        this.eventKind = eventKind;
        this.thread = Thread.ofPlatform()
                .name("quern-core-" + index)
                .stackSize(Limits.STACK_BYTES)
                .unstarted(this);
        this.sleep = new LoopSleep(thread);
        this.lanes = new LoopLanes(this);
        this.rest = new LoopRest(idle, sleep, lanes, gauges);
    }

    /**
     * Starts the thread and waits until its ports are open; returns what each says of itself.
     *
     * @throws IOException when a port could not be opened; the loop has ended then
     */
    public List<String> start() throws IOException {
        thread.start();
        try {
            return opened.join();
        } catch (CompletionException failed) {
            awaitStop();
            if (failed.getCause() instanceof IOException refused) {
                throw refused;
            }
            throw failed;
        }
    }

    /** The loop: opens its lane's ports, turns until stopped, closes the lanes that it has then. */
    @Override
    public void run() {
        try {
            open();
            while (!stopWanted) {
                turns();
            }
        } catch (Throwable thrown) {
            if (!opened.completeExceptionally(thrown)) {
                LOG.error("core {} ended by a fault: its ports close, the other cores serve on", index, thrown);
            }
        } finally {
            closeLanes();
        }
    }

    private void turns() {
        try {
            while (!stopWanted) {
                if (rest.isDue(turn(System.nanoTime()))) {
                    rest();
                }
            }
        } catch (InternalError fault) {
            if (!lanes.recover()) {
                throw fault;
            }
            rest.end();
        }
    }

    private void pin() throws IOException {
        try {
            Affinity.pin(cpu);
        } catch (IOException refused) {
            throw new IOException(
                    "core " + index + " cannot run on processor " + cpu + " (" + refused.getMessage()
                            + "): name others in cpus, out of " + Affinity.allowed(),
                    refused);
        }
    }

    private void open() throws IOException {
        kernelThread = ProcessorTimes.currentThread();
        if (cpu != UNPINNED) {
            pin();
        }
        Lane opening =
                new Lane(new Core(index, count, store, functions, control, totals, roles, eventKind, sleep), this);
        home = opening;
        lanes.open(opening);
        FunctionStation own = new FunctionStation(
                index,
                store,
                functions,
                roles.policies(),
                roles.waitMaxNs(),
                this::wake,
                (nowNs, unixMs) -> interlude(null, nowNs, unixMs));
        station = own;
        roles.open(own);
        opened.complete(opening.open(factories));
    }

    /** One turn of this loop. Thread: the loop's. Returns the work done; 0 lets the idle strategy act. */
    int turn(long nowNs) {
        gauges.turn(nowNs, hasWorked);
        RoleKeeper watched = keeper;
        if (watched != null) {
            watched.look(nowNs);
        }
        int work = lanes.obey(LoopLimits.ORDERS_PER_TURN_MAX);
        work += lanes.turn(nowNs);
        work += runFunctions();
        hasWorked = work > 0;
        return work;
    }

    /** What was handed to this loop, or put off by it; a loop that serves has some only at times. */
    private int runFunctions() {
        FunctionStation own = station;
        if (own == null || stopWanted) {
            return 0;
        }
        boolean isServing = lanes.all().length > 0;
        if (isServing && !own.hasWork() && !own.isDue()) {
            return 0;
        }
        lanes.leave();
        int work = own.turn(System.nanoTime(), System.currentTimeMillis(), isServing);
        if (isServing) {
            own.rest();
        }
        if (work == 0 && roles.view().role(index) == Role.FUNCTIONS) {
            FunctionStation busiest = roles.busiest(own);
            if (busiest != null) {
                own.begOf(busiest);
            }
        }
        return work;
    }

    /** Ends its sleep, after work was left where it looks. Any thread. */
    void wake() {
        VarHandle.fullFence(); // Pairs with the one in LoopSleep.announce.
        sleep.wake();
    }

    /** Once its last turns found nothing to do. */
    private void rest() {
        rest.announce();
        if (stopWanted || turn(System.nanoTime()) > 0) {
            rest.stayAwake();
        } else {
            FunctionStation own = station;
            rest.sleep(own != null && own.hasWork());
        }
    }

    /** Its thread's number at the kernel, or {@link ProcessorTimes#UNKNOWN}. Once it is open; any thread. */
    int kernelThread() {
        return kernelThread;
    }

    LoopSleep sleep() {
        return sleep;
    }

    /** A function of this lane, or one of this loop's station, stands still: what else this loop turns is served. */
    void interlude(@Nullable Lane standing, long nowNs, long unixMs) {
        RoleKeeper watched = keeper;
        if (watched != null) {
            watched.look(nowNs);
        }
        lanes.interlude(standing, nowNs, unixMs);
    }

    LoopLanes lanes() {
        return lanes;
    }

    /** Before the loop takes a lane, whose functions may enter a context: its station's leave first. */
    void leaveFunctions() {
        FunctionStation own = station;
        if (own != null) {
            own.rest();
        }
    }

    /** Whether it was asked to end: lanes stay where they are then. */
    boolean isStopping() {
        return stopWanted;
    }

    // Roles

    /** From now on these loops, which are all of a server's and open, take the roles that its mode says. Any thread. */
    public static void govern(Roles roles, List<CoreLoop> loops) {
        RoleKeeper keeper = new RoleKeeper(roles, loops.toArray(CoreLoop[]::new), System.nanoTime());
        int serving = loops.size() - roles.mode().functionCores();
        for (CoreLoop loop : loops) {
            if (loop.index >= serving) {
                loop.place(loops.get(loop.index % serving));
            }
            loop.keeper = keeper;
        }
        roles.orders(keeper);
    }

    private RoleKeeper governor() {
        RoleKeeper governing = keeper;
        if (governing == null) {
            throw new IllegalStateException("core " + index + " has no roles yet");
        }
        return governing;
    }

    /** Gives this core a role; see {@link RoleKeeper#assign}. Any thread. */
    public boolean assign(Role to, int tenant) {
        return governor().assign(index, to, tenant);
    }

    /** Has all cores' roles follow the load again. Any thread. */
    public void releaseRoles() {
        governor().release();
    }

    /** What it shows of itself now. Once all loops are open; any thread. */
    public LoopFigures figures(long nowNs) {
        return LoopFigures.of(this, roles.view(), keeper, nowNs);
    }

    /** The tenants whose functions took most time in the turns of its lane. Once it is open; any thread. */
    public BusyTenants laneTenants() {
        return homeLane().core().gauges().tenants();
    }

    /** The same of what it ran from its queues. */
    public BusyTenants stationTenants() {
        return station().gauges().tenants();
    }

    LoopGauges gauges() {
        return gauges;
    }

    /** The lane that it opened. Once it is open; any thread. */
    Lane homeLane() {
        return Objects.requireNonNull(home);
    }

    /** Where it runs functions. Once it is open; any thread. */
    FunctionStation station() {
        return Objects.requireNonNull(station);
    }

    /**
     * Has this loop's own lane turned by that one, from its next quiet point on: one in the midst of a function waits for its end. The last
     * word counts. Any thread.
     */
    public void place(CoreLoop taker) {
        Lane placed = home;
        if (placed != null) {
            placed.place(taker);
        }
    }

    // Ending

    private void closeLanes() {
        lanes.close();
        FunctionStation own = station;
        if (own != null) {
            own.close();
        }
    }

    /** Closes what was still on its way to this loop when it ended. Once every loop has; any thread. */
    public void closeLate() {
        if (thread.isAlive()) {
            return;
        }
        lanes.closeLate();
        closeLanes();
    }

    /** Frees the invocations that were under way between loops. Once every loop has ended; any thread. */
    public void free() {
        Lane opened = home;
        if (opened != null) {
            opened.free();
        }
    }

    /** Asks the core that this loop opened to finish what has arrived and take nothing new. Any thread; {@link #drained} tells when. */
    public void drain() {
        Lane draining = home;
        if (draining != null) {
            draining.drain();
        }
    }

    /** Whether nothing was left to do at the end of that core's last turn after {@link #drain}, or it is closed. Any thread. */
    public boolean drained() {
        Lane draining = home;
        return draining == null || draining.drained();
    }

    /** Has the loop end after its turn, and close the ports of what it turns then. Any thread. */
    public void stop() {
        stopWanted = true;
        wake();
    }

    /** Waits for the loop's end. Once all have ended, {@link #closeLate} closes what was under way between them. Any thread but the loop's. */
    public void awaitStop() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join(LoopLimits.STOP_SECONDS * 1_000L);
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("core {} still turning {} s after it was asked to stop", index, LoopLimits.STOP_SECONDS);
        }
    }

    public int index() {
        return index;
    }

    /** Whether the thread still turns. Any thread. */
    public boolean running() {
        return thread.isAlive();
    }
}
