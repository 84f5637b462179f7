package dev.quern.pushback;

import dev.quern.client.RunFigures;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What calls of each function have taken in this process lately; after a while without any the next one counts alone, as what they do may have changed. Safe on
 * any thread.
 */
final class RunMeans {
    /** How much the newest call counts, once there were as many. */
    private static final double NEWEST = 1 / 16.0;

    /** Of so many calls or fewer the one that took least tells more than their mean, to which one that lacked a processor adds milliseconds. */
    private static final int FEW = 4;

    /** How many times what is usual the time of a later one counts as at the most. */
    private static final double UNUSUAL = 4;

    private static final class Mean {
        /** Calls that were offered or came back, and have not ended. */
        private int underWay;

        private long calls;
        private double tookNs;
        private double roundTrips;
        private double records;
        private long lastNs;

        void ran(long itsTookNs, int itsRoundTrips, int itsRecords, long nowNs) {
            if (isOld(nowNs)) {
                calls = 0;
            }
            lastNs = nowNs;
            double weight = Math.max(NEWEST, 1.0 / ++calls);
            roundTrips += weight * (itsRoundTrips - roundTrips);
            records += weight * (itsRecords - records);
            tookNs = calls == 1
                    ? itsTookNs
                    : calls <= FEW
                            ? Math.min(tookNs, (double) itsTookNs)
                            : tookNs + weight * (Math.min((double) itsTookNs, UNUSUAL * tookNs) - tookNs);
        }

        boolean isOld(long nowNs) {
            return calls == 0 || nowNs - lastNs > PushbackLimits.MEANS_OLD_NS;
        }

        /** The time is told the shorter the longer ago it was measured, so that a call comes back at last and measures it anew. */
        @Nullable
        RunFigures figures(long nowNs) {
            if (calls == 0) {
                return null;
            }
            int halves = (int) Math.min(
                    PushbackLimits.MEANS_HALVED_MAX, Math.max(0, nowNs - lastNs) / PushbackLimits.MEANS_OLD_NS);
            return new RunFigures(
                    Math.max(1, TimeUnit.NANOSECONDS.toMicros((long) tookNs) >> halves),
                    (int) Math.ceil(roundTrips),
                    (int) Math.ceil(records));
        }
    }

    private final Map<String, Mean> means = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Mean> eldest) {
            return size() > PushbackLimits.FUNCTIONS_MEASURED_MAX;
        }
    };

    synchronized void ran(String function, long tookNs, int roundTrips, int records, long nowNs) {
        means.computeIfAbsent(function, any -> new Mean()).ran(tookNs, roundTrips, records, nowNs);
    }

    synchronized @Nullable RunFigures of(String function, long nowNs) {
        Mean mean = means.get(function);
        return mean == null ? null : mean.figures(nowNs);
    }

    /** Whether one more call may be under way: of a function of which none has run lately no more than so many, until one tells what it takes by now. */
    synchronized boolean tryBegin(String function, int unknownMax, long nowNs) {
        Mean mean = means.computeIfAbsent(function, any -> new Mean());
        if (mean.underWay >= unknownMax && mean.isOld(nowNs)) {
            return false;
        }
        mean.underWay++;
        return true;
    }

    /** One that was is no more. */
    synchronized void ended(String function) {
        Mean mean = means.get(function);
        if (mean != null && mean.underWay > 0) { // Of one that was forgotten meanwhile others are counted by now.
            mean.underWay--;
        }
    }
}
