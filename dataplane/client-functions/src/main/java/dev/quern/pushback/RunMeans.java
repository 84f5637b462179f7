package dev.quern.pushback;

import dev.quern.client.RunFigures;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What calls of each function have taken in this process lately. Safe on any thread. */
final class RunMeans {
    /** How much the newest call counts, once there were as many. */
    private static final double NEWEST = 1 / 16.0;

    private static final class Mean {
        private long calls;
        private double tookNs;
        private double roundTrips;
        private double records;

        void ran(long itsTookNs, int itsRoundTrips, int itsRecords) {
            double weight = Math.max(NEWEST, 1.0 / ++calls);
            tookNs += weight * (itsTookNs - tookNs);
            roundTrips += weight * (itsRoundTrips - roundTrips);
            records += weight * (itsRecords - records);
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

    synchronized void ran(String function, long tookNs, int roundTrips, int records) {
        means.computeIfAbsent(function, any -> new Mean()).ran(tookNs, roundTrips, records);
    }

    synchronized @Nullable RunFigures of(String function) {
        Mean mean = means.get(function);
        return mean == null ? null : mean.figures();
    }
}
