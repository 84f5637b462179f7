package dev.quern.server.dispatch;

import java.util.concurrent.atomic.AtomicLongArray;

/** What a lane shows of itself: whoever turns it writes, any thread reads values that are at most a moment old. */
public final class LaneGauges {
    private static final int EMPTIED_NS = 16;
    private static final int TOOK_NS = EMPTIED_NS + 1;
    private static final int INLINE_NS = EMPTIED_NS + 2;
    private static final int INLINE_BEGAN_NS = EMPTIED_NS + 3;
    private static final int INLINE_RUN = EMPTIED_NS + 4;

    /** A cache line before and one after, so that no other's writes disturb. */
    private final AtomicLongArray values = new AtomicLongArray(EMPTIED_NS + 24);

    private final BusyTenants tenants = new BusyTenants();

    /** With nothing waiting. */
    public LaneGauges(long nowNs) {
        emptied(nowNs);
    }

    private void add(int field, long amount) {
        values.setOpaque(field, values.getPlain(field) + amount);
    }

    /** Nothing that came before was left to be received. */
    public void emptied(long nowNs) {
        values.setOpaque(EMPTIED_NS, nowNs);
    }

    /** Since when there has been something to do: what waits now has not waited for longer. */
    public long emptiedNs() {
        return values.getOpaque(EMPTIED_NS);
    }

    /** The lane's turn took so long, functions included. */
    public void took(long ns) {
        add(TOOK_NS, ns);
    }

    /** What its turns took, in nanoseconds, where it shares a loop with others. */
    public long tookNs() {
        return values.getOpaque(TOOK_NS);
    }

    /** A function begins in the lane's own turn. */
    public void began(long nowNs) {
        values.setOpaque(INLINE_BEGAN_NS, nowNs);
    }

    /** So many calls have ended, which took so long together. */
    public void ran(int tenant, int count, long ns) {
        values.setOpaque(INLINE_BEGAN_NS, 0);
        add(INLINE_NS, ns);
        add(INLINE_RUN, count);
        tenants.charge(tenant, ns);
    }

    /** What functions took in its turns, with the one that runs now, in nanoseconds. */
    public long inlineNs(long nowNs) {
        long began = values.getOpaque(INLINE_BEGAN_NS);
        return values.getOpaque(INLINE_NS) + (began == 0 ? 0 : Math.max(0, nowNs - began));
    }

    /** Since when the function has run that runs in its turn now, 0 for none. */
    public long beganNs() {
        return values.getOpaque(INLINE_BEGAN_NS);
    }

    /** How many functions ran in its turns. */
    public long inlineRuns() {
        return values.getOpaque(INLINE_RUN);
    }

    /** The tenants that took most of that time. */
    public BusyTenants tenants() {
        return tenants;
    }
}
