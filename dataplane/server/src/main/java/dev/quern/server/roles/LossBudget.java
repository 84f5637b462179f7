package dev.quern.server.roles;

/**
 * How much CPU time a lane may lose to calls that go back to clients though to run them would cost less: a share of its time, whoever's calls they are. Mutable, and
 * allocates nothing. Thread: the lane's.
 */
public final class LossBudget {
    /** A core loses no more than an eighth of its time. */
    static final int SHARE = 8;

    /** What may be lost at once after a while without losses. */
    static final long BURST_NS = 1_000_000;

    /** When what was lost will have been earned. */
    private long earnedNs;

    /** Of a lane that has lost nothing by now. */
    public LossBudget(long nowNs) {
        earnedNs = nowNs;
    }

    /** Whether there is anything left. */
    public boolean isLeft(long nowNs) {
        return earnedNs - nowNs < SHARE * BURST_NS;
    }

    /** A call went back that costs so much more than to run it. */
    public void lost(long ns, long nowNs) {
        earnedNs = Math.max(earnedNs, nowNs) + SHARE * ns;
    }
}
