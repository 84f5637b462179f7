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
        private long calls;
        private double tookNs;
        private double roundTrips;
        private double records;
        private long lastNs;

        void ran(long itsTookNs, int itsRoundTrips, int itsRecords, long nowNs) {
            if (nowNs - lastNs > PushbackLimits.MEANS_OLD_NS) {
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

        RunFigures figures() {
            return new RunFigures(
                    Math.max(1, TimeUnit.NANOSECONDS.toMicros((long) tookNs)), (int) Math.ceil(roundTrips), (int)
                            Math.ceil(records));
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

    synchronized @Nullable RunFigures of(String function) {
        Mean mean = means.get(function);
        return mean == null ? null : mean.figures();
    }
}
