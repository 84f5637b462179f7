package dev.quern.server.loop;

import dev.quern.server.dispatch.LoopGauges;

/**
 * How a loop rests that found nothing to do: it announces that it is going to sleep, looks once more, as what came before woke nobody, and then
 * sleeps. With one lane it waits in that lane's events; with none it is woken by whoever has work for it; with several it can wait in none's,
 * and looks again soon. Thread: the loop's.
 */
final class LoopRest {
    private final IdleStrategy idle;
    private final LoopSleep sleep;
    private final LoopLanes lanes;
    private final LoopGauges gauges;

    /** Whether what was announced last ends with whatever comes to the one lane. */
    private boolean waits;

    /** Of a loop with these lanes. */
    LoopRest(IdleConfig config, LoopSleep sleep, LoopLanes lanes, LoopGauges gauges) {
        idle = new IdleStrategy(config);
        this.sleep = sleep;
        this.lanes = lanes;
        this.gauges = gauges;
    }

    /** After every turn, with the work that it did; whether it is time to sleep. */
    boolean isDue(int work) {
        return idle.idle(work);
    }

    /** The loop is going to sleep after one more turn. */
    void announce() {
        Lane[] resting = lanes.all();
        waits = resting.length == 1 && resting[0].wakes();
        if (waits) {
            resting[0].announceRest();
        }
        sleep.announce(waits ? resting[0].core().events() : null);
    }

    /** That turn found something to do. */
    void stayAwake() {
        end();
        idle.idle(1);
    }

    /**
     * Sleeps until there is work: that turn moved no lanes.
     *
     * @param isHeldBack whether functions wait whose tenants are held back by their quota: nobody wakes the loop when they may go on
     */
    void sleep(boolean isHeldBack) {
        Lane[] resting = lanes.all();
        long restNs = idle.sleepNs(waits || resting.length == 0);
        if (isHeldBack) {
            restNs = Math.min(restNs, LoopLimits.HELD_BACK_REST_NS);
        }
        gauges.asleep(true);
        if (resting.length == 0) {
            int ignored = sleep.sleep(restNs);
            end();
            return;
        }
        Core first = resting[0].core();
        first.counters().increment(waits ? Counter.WAITS : Counter.PARKS);
        int served = first.await(sleep, restNs);
        if (waits) {
            // Nothing has waited for as long as it slept: what comes ends that.
            first.gauges().emptied(System.nanoTime());
        }
        end();
        if (served > 0) {
            first.counters().increment(Counter.WAKES);
            idle.idle(1);
            int ignored = resting[0].transmit(first.nowNs());
        }
    }

    /** The loop is awake. */
    void end() {
        gauges.asleep(false);
        sleep.end();
        for (Lane lane : lanes.all()) {
            lane.endRest();
        }
    }
}
