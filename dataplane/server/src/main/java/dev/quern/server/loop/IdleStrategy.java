package dev.quern.server.loop;

/**
 * What a loop does when a turn found no work: spins, then yields, then sleeps. Two loops that spin on one processor keep each other from
 * running for milliseconds; this is why none spins for long. Asleep, it waits for events where every port can wake it; otherwise it parks,
 * each time twice as long as the last, up to a limit. Thread: the loop's.
 */
final class IdleStrategy {
    private final int spins;
    private final int yields;
    private final long waitNs;
    private final long parkNs;
    private final long parkMaxNs;
    private int idleTurns;
    private long nextParkNs;

    IdleStrategy(IdleConfig config) {
        this.spins = config.spins();
        this.yields = config.yields();
        this.waitNs = config.waitMs() * 1_000_000L;
        this.parkNs = config.parkUs() * 1_000L;
        this.parkMaxNs = config.parkMaxUs() * 1_000L;
        this.nextParkNs = parkNs;
    }

    /** After every turn, with the work that it did; returns whether it is time to sleep. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is the strategy: it lets another loop on this processor run
    boolean idle(int work) {
        if (work > 0) {
            idleTurns = 0;
            nextParkNs = parkNs;
        } else if (idleTurns < spins) {
            idleTurns++;
            Thread.onSpinWait();
        } else if (idleTurns < spins + yields) {
            idleTurns++;
            Thread.yield();
        } else {
            return true;
        }
        return false;
    }

    /** How long to sleep now, given whether whatever comes ends the sleep. */
    long sleepNs(boolean isWoken) {
        if (isWoken) {
            return waitNs;
        }
        long sleepNs = nextParkNs;
        nextParkNs = Math.min(2 * nextParkNs, parkMaxNs);
        return sleepNs;
    }
}
