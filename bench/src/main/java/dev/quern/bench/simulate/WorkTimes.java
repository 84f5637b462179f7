package dev.quern.bench.simulate;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;

/**
 * What calls of {@link TimedWork} took: the median of a round, and the gaps, in which a call stood still since its processor was taken away: by the client's thread,
 * other processes or the machine. Thread: any.
 */
final class WorkTimes {
    /** Parts of a round that are told apart. */
    private static final int PARTS = 1_024;

    /** A round in a call that stood still for seconds. */
    private static final long PARTS_NS_MAX = 10_000_000_000L * PARTS;

    /** What is less may be the function's own: a switch of threads takes about so long. */
    private static final long GAP_NS_MIN = 5_000;

    private static final int GAPS_MAX = 1 << 16;

    private final AtomicHistogram roundParts = new AtomicHistogram(PARTS_NS_MAX, 3);
    private final AtomicLong rounds = new AtomicLong();
    private final LongAdder allNs = new LongAdder();
    private final AtomicInteger gapCount = new AtomicInteger();
    private final long[] gapsNs = new long[GAPS_MAX];
    private volatile double usualRoundNs = Double.POSITIVE_INFINITY;

    /** Forgets all but what a round usually takes. */
    void reset() {
        if (roundParts.getTotalCount() > 0) {
            usualRoundNs = roundNs();
        }
        roundParts.reset();
        rounds.set(0);
        allNs.reset();
        gapCount.set(0);
    }

    void took(int count, long tookNs) {
        roundParts.recordValue(Math.clamp(tookNs * PARTS / count, 0, PARTS_NS_MAX));
        long ignored = rounds.addAndGet(count);
        allNs.add(tookNs);
        long beyondNs = (long) (tookNs - usualRoundNs * count);
        if (beyondNs > GAP_NS_MIN) {
            int at = gapCount.getAndIncrement();
            if (at < GAPS_MAX) {
                gapsNs[at] = beyondNs;
            }
        }
    }

    /** The median of what a round took; 0 if there was none. */
    double roundNs() {
        return (double) roundParts.getValueAtPercentile(50) / PARTS;
    }

    /** Rounds in all calls since the last reset. */
    long rounds() {
        return rounds.get();
    }

    /** What all calls since the last reset took, with what they stood still. */
    long allNs() {
        return allNs.sum();
    }

    /** How long and how often calls stood still since the last reset, which must not have been the first. */
    SimulatedStalls stalls() {
        int count = Math.min(gapCount.get(), GAPS_MAX);
        return count == 0
                ? SimulatedStalls.NONE
                : new SimulatedStalls(Arrays.copyOf(gapsNs, count), rounds.get() * roundNs() / count);
    }
}
