package dev.quern.server.loop;

import dev.quern.ffi.linux.Affinity;
import dev.quern.kvstore.Store;
import dev.quern.sandbox.Functions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One core: a thread that polls its ports, turn after turn, until it is stopped. */
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
    private final Counters counters;
    private final IdleStrategy idle;
    private final CoreEvents.Kind eventKind;
    private final CompletableFuture<List<String>> opened = new CompletableFuture<>();
    private final Thread thread;
    private final List<Port> ports = new ArrayList<>();
    private Port[] polled = {};
    private boolean untilEvent = true;
    private @Nullable Core core;
    private int turnsToMaintenance = LoopLimits.MAINTENANCE_TURNS;
    private volatile boolean drainWanted;
    private volatile boolean drained;
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
        this.counters = totals.core(index);
        this.idle = new IdleStrategy(idle);
        this.eventKind = eventKind;
        this.thread = Thread.ofPlatform().name("quern-core-" + index).unstarted(this);
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

    /** The loop: opens the ports, turns until stopped, closes them. */
    @Override
    public void run() {
        Core running = null;
        try {
            running = open();
            while (!stopWanted) {
                turns(running);
            }
        } catch (Throwable thrown) {
            if (!opened.completeExceptionally(thrown)) {
                LOG.error("core {} ended by a fault: its ports close, the other cores serve on", index, thrown);
            }
        } finally {
            drained = true;
            close(running);
        }
    }

    private void turns(Core running) {
        try {
            while (!stopWanted) {
                if (idle.idle(turn(System.nanoTime()))) {
                    sleep(running);
                }
            }
        } catch (InternalError fault) {
            boolean isRecovered = false;
            for (Port port : polled) {
                isRecovered |= port.recover();
            }
            if (!isRecovered) {
                throw fault;
            }
            endRest(running);
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

    private Core open() throws IOException {
        if (cpu != UNPINNED) {
            pin();
        }
        Core opening = new Core(index, count, store, functions, control, totals, eventKind);
        core = opening;
        List<String> described = new ArrayList<>();
        for (PortFactory factory : factories) {
            Port port = factory.open(opening);
            ports.add(port);
            described.add(port.describe());
            untilEvent &= port.wakesCore();
        }
        polled = ports.toArray(Port[]::new);
        opening.functionCore().interludes(this::interlude);
        opened.complete(described);
        return opening;
    }

    /** One turn of this core. Thread: the loop's. Returns the work done; 0 lets the idle strategy act. */
    int turn(long nowNs) {
        Core turning = Objects.requireNonNull(core);
        turning.tick(nowNs, System.currentTimeMillis());
        counters.increment(Counter.TURNS);
        int work = turning.runTasks(LoopLimits.TASKS_PER_TURN_MAX);
        work += receive(nowNs, LoopLimits.BURST_MAX);
        work += transmit(nowNs);
        work += maintain(turning, work);
        if (drainWanted) {
            drain(turning);
        }
        return work;
    }

    /** Sleeps until there is work. What came before the announcement woke nobody, so a last turn looks for it. */
    private void sleep(Core sleeping) {
        for (Port port : polled) {
            port.announceRest();
        }
        sleeping.announceRest(untilEvent);
        if (stopWanted || turn(System.nanoTime()) > 0) {
            endRest(sleeping);
            idle.idle(1);
            return;
        }
        counters.increment(untilEvent ? Counter.WAITS : Counter.PARKS);
        int served = sleeping.rest(idle.sleepNs(untilEvent), untilEvent);
        endRest(sleeping);
        if (served > 0) {
            counters.increment(Counter.WAKES);
            idle.idle(1);
            transmit(sleeping.nowNs());
        }
    }

    private void endRest(Core awake) {
        awake.endRest();
        for (Port port : polled) {
            port.endRest();
        }
    }

    /** In the midst of a function that has run for its quantum: what is short and waits goes first. Thread: the loop's. */
    private void interlude(long nowNs, long unixMs) {
        Core turning = Objects.requireNonNull(core);
        counters.increment(Counter.INTERLUDES);
        turning.beginInterlude(nowNs, unixMs, LoopLimits.INTERLUDE_REQUESTS_MAX);
        try {
            turning.runShortTasks(LoopLimits.TASKS_PER_TURN_MAX);
            for (Port port : polled) {
                port.pollShort(nowNs, LoopLimits.BURST_MAX);
                port.flush(nowNs);
            }
        } finally {
            turning.endInterlude();
        }
    }

    private int receive(long nowNs, int limit) {
        int work = 0;
        for (Port port : polled) {
            work += port.poll(nowNs, limit);
        }
        return work;
    }

    private int transmit(long nowNs) {
        int work = 0;
        for (Port port : polled) {
            work += port.flush(nowNs);
        }
        return work;
    }

    /** Reclaims, expires and evicts in small steps: when there is nothing else to do, and every few turns when there is. */
    private int maintain(Core turning, int work) {
        if (work > 0 && --turnsToMaintenance > 0) {
            return 0;
        }
        turnsToMaintenance = LoopLimits.MAINTENANCE_TURNS;
        return turning.storeCore().maintain(turning.nowMs(), LoopLimits.MAINTENANCE_STEPS_MAX)
                + turning.functionCore().maintain();
    }

    private void drain(Core turning) {
        turning.startDraining();
        boolean empty = !turning.hasTasks() && control.pending() == 0;
        for (Port port : polled) {
            empty &= port.drained();
        }
        drained = empty;
    }

    private void close(@Nullable Core running) {
        for (Port port : ports) {
            try {
                port.close();
            } catch (RuntimeException failed) {
                LOG.error("core {}: {} did not close", index, port.describe(), failed);
            }
        }
        Core closing = running == null ? core : running;
        if (closing != null) {
            closing.close();
        }
    }

    /** Asks the loop to finish what has arrived and take nothing new. Any thread; {@link #drained} tells when. */
    public void drain() {
        drainWanted = true;
        wakeup();
    }

    /** Whether nothing was left to do at the end of the last turn after {@link #drain}, or the loop has ended. Any thread. */
    public boolean drained() {
        return drained;
    }

    /** Ends the loop after its turn and waits for its ports to close. Any thread but the loop's. */
    public void stop() {
        stopWanted = true;
        wakeup();
        awaitStop();
    }

    private void wakeup() {
        Core sleeping = core;
        if (sleeping != null) {
            sleeping.wakeup();
        }
    }

    private void awaitStop() {
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

    /** Any thread. */
    public Counters counters() {
        return counters;
    }

    public int index() {
        return index;
    }

    /** Whether the thread still turns. Any thread. */
    public boolean running() {
        return thread.isAlive();
    }
}
