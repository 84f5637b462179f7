package dev.quern.server.loop;

/**
 * What a loop does when a turn found no work: spins, then yields, then parks, each park twice the last up to a limit. Two loops that
 * spin on one processor keep each other from running for milliseconds; this is why none spins for long. Thread: the loop's.
 */
public final class IdleStrategy {
    private final int spins;
    private final int yields;
    private final long parkNs;
    private final long parkMaxNs;
    private final Counters counters;
    private int idleTurns;
    private long nextParkNs;

    IdleStrategy(IdleConfig config, Counters counters) {
        this.spins = config.spins();
        this.yields = config.yields();
        this.parkNs = config.parkUs() * 1_000L;
        this.parkMaxNs = config.parkMaxUs() * 1_000L;
        this.counters = counters;
        this.nextParkNs = parkNs;
    }

    /** After every turn, with the work that it did. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is the strategy: it lets another loop on this processor run
    void idle(int work, Core core) {
        if (work > 0) {
            idleTurns = 0;
            nextParkNs = parkNs;
            return;
        }
        if (idleTurns < spins) {
            idleTurns++;
            Thread.onSpinWait();
        } else if (idleTurns < spins + yields) {
            idleTurns++;
            Thread.yield();
        } else {
            counters.increment(Counter.PARKS);
            core.park(nextParkNs);
            nextParkNs = Math.min(2 * nextParkNs, parkMaxNs);
        }
    }
}
