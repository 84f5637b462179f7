package dev.quern.server.loop;

import dev.quern.ffi.linux.Affinity;
import dev.quern.kvstore.Store;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.Limits;
import dev.quern.server.dispatch.BusyTenants;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.LaneGauges;
import dev.quern.server.dispatch.LoopGauges;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.roles.Role;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
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
    private static final Lane[] NONE = {};

    private final int index;
    private final int count;
    private final int cpu;
    private final Store store;
    private final Functions functions;
    private final ControlExecutor control;
    private final List<PortFactory> factories;
    private final CounterTotals totals;
    private final Roles roles;
    private final IdleStrategy idle;
    private final CoreEvents.Kind eventKind;
    private final CompletableFuture<List<String>> opened = new CompletableFuture<>();
    private final Thread thread;
    private final LoopSleep sleep;

    /** What other loops and the server want of this one. */
    private final MpscVarHandleArrayQueue<Runnable> orders = new MpscVarHandleArrayQueue<>(LoopLimits.ORDERS_MAX);

    /** Written before {@link #opened}. */
    private volatile int kernelThread = ProcessorTimes.UNKNOWN;

    private Lane[] lanes = NONE;
    private volatile @Nullable FunctionStation station;
    private final LoopGauges gauges = new LoopGauges();
    private volatile @Nullable RoleKeeper keeper;
    private boolean hasWorked;

    /** Whether a function stands still. */
    private boolean isStanding;

    private volatile @Nullable Lane home;
    private volatile boolean stopWanted;
    private volatile boolean hasEnded;

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
        this.idle = new IdleStrategy(idle);
        this.eventKind = eventKind;
        this.thread = Thread.ofPlatform()
                .name("quern-core-" + index)
                .stackSize(Limits.STACK_BYTES)
                .unstarted(this);
        this.sleep = new LoopSleep(thread);
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
                if (idle.idle(turn(System.nanoTime()))) {
                    rest();
                }
            }
        } catch (InternalError fault) {
            boolean isRecovered = false;
            for (Lane lane : lanes) {
                isRecovered |= lane.recover();
            }
            if (!isRecovered) {
                throw fault;
            }
            endRest();
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
        lanes = new Lane[] {opening};
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
        int work = turnAll(nowNs);
        hasWorked = work > 0;
        return work;
    }

    private int turnAll(long nowNs) {
        int work = obey(LoopLimits.ORDERS_PER_TURN_MAX);
        Lane[] turned = lanes;
        long atNs = nowNs;
        for (int at = 0; at < turned.length; at++) {
            Lane lane = turned[at];
            if (!has(lane)) {
                continue; // It left in the midst of another's function.
            }
            int done = lane.turn(atNs, System.currentTimeMillis());
            work += done;
            if (turned.length > 1) {
                // A lane's turn may have taken long, if it called a function.
                long endNs = System.nanoTime();
                lane.core().gauges().took(done == 0 ? 0 : endNs - atNs);
                atNs = endNs;
            }
            CoreLoop place = lane.place();
            if (place != this && !stopWanted) {
                hand(lane, place);
                work++;
            } else if (turned.length > 1) {
                lane.leave(); // The next one's functions may enter a context, and a thread leaves the last first.
            }
        }
        return work + runFunctions();
    }

    /** What was handed to this loop, or put off by it; a loop that serves has some only at times. */
    private int runFunctions() {
        FunctionStation own = station;
        if (own == null || stopWanted) {
            return 0;
        }
        Lane[] turned = lanes;
        boolean isServing = turned.length > 0;
        if (isServing && !own.hasWork() && !own.isDue()) {
            return 0;
        }
        for (Lane lane : turned) {
            lane.leave();
        }
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

    private void wake() {
        VarHandle.fullFence(); // Pairs with the one in LoopSleep.announce.
        sleep.wake();
    }

    private boolean has(Lane lane) {
        for (Lane each : lanes) {
            if (each == lane) {
                return true;
            }
        }
        return false;
    }

    private int obey(int limit) {
        int done = 0;
        for (Runnable order; done < limit && (order = orders.poll()) != null; done++) {
            order.run();
        }
        return done;
    }

    // Sleeping

    /**
     * Sleeps until there is work. What came before the announcement woke nobody, so a last turn looks for it. A loop with one lane waits in
     * that lane's events; one with none is woken by whoever has work for it; with several it can wait in none's, and looks again soon.
     */
    private void rest() {
        Lane[] resting = lanes;
        boolean waits = resting.length == 1 && resting[0].wakes();
        if (waits) {
            resting[0].announceRest();
        }
        sleep.announce(waits ? resting[0].core().events() : null);
        if (stopWanted || turn(System.nanoTime()) > 0) {
            endRest();
            idle.idle(1);
            return;
        }
        long restNs = idle.sleepNs(waits || resting.length == 0);
        FunctionStation own = station;
        if (own != null && own.hasWork()) {
            // Of tenants that are held back by their quota: nobody wakes the loop when they may go on.
            restNs = Math.min(restNs, LoopLimits.HELD_BACK_REST_NS);
        }
        gauges.asleep(true);
        if (resting.length == 0) {
            int ignored = sleep.sleep(restNs);
            endRest();
            return;
        }
        Core first = resting[0].core();
        first.counters().increment(waits ? Counter.WAITS : Counter.PARKS);
        int served = first.await(sleep, restNs);
        endRest();
        if (served > 0) {
            first.counters().increment(Counter.WAKES);
            idle.idle(1);
            int ignored = resting[0].transmit(first.nowNs());
        }
    }

    private void endRest() {
        gauges.asleep(false);
        sleep.end();
        for (Lane lane : lanes) {
            lane.endRest();
        }
    }

    /** Its thread's number at the kernel, or {@link ProcessorTimes#UNKNOWN}. Once it is open; any thread. */
    int kernelThread() {
        return kernelThread;
    }

    LoopSleep sleep() {
        return sleep;
    }

    /**
     * A function of this lane, or one of this loop's station, stands still: what else this loop turns is served. Lanes come and go meanwhile as at
     * the end of a turn, but the one whose function it is: none has to wait for a function that is not its own.
     */
    void interlude(@Nullable Lane standing, long nowNs, long unixMs) {
        RoleKeeper watched = keeper;
        if (watched != null) {
            watched.look(nowNs);
        }
        isStanding = true;
        try {
            int ignored = obey(LoopLimits.ORDERS_PER_TURN_MAX);
            Lane[] others = lanes;
            if (standing == null && others.length > 0) {
                others[0].core().counters().increment(Counter.INTERLUDES);
            }
            for (Lane lane : others) {
                if (lane != standing) {
                    lane.serveBetween(nowNs, unixMs);
                    CoreLoop place = lane.place();
                    if (place != this && !stopWanted) {
                        hand(lane, place);
                    }
                }
            }
        } finally {
            isStanding = false;
        }
    }

    // Roles and moving lanes

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
        LaneGauges lane = homeLane().core().gauges();
        FunctionStation own = station();
        RoleKeeper watched = keeper;
        return new LoopFigures(
                index,
                roles.view().role(index),
                roles.view().dedicatedTo(index),
                watched == null ? 1 : watched.lanesOf(index),
                gauges.isAsleep(),
                gauges.busyNs(nowNs),
                lane.inlineNs(nowNs),
                lane.inlineRuns(),
                own.gauges().ranNs(nowNs),
                own.gauges().ran(),
                watched == null ? 0 : watched.waitNs(index, nowNs),
                own.waitNs(nowNs),
                own.queued(),
                own.gauges().sheds(),
                own.gauges().given());
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

    /** Has this loop do that in one of its next turns; false when too much is waiting, or it has ended. Any thread. */
    private boolean order(Runnable order) {
        if (hasEnded || !orders.offer(order)) {
            return false;
        }
        // Pairs with the one in LoopSleep.announce.
        VarHandle.fullFence();
        sleep.wake();
        return true;
    }

    /** At the end of the lane's turn. What it holds goes with it; the queue makes what was done here happen before what is done there. */
    private void hand(Lane lane, CoreLoop taker) {
        if (!isStanding) {
            lane.leave(); // Otherwise it has left already, and another one's function is entered.
        }
        Lane[] before = lanes;
        lanes = without(before, lane);
        lane.core().counters().increment(Counter.MOVES);
        if (!taker.order(() -> taker.take(lane))) {
            lanes = before;
            lane.enter(this);
        }
    }

    private static Lane[] without(Lane[] lanes, Lane left) {
        Lane[] rest = new Lane[lanes.length - 1];
        int count = 0;
        for (Lane lane : lanes) {
            if (lane != left) {
                rest[count++] = lane;
            }
        }
        return rest;
    }

    private void take(Lane lane) {
        FunctionStation own = station;
        if (own != null && !isStanding) {
            own.rest();
        }
        for (Lane other : lanes) {
            if (!isStanding) {
                other.leave();
            }
        }
        Lane[] more = new Lane[lanes.length + 1];
        System.arraycopy(lanes, 0, more, 0, lanes.length);
        more[lanes.length] = lane;
        lanes = more;
        lane.enter(this);
    }

    // Ending

    private void closeLanes() {
        hasEnded = true;
        Lane[] closing = lanes;
        lanes = NONE;
        for (Lane lane : closing) {
            lane.close();
        }
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
        int ignored = obey(LoopLimits.ORDERS_MAX);
        LoopSleep closing = new LoopSleep(Thread.currentThread());
        for (Lane lane : lanes) {
            lane.core().own(index, closing);
        }
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
        VarHandle.fullFence();
        sleep.wake();
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
