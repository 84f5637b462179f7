package dev.quern.bench.report;

/**
 * What was measured in one phase.
 *
 * @param offeredPerSecond the mean rate at which requests were due; 0 in a closed loop
 * @param inFlight in a closed loop, how many were kept under way; 0 in an open one
 * @param seconds how long it was
 * @param answered requests that were answered within the phase
 * @param ratePerSecond of these
 * @param unsent requests that were due and could not be sent before its end; each counts among the latencies with the time that it had waited
 * @param allocatedBytes by the generator's thread
 */
public record PhaseResult(
        String name,
        double offeredPerSecond,
        int inFlight,
        double seconds,
        long answered,
        double ratePerSecond,
        long unsent,
        long allocatedBytes,
        Latency latency) {
    /** A server that answers less than this share of what was offered did not hold the rate. */
    private static final double HELD_MIN = 0.99;

    /** Whether the offered rate was held; true for a closed loop, which offers none. */
    public boolean held() {
        return unsent <= offeredPerSecond * seconds * (1 - HELD_MIN) && ratePerSecond >= offeredPerSecond * HELD_MIN;
    }
}
