package dev.quern.server.roles;

/**
 * How long an invocation may expect to wait and still be taken in; beyond that its tenant is told to come back later, before queues grow.
 * The bound is the operator's target as long as what was taken in waits no longer than that. When it does, since functions take longer than
 * they used to or a core stalls, the bound is cut in proportion to the excess, and raised again in small steps: the control law of Breakwater
 * (Cho et al., OSDI '20), applied to the wait that a queue foretells rather than to credits. Allocates nothing. Thread: one.
 */
public final class Admission {
    /** How often the bound changes: a few batches are seen meanwhile. */
    private static final long INTERVAL_NS = 1_000_000;

    /** How much of the target the bound rises by in an interval. */
    private static final double RAISE = 0.02;

    /** How much of the bound an excess of one target takes away. */
    private static final double CUT = 0.4;

    /** The bound falls to this part of the target at the least, so that something is always taken in. */
    private static final double LEAST = 0.1;

    private final long targetNs;
    private double limitNs;
    private long longestNs;
    private long changedNs;
    private boolean hasBegun;

    /** With a target for the longest wait, in nanoseconds. */
    public Admission(long targetNs) {
        if (targetNs < 1) {
            throw new IllegalArgumentException("nobody would be admitted: targetNs=" + targetNs);
        }
        this.targetNs = targetNs;
        this.limitNs = targetNs;
    }

    /** How long one that was taken in waited until it ran. */
    public void waited(long waitNs, long nowNs) {
        longestNs = Math.max(longestNs, waitNs);
        if (!hasBegun) {
            hasBegun = true;
            changedNs = nowNs;
        }
        if (nowNs - changedNs < INTERVAL_NS) {
            return;
        }
        double excess = (double) (longestNs - targetNs) / targetNs;
        limitNs = excess > 0
                ? Math.max(LEAST * targetNs, limitNs * Math.max(0.5, 1 - CUT * excess))
                : Math.min((double) targetNs, limitNs + RAISE * targetNs);
        longestNs = 0;
        changedNs = nowNs;
    }

    /** The longest wait with which an invocation is taken in now, in nanoseconds. */
    public long limitNs() {
        return (long) limitNs;
    }
}
