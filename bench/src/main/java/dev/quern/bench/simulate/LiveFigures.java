package dev.quern.bench.simulate;

import dev.quern.server.dispatch.RoleEvent;
import dev.quern.server.loop.LoopFigures;
import java.util.List;

/**
 * What a running server and its client did within a while. Times are in nanoseconds.
 *
 * @param tookNs how long the while was
 * @param gets answered
 * @param calls answered
 * @param sheds refused
 * @param busyNs of all cores
 * @param servingBusyNs of the first core
 * @param functionNs of functions, wherever they ran
 * @param functions how many ran
 * @param clientNs CPU time of the client's thread
 * @param looksNs when it looked, from the beginning on; not to be changed
 * @param roundNs the median of what a round of the functions' work took
 * @param rounds of all calls
 * @param workNs what those took, with what they stood still
 * @param stalls how functions stood still
 * @param repeated requests that the client sent again, as it had seen no reply
 * @param moves changes of role
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of times that a simulation goes by, compared with nothing
record LiveFigures(
        long tookNs,
        long gets,
        long calls,
        long sheds,
        long busyNs,
        long servingBusyNs,
        long functionNs,
        long functions,
        long clientNs,
        long[] looksNs,
        double roundNs,
        long rounds,
        long workNs,
        SimulatedStalls stalls,
        long repeated,
        long moves,
        double getP50Us,
        double getP99Us,
        double callP50Us,
        double callP99Us) {
    double perSecond(long count) {
        return count * 1e9 / tookNs;
    }

    double busyShare(int cores) {
        return (double) busyNs / tookNs / cores;
    }

    double clientShare() {
        return (double) clientNs / tookNs;
    }

    static long busyNs(List<LoopFigures> cores) {
        return cores.stream().mapToLong(LoopFigures::busyNs).sum();
    }

    static long functionNs(List<LoopFigures> cores) {
        return cores.stream()
                .mapToLong(core -> core.inlineNs() + core.queuedNs())
                .sum();
    }

    static long functions(List<LoopFigures> cores) {
        return cores.stream()
                .mapToLong(core -> core.inlineRuns() + core.queuedRuns())
                .sum();
    }

    static long roleChanges(List<RoleEvent> events) {
        return events.stream().filter(event -> event.from() != event.to()).count();
    }
}
