package dev.quern.server.roles;

/**
 * Remembers steps that had to be taken back, so that the same step under the same load is tried ever more seldom: first after
 * {@code firstNs}, then after twice as long each time. This bounds the moves on a steady load whose noise alone crosses a bound. A step that
 * is taken back because the load shifted was none to regret.
 */
final class Regret {
    /** A load below this part of the one that a step failed under is another load. */
    private static final double SAME_LOAD = 0.8;

    /** One above so many times the load that a step was taken under is another load, too. */
    private static final double SHIFTED_LOAD = 1.5;

    /** A step that held for so many times the wait for it is forgiven. */
    private static final int FORGIVEN = 4;

    private final long firstNs;
    private final long maxNs;
    private long holdNs;
    private boolean isTaken;
    private long takenNs;
    private double takenUnder;
    private double takenUnderMax;
    private boolean isHeld;
    private long heldUntilNs;
    private double heldUnder;

    Regret(long firstNs, long maxNs) {
        this.firstNs = firstNs;
        this.maxNs = maxNs;
        this.holdNs = firstNs;
    }

    /** The step was taken, under a load between these two. */
    void taken(long nowNs, double loadMin, double loadMax) {
        isTaken = true;
        takenNs = nowNs;
        takenUnder = loadMin;
        takenUnderMax = loadMax;
    }

    /** The step was taken back, under such a load. */
    void takenBack(long nowNs, double load) {
        if (!isTaken) {
            return;
        }
        isTaken = false;
        if (nowNs - takenNs > FORGIVEN * holdNs) {
            holdNs = firstNs;
        }
        if (load > SHIFTED_LOAD * takenUnder) {
            return;
        }
        isHeld = true;
        heldUnder = takenUnderMax;
        heldUntilNs = nowNs + holdNs;
        holdNs = Math.min(2 * holdNs, maxNs);
    }

    /** Whether the step may be taken under such a load. */
    boolean allows(long nowNs, double load) {
        return !isHeld || nowNs - heldUntilNs >= 0 || load < SAME_LOAD * heldUnder;
    }
}
