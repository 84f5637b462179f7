package dev.quern.pushback;

import java.util.concurrent.atomic.LongAdder;

/** What all calls that ran in this process have read, and how often they waited for it. Safe on any thread. */
final class ReadCounts {
    private final LongAdder records = new LongAdder();
    private final LongAdder guessed = new LongAdder();
    private final LongAdder roundTrips = new LongAdder();

    void add(int itsRecords, int itsGuesses, int itsRoundTrips) {
        records.add(itsRecords);
        guessed.add(itsGuesses);
        roundTrips.add(itsRoundTrips);
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
