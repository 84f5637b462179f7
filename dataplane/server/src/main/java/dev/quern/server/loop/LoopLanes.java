package dev.quern.server.loop;

import java.util.Arrays;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that one loop turns, and how they come and go: one that is to be turned elsewhere leaves at its next quiet point, as an order to
 * the loop that takes it. Thread: the loop's, but what says otherwise.
 */
final class LoopLanes {
    private static final Lane[] NONE = {};

    private final CoreLoop loop;

    /** What other loops want of this one. */
    private final MpscVarHandleArrayQueue<Runnable> orders = new MpscVarHandleArrayQueue<>(LoopLimits.ORDERS_MAX);

    private Lane[] lanes = NONE;

    /** Whether a function stands still. */
    private boolean isStanding;

    private volatile boolean hasEnded;

    /** None yet. */
    LoopLanes(CoreLoop loop) {
        this.loop = loop;
    }

    /** The loop has made its own, before it takes any other. */
    void open(Lane own) {
        lanes = new Lane[] {own};
    }

    /** Those that it turns now; not to be changed. */
    Lane[] all() {
        return lanes;
    }

    /** One turn of each; returns the work done. */
    int turn(long nowNs) {
        int work = 0;
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
            if (isElsewhere(place)) {
                hand(lane, place.lanes());
                work++;
            } else if (turned.length > 1) {
                lane.leave(); // The next one's functions may enter a context, and a thread leaves the last first.
            }
        }
        return work;
    }

    /**
     * A function of this lane, or one of the loop's station, stands still: the others are served. Lanes come and go meanwhile as at the end of a
     * turn, but the one whose function it is: none has to wait for a function that is not its own.
     */
    void interlude(@Nullable Lane standing, long nowNs, long unixMs) {
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
                    if (isElsewhere(place)) {
                        hand(lane, place.lanes());
                    }
                }
            }
        } finally {
            isStanding = false;
        }
    }

    /** Lets go of what is bound to the thread, before functions of something else are entered. */
    void leave() {
        for (Lane lane : lanes) {
            lane.leave();
        }
    }

    /** Carries out what others ordered; returns how much. */
    int obey(int limit) {
        int done = 0;
        for (Runnable order; done < limit && (order = orders.poll()) != null; done++) {
            order.run();
        }
        return done;
    }

    /** After memory could not be touched: whether some port let go of memory that others took away. */
    boolean recover() {
        boolean isRecovered = false;
        for (Lane lane : lanes) {
            isRecovered |= lane.recover();
        }
        return isRecovered;
    }

    /** Closes those that are here, and takes no more. */
    void close() {
        hasEnded = true;
        Lane[] closing = lanes;
        lanes = NONE;
        for (Lane lane : closing) {
            lane.close();
        }
    }

    /** Closes what was still on its way here when the loop ended, on the calling thread. Once every loop has; any thread. */
    void closeLate() {
        int ignored = obey(LoopLimits.ORDERS_MAX);
        LoopSleep closing = new LoopSleep(Thread.currentThread());
        for (Lane lane : lanes) {
            lane.core().own(loop.index(), closing);
        }
        close();
    }

    /** Whether a lane that is to be turned there leaves; once the loop ends, all stay. */
    private boolean isElsewhere(CoreLoop place) {
        return place != loop && !loop.isStopping();
    }

    /** At the end of the lane's turn. What it holds goes with it; the queue makes what was done here happen before what is done there. */
    private void hand(Lane lane, LoopLanes taker) {
        if (!isStanding) {
            lane.leave(); // Otherwise it has left already, and another one's function is entered.
        }
        Lane[] before = lanes;
        lanes = without(before, lane);
        lane.core().counters().increment(Counter.MOVES);
        if (!taker.order(() -> taker.take(lane))) {
            lanes = before;
            lane.enter(loop);
        }
    }

    /** Has the loop do that in one of its next turns; false when too much is waiting, or it has ended. Any thread. */
    private boolean order(Runnable order) {
        if (hasEnded || !orders.offer(order)) {
            return false;
        }
        loop.wake();
        return true;
    }

    private void take(Lane lane) {
        if (!isStanding) {
            loop.leaveFunctions();
            leave();
        }
        Lane[] more = Arrays.copyOf(lanes, lanes.length + 1);
        more[lanes.length] = lane;
        lanes = more;
        lane.enter(loop);
    }

    private boolean has(Lane lane) {
        for (Lane each : lanes) {
            if (each == lane) {
                return true;
            }
        }
        return false;
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
}
