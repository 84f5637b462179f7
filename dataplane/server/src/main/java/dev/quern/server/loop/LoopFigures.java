package dev.quern.server.loop;

import dev.quern.server.roles.Role;

/**
 * What a loop shows of itself, for people. Times are sums since its start, in nanoseconds, unless they are waits, which are of now.
 *
 * @param core its index
 * @param role what it is for
 * @param tenant whom it is dedicated to, or {@link dev.quern.server.roles.LoadSnapshot#NO_TENANT}
 * @param lanes how many lanes it turns
 * @param isAsleep whether it waits for work
 * @param busyNs the time of turns that found work, functions included
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
        long inlineNs,
        long inlineRuns,
        long queuedNs,
        long queuedRuns,
        long requestWaitNs,
        long callWaitNs,
        int callsQueued,
        long sheds,
        long given) {}
