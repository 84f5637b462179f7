package dev.quern.pushback;

import java.util.concurrent.atomic.LongAdder;

/** What all calls that ran in this process have read and how often they waited for it, and what calls of each function take. Safe on any thread. */
final class RunCounts {
    private final LongAdder records = new LongAdder();
    private final LongAdder guessed = new LongAdder();
    private final LongAdder roundTrips = new LongAdder();
    private final RunMeans means = new RunMeans();

    /** A call has ended, one way or the other. */
    void add(String function, long startNs, long nowNs, int itsRecords, int itsGuesses, int itsRoundTrips) {
        records.add(itsRecords);
        guessed.add(itsGuesses);
        roundTrips.add(itsRoundTrips);
        means.ran(function, nowNs - startNs, itsRoundTrips, itsRecords, nowNs);
    }

    RunMeans means() {
        return means;
    }

    long records() {
        return records.sum();
    }

    long guessed() {
        return guessed.sum();
    }

    long roundTrips() {
        return roundTrips.sum();
    }
}
