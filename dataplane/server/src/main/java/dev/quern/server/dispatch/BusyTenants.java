package dev.quern.server.dispatch;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The few tenants whose functions take most of one core's time: who is not among them takes the place of the one with the least (after
 * Metwally et al., ICDT '05), so one that takes an eighth of the core or more is always found. One thread charges, any reads.
 */
public final class BusyTenants {
    /** How many are kept. */
    public static final int KEPT = 8;

    private final AtomicLongArray id = new AtomicLongArray(KEPT);
    private final AtomicLongArray tookNs = new AtomicLongArray(KEPT);

    BusyTenants() {
        for (int place = 0; place < KEPT; place++) {
            id.setPlain(place, -1);
        }
    }

    /** A tenant's functions took so long. */
    public void charge(int tenant, long ns) {
        int least = 0;
        for (int place = 0; place < KEPT; place++) {
            if (id.getPlain(place) == tenant) {
                tookNs.setOpaque(place, tookNs.getPlain(place) + ns);
                return;
            }
            if (tookNs.getPlain(place) < tookNs.getPlain(least)) {
                least = place;
            }
        }
        id.setOpaque(least, tenant);
        tookNs.setOpaque(least, tookNs.getPlain(least) + ns);
    }

    /** Whose place it is, -1 for nobody's. */
    public int tenant(int place) {
        return (int) id.getOpaque(place);
    }

    /** What the tenants of a place took, ever. */
    public long tookNs(int place) {
        return tookNs.getOpaque(place);
    }
}
