package dev.quern.server.dispatch;

import java.util.concurrent.atomic.AtomicLongArray;

/** What a station shows of itself: its loop alone writes, any thread reads values that are at most a moment old. */
public final class StationGauges {
    private static final int QUEUED = 16;
    private static final int OLDEST_SINCE_NS = QUEUED + 1;
    private static final int DRAINED_NS = QUEUED + 2;
    private static final int RUN = QUEUED + 3;
    private static final int RUN_NS = QUEUED + 4;
    private static final int SHED = QUEUED + 5;
    private static final int GIVEN = QUEUED + 6;
    private static final int BEGAN_NS = QUEUED + 7;

    /** A cache line before and one after, so that no other's writes disturb. */
    private final AtomicLongArray values = new AtomicLongArray(QUEUED + 24);

    private final BusyTenants tenants = new BusyTenants();

    StationGauges() {}

    private void add(int field, long amount) {
        values.setOpaque(field, values.getPlain(field) + amount);
    }

    void waiting(int count, long oldestNs, long nowNs) {
        values.setOpaque(QUEUED, count);
        values.setOpaque(OLDEST_SINCE_NS, oldestNs == 0 ? 0 : nowNs - oldestNs);
    }

    void drained(long nowNs) {
        values.setOpaque(DRAINED_NS, nowNs);
    }

    void began(long nowNs) {
        values.setOpaque(BEGAN_NS, nowNs);
    }

    void ran(int tenant, int count, long tookNs) {
        values.setOpaque(BEGAN_NS, 0);
        add(RUN, count);
        add(RUN_NS, tookNs);
        tenants.charge(tenant, tookNs);
    }

    void shed() {
        add(SHED, 1);
    }

    void gave(int count) {
        add(GIVEN, count);
    }

    /** How many calls are in its queues. */
    public int queued() {
        return (int) values.getOpaque(QUEUED);
    }

    /** How long the oldest call that is not held back has waited, about; 0 for none. */
    long oldestNs(long nowNs, boolean isWaiting) {
        long since = values.getOpaque(OLDEST_SINCE_NS);
        long oldestNs = since == 0 ? 0 : Math.max(1, nowNs - since);
        // What is in the inbox came after it was last looked into.
        return isWaiting ? Math.max(oldestNs, nowNs - values.getOpaque(DRAINED_NS)) : oldestNs;
    }

    /** Calls that it has run. */
    public long ran() {
        return values.getOpaque(RUN);
    }

    /** The time that they took, with the batch that runs now, in nanoseconds. */
    public long ranNs(long nowNs) {
        long began = values.getOpaque(BEGAN_NS);
        return values.getOpaque(RUN_NS) + (began == 0 ? 0 : Math.max(0, nowNs - began));
    }

    /** Since when the present batch has run, 0 for none. */
    public long beganNs() {
        return values.getOpaque(BEGAN_NS);
    }

    /** Calls that it refused. */
    public long sheds() {
        return values.getOpaque(SHED);
    }

    /** Calls that it gave to others. */
    public long given() {
        return values.getOpaque(GIVEN);
    }

    /** The tenants that took most of its time. */
    public BusyTenants tenants() {
        return tenants;
    }
}
