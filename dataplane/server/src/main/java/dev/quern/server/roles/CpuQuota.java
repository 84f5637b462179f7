package dev.quern.server.roles;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much CPU time one tenant's functions may take, on all cores together: so many cores on average, in bursts. It keeps the time up to which
 * the share is used, which running advances (the generic cell rate algorithm, ITU-T I.371); a tenant whose share is used further ahead than
 * a burst is held back. Any thread; allocates nothing and waits for nobody.
 */
public final class CpuQuota {
    private final double cores;
    private final long burstNs;
    private final AtomicLong usedUntilNs;

    /**
     * Nothing of it is used yet.
     *
     * @param cores how many cores' time on average, above 0
     * @param burstNs how far ahead of now the share may be used, so that a tenant that rested may run at once
     */
    public CpuQuota(double cores, long burstNs, long nowNs) {
        if (!(cores > 0) || burstNs < 0) {
            throw new IllegalArgumentException("no share of time: cores=" + cores + ", burstNs=" + burstNs);
        }
        this.cores = cores;
        this.burstNs = burstNs;
        this.usedUntilNs = new AtomicLong(nowNs);
    }

    /** Counts time that the tenant's functions took. */
    public void charge(long cpuNs, long nowNs) {
        long shareNs = (long) (cpuNs / cores);
        long seen;
        long until;
        do {
            seen = usedUntilNs.get();
            until = (seen - nowNs < 0 ? nowNs : seen) + shareNs;
        } while (!usedUntilNs.compareAndSet(seen, until));
    }

    /** How long the tenant must wait until it may run again, 0 if it may. */
    public long waitNs(long nowNs) {
        return Math.max(0, usedUntilNs.get() - nowNs - burstNs);
    }
}
