package dev.quern.server.roles;

/**
 * How long calls of one function have waited lately where they were received, before they ran there: an exponentially weighted mean, which is
 * forgotten once it is old. Mutable, and allocates nothing. Thread: one; each lane keeps its own.
 */
public final class RecentWait {
    /** What ran longer ago says nothing of what a call has to wait for now. */
    static final long OLD_NS = 10_000_000;

    /** How much the newest call counts: a few in a row turn the mean around, and one alone does not. */
    private static final double NEWEST = 1 / 8.0;

    private double meanNs = -1;
    private long lastNs;

    /** Of a function that has not run. */
    public RecentWait() {}

    /** One began to run, or ended, now, having waited for so long. */
    public void waited(long itsWaitNs, long nowNs) {
        boolean isFirst = meanNs < 0 || nowNs - lastNs > OLD_NS;
        meanNs = isFirst ? itsWaitNs : meanNs + NEWEST * (itsWaitNs - meanNs);
        lastNs = nowNs;
    }

    /** The mean in nanoseconds; negative when none has run lately. */
    public long meanNs(long nowNs) {
        return meanNs < 0 || nowNs - lastNs > OLD_NS ? -1 : (long) meanNs;
    }
}
