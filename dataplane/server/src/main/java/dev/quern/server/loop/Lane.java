package dev.quern.server.loop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What moves between loops: a core as its clients know it, with its ports, sessions, events and its handles on store and functions. Turned
 * by one loop at a time. Between two turns nothing is under way on its owner's stack and nothing open to be sent, so that the whole of it
 * can be handed on through a queue. Thread: the owner's, but what says otherwise.
 */
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final Core core;
    private final ControlExecutor control;
    private final Counters counters;
    private final List<Port> opened = new ArrayList<>();
    private Port[] ports = {};
    private boolean wakes = true;
    private volatile CoreLoop owner;

    /** Written before the owner. */
    private volatile long enteredNs;

    /** Who is to turn it. */
    private volatile CoreLoop place;

    /** How often something was held back, as of the last turn's begin. */
    private long heldBefore;

    private int turnsToMaintenance = LoopLimits.MAINTENANCE_TURNS;
    private volatile boolean drainWanted;
    private volatile boolean drained;

    Lane(Core core, CoreLoop owner) {
        this.core = core;
        this.control = core.control();
        this.counters = core.counters();
        this.owner = owner;
        this.place = owner;
        core.own(owner.index(), owner.sleep());
        core.functionCore().interludes(this::interlude);
    }

    Core core() {
        return core;
    }

    /** Opens the ports and returns what each says of itself; on the loop's thread that the lane is made on. */
    List<String> open(List<PortFactory> factories) throws IOException {
        List<String> described = new ArrayList<>();
        for (PortFactory factory : factories) {
            Port port = factory.open(core);
            opened.add(port);
            described.add(port.describe());
            wakes &= port.wakesCore();
        }
        ports = opened.toArray(Port[]::new);
        return described;
    }

    /** Lets go of what is bound to the thread that turns it, before that turns another lane or another one turns this. */
    void leave() {
        core.functionCore().rest();
    }

    /** From here on, the calling thread turns it for this owner. */
    void enter(CoreLoop next) {
        enteredNs = System.nanoTime();
        owner = next;
        core.own(next.index(), next.sleep());
    }

    /** Who is to turn it from its next quiet point on. Any thread. */
    void place(CoreLoop next) {
        place = next;
        core.wakeup();
    }

    CoreLoop place() {
        return place;
    }

    /** Who turns it now. Any thread. */
    CoreLoop owner() {
        return owner;
    }

    /** When that began. Any thread, once it has seen the owner. */
    long enteredNs() {
        return enteredNs;
    }

    /** Whether it is where it is to be. Any thread. */
    boolean isPlaced() {
        return owner == place;
    }

    /** Whether whatever arrives ends a wait in its events. */
    boolean wakes() {
        return wakes;
    }

    /** One turn; returns the work done. */
    int turn(long nowNs, long unixMs) {
        core.tick(nowNs, unixMs);
        counters.increment(Counter.TURNS);
        boolean isMeasured = core.dispatch().messages().begins();
        long requests = counters.get(Counter.REQUESTS);
        long runs = core.gauges().inlineRuns();
        int work = core.runTasks(LoopLimits.TASKS_PER_TURN_MAX);
        work += core.calls().answer();
        work += receive(nowNs, LoopLimits.BURST_MAX);
        work += transmit(nowNs);
        if (isMeasured) {
            measure(nowNs, counters.get(Counter.REQUESTS) - requests, runs);
        }
        work += maintain(work);
        if (drainWanted) {
            lookDrained();
        }
        return work;
    }

    /** What the requests of a turn took, if there were any, and no function ran in it. */
    private void measure(long beganNs, long requests, long runsBefore) {
        if (requests > 0 && core.gauges().inlineRuns() == runsBefore) {
            core.dispatch().messages().ended(System.nanoTime() - beganNs, requests);
        }
    }

    private int receive(long nowNs, int limit) {
        heldBefore = counters.get(Counter.REQUESTS_HELD);
        int work = 0;
        boolean isEmpty = true;
        long interludes = core.interludes();
        for (Port port : ports) {
            int done = port.poll(nowNs, limit);
            isEmpty &= done < limit;
            work += done;
        }
        if (isEmpty && core.interludes() == interludes) {
            core.gauges().emptied(nowNs);
        }
        return work;
    }

    /** Sends what serving left to be sent. */
    int transmit(long nowNs) {
        int work = 0;
        for (Port port : ports) {
            work += port.flush(nowNs);
        }
        return work;
    }

    /** Reclaims, expires and evicts in small steps: when there is nothing else to do, and every few turns when there is. */
    private int maintain(int work) {
        if (work > 0 && --turnsToMaintenance > 0) {
            return 0;
        }
        turnsToMaintenance = LoopLimits.MAINTENANCE_TURNS;
        return core.storeCore().maintain(core.nowMs(), LoopLimits.MAINTENANCE_STEPS_MAX)
                + core.functionCore().maintain(core.nowNs());
    }

    /** In the midst of a function of this lane that has run for its quantum: what is short and waits goes first. */
    private void interlude(long nowNs, long unixMs) {
        counters.increment(Counter.INTERLUDES);
        serveShort(nowNs, unixMs);
        owner.interlude(this, nowNs, unixMs);
    }

    /** In the midst of a function of another lane that the same loop turns. */
    void serveBetween(long nowNs, long unixMs) {
        core.storeCore().enter(unixMs);
        try {
            serveShort(nowNs, unixMs);
        } finally {
            core.storeCore().exit();
        }
    }

    private void serveShort(long nowNs, long unixMs) {
        core.beginInterlude(nowNs, unixMs, LoopLimits.INTERLUDE_REQUESTS_MAX);
        try {
            core.runShortTasks(LoopLimits.TASKS_PER_TURN_MAX);
            core.calls().answerShort();
            boolean isEmpty = true;
            for (Port port : ports) {
                isEmpty &= port.pollShort(nowNs, LoopLimits.BURST_MAX) < LoopLimits.BURST_MAX;
                port.flush(nowNs);
            }
            // What has to wait for the function's end waits.
            if (isEmpty && core.mayServeShort() && counters.get(Counter.REQUESTS_HELD) == heldBefore) {
                core.gauges().emptied(nowNs);
            }
        } finally {
            core.endInterlude();
        }
    }

    /** The loop is going to wait in this lane's events, and looks once more before. */
    void announceRest() {
        for (Port port : ports) {
            port.announceRest();
        }
    }

    void endRest() {
        for (Port port : ports) {
            port.endRest();
        }
    }

    /** After memory could not be touched: whether some port let go of memory that others took away. */
    boolean recover() {
        boolean isRecovered = false;
        for (Port port : ports) {
            isRecovered |= port.recover();
        }
        return isRecovered;
    }

    /** Has it finish what has arrived and take nothing new; {@link #drained} tells when. Any thread. */
    void drain() {
        drainWanted = true;
        core.wakeup();
    }

    /** Whether nothing was left to do at the end of its last turn since {@link #drain}, or it is closed. Any thread. */
    boolean drained() {
        return drained;
    }

    private void lookDrained() {
        core.startDraining();
        boolean empty =
                !core.hasTasks() && control.pending() == 0 && core.calls().underWay() == 0;
        for (Port port : ports) {
            empty &= port.drained();
        }
        drained = empty;
    }

    /** Once no loop turns any more: what was under way between them. */
    void free() {
        core.calls().free();
    }

    void close() {
        drained = true;
        for (Port port : opened) {
            try {
                port.close();
            } catch (RuntimeException failed) {
                LOG.error("core {}: {} did not close", core.index(), port.describe(), failed);
            }
        }
        core.close();
    }
}
