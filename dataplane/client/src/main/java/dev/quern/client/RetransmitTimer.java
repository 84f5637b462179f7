package dev.quern.client;

import java.util.SplittableRandom;

/**
 * How long one core's answers are waited for before a request is sent again: by the round trips measured, smoothed as RFC 6298 says,
 * between a quarter of the first timeout and the greatest; doubled for every datagram without an answer, and with jitter, so that many
 * clients do not repeat in step. Reads no clock. One thread.
 */
final class RetransmitTimer {
    /** The least timeout is the first one's share of so much: below it, a server's short pause would be taken for loss. */
    private static final int FLOOR_SHARE = 4;

    /** Of a timer: what is less cannot be told apart. */
    private static final long GRANULARITY_NS = 1_000_000;

    /** How long to leave a busy server alone the first time, and how often that is doubled: short, as it ran out of room, not of time. */
    private static final long BUSY_NS = 1_000_000;

    private static final int BUSY_DOUBLINGS_MAX = 6;

    /** 2^DOUBLINGS_MAX times a nanosecond is past any timeout. */
    private static final int DOUBLINGS_MAX = 16;

    private final long floorNs;
    private final long maxNs;
    private final SplittableRandom jitter;
    private long smoothedNs;
    private long variationNs;
    private long timeoutNs;
    private boolean measuredOnce;
    /** Doublings that all requests begin with until something has been measured again (Karn): else a path slower than the timeout never was. */
    private int backoff;

    /**
     * @param firstNs the timeout until something has been measured
     * @param maxNs the longest, however often it was doubled
     */
    RetransmitTimer(long firstNs, long maxNs, SplittableRandom jitter) {
        this.floorNs = firstNs / FLOOR_SHARE;
        this.maxNs = maxNs;
        this.jitter = jitter;
        this.timeoutNs = firstNs;
    }

    /** An answer came so long after its request, which was sent once: of one sent again nobody knows which was answered (Karn). */
    void measured(long roundTripNs) {
        backoff = 0;
        if (measuredOnce) {
            variationNs += (Math.abs(smoothedNs - roundTripNs) - variationNs) / 4;
            smoothedNs += (roundTripNs - smoothedNs) / 8;
        } else {
            measuredOnce = true;
            smoothedNs = roundTripNs;
            variationNs = roundTripNs / 2;
        }
        timeoutNs = Math.clamp(smoothedNs + Math.max(GRANULARITY_NS, 4 * variationNs), floorNs, maxNs);
    }

    /** The timeout before doubling and jitter. */
    long timeoutNs() {
        return timeoutNs;
    }

    /** How long to wait after the server said so many times before that it is too busy: half of it by chance. */
    static long afterBusyNs(int times, SplittableRandom jitter) {
        long after = BUSY_NS << Math.min(times, BUSY_DOUBLINGS_MAX);
        return after / 2 + jitter.nextLong(after);
    }

    /**
     * How long to wait after so many datagrams without an answer. Jitter only lengthens it, by up to a half: a measured timeout cut short
     * would be no timeout.
     */
    long afterNs(int unanswered) {
        backoff = Math.clamp(unanswered, backoff, DOUBLINGS_MAX);
        long after = Math.min(timeoutNs << backoff, maxNs);
        return after + jitter.nextLong(after / 2 + 1);
    }
}
