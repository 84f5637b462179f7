package dev.quern.server.loop;

import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.LaneGauges;
import dev.quern.server.dispatch.LoopGauges;
import dev.quern.server.dispatch.RoleView;
import dev.quern.server.dispatch.StationGauges;
import dev.quern.server.roles.Role;
import org.jspecify.annotations.Nullable;

/**
 * What a loop shows of itself, for people. Times are sums since its start, in nanoseconds, unless they are waits, which are of now.
 *
 * @param core its index
 * @param role what it is for
 * @param tenant whom it is dedicated to, or {@link dev.quern.server.roles.LoadSnapshot#NO_TENANT}
 * @param lanes how many lanes it turns
 * @param isAsleep whether it waits for work
 * @param busyNs the time of turns that found work, functions included, with the one that lasts; less than before when that found none
 * @param countedBusyNs the same as a counter: never less than before, and made up for later
 * @param inlineNs of that, functions that ran in the turns of the lane that it opened, wherever that was
 * @param inlineRuns how many those were
 * @param queuedNs time of functions that it took from its queues
 * @param queuedRuns how many those were
 * @param requestWaitNs for how long its lanes have had something to do
 * @param callWaitNs for how long the oldest invocation has waited in its queues
 * @param callsQueued how many wait
 * @param sheds invocations that it refused
 * @param given invocations that it gave to other cores
 */
public record LoopFigures(
        int core,
        Role role,
        int tenant,
        int lanes,
        boolean isAsleep,
        long busyNs,
        long countedBusyNs,
        long inlineNs,
        long inlineRuns,
        long queuedNs,
        long queuedRuns,
        long requestWaitNs,
        long callWaitNs,
        int callsQueued,
        long sheds,
        long given) {
    /** Of a loop that is open, and of who gives it roles, if somebody does. */
    static LoopFigures of(CoreLoop loop, RoleView view, @Nullable RoleKeeper keeper, long nowNs) {
        int core = loop.index();
        LoopGauges gauges = loop.gauges();
        LaneGauges lane = loop.homeLane().core().gauges();
        FunctionStation station = loop.station();
        StationGauges ran = station.gauges();
        return new LoopFigures(
                core,
                view.role(core),
                view.dedicatedTo(core),
                keeper == null ? 1 : keeper.lanesOf(core),
                gauges.isAsleep(),
                gauges.busyNs(nowNs),
                gauges.countedBusyNs(nowNs),
                lane.inlineNs(nowNs),
                lane.inlineRuns(),
                ran.ranNs(nowNs),
                ran.ran(),
                keeper == null ? 0 : keeper.waitNs(core, nowNs),
                station.waitNs(nowNs),
                station.queued(),
                ran.sheds(),
                ran.given());
    }
}
