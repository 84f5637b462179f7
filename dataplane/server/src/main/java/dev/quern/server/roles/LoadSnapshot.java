package dev.quern.server.roles;

import java.util.Arrays;

/**
 * What the provisioner looks at: each core's role and load since the last look, each lane's owner and load, and the busiest tenants. Made
 * once and filled again each time; filling and reading allocate nothing. Shares are of one core's time, from 0 to 1. Thread: whoever's turn
 * it is to decide.
 */
public final class LoadSnapshot {
    /** In place of a tenant's id. */
    public static final int NO_TENANT = -1;

    /** Tenants that {@link #tenant} can be told of: more cannot each keep a large part of a core busy on the machines we know. */
    public static final int TENANTS_MAX = 128;

    private final int cores;
    private final int lanes;
    private final Role[] role;
    private final int[] dedicatedTo;
    private final double[] busyShare;
    private final double[] functionShare;
    private final long[] oldestRequestNs;
    private final long[] oldestInvocationNs;
    private final int[] invocationsQueued;
    private final long[] standsNs;
    private final long[] requestStoodNs;
    private final long[] invocationStoodNs;
    private final int[] owner;
    private final int[] home;
    private final double[] laneShare;
    private final int[] tenantId = new int[TENANTS_MAX];
    private final double[] tenantShare = new double[TENANTS_MAX];
    private int tenants;
    private boolean moving;

    /** All cores serve, and lane i is at home on core i modulo the cores. */
    public LoadSnapshot(int cores, int lanes) {
        if (cores < 1 || lanes < 1) {
            throw new IllegalArgumentException("nothing to move: cores=" + cores + ", lanes=" + lanes);
        }
        this.cores = cores;
        this.lanes = lanes;
        role = new Role[cores];
        Arrays.fill(role, Role.SERVING);
        dedicatedTo = new int[cores];
        Arrays.fill(dedicatedTo, NO_TENANT);
        busyShare = new double[cores];
        functionShare = new double[cores];
        oldestRequestNs = new long[cores];
        oldestInvocationNs = new long[cores];
        invocationsQueued = new int[cores];
        standsNs = new long[cores];
        requestStoodNs = new long[cores];
        invocationStoodNs = new long[cores];
        owner = new int[lanes];
        home = new int[lanes];
        Arrays.setAll(owner, lane -> lane % cores);
        Arrays.setAll(home, lane -> lane % cores);
        laneShare = new double[lanes];
    }

    /** Says what a core is; {@code tenant} is {@link #NO_TENANT} unless it is dedicated. */
    public void role(int core, Role to, int tenant) {
        role[core] = to;
        dedicatedTo[core] = tenant;
    }

    /**
     * Says what a core did since the last look, and what waits for it now.
     *
     * @param busy the share of the time in which it did not idle, functions included
     * @param functions the share of the time in functions, inline or from a queue
     * @param oldestWaitNs how long the oldest request that the core has yet to serve has waited, 0 for none
     * @param oldestQueuedNs how long the oldest invocation that the core has yet to run has been queued, 0 for none. Those of tenants that
     *     are held back by their quota do not count: no core helps them
     * @param queued how many invocations are queued at it
     */
    public void load(int core, double busy, double functions, long oldestWaitNs, long oldestQueuedNs, int queued) {
        busyShare[core] = Math.clamp(busy, 0, 1);
        functionShare[core] = Math.clamp(functions, 0, busyShare[core]);
        oldestRequestNs[core] = oldestWaitNs;
        oldestInvocationNs[core] = oldestQueuedNs;
        invocationsQueued[core] = queued;
        stood(core, 0, 0);
    }

    /**
     * Says for how much of what the oldest ones have waited the core's thread had no processor, as another one had it, or the machine: cores
     * that come and go do not help that. After {@link #load}, which says that it always had one.
     */
    public void stood(int core, long ofRequestNs, long ofInvocationNs) {
        requestStoodNs[core] = ofRequestNs;
        invocationStoodNs[core] = ofInvocationNs;
    }

    /** Says how long a core's present function, or batch of them, has run by now, 0 for none: what came to it would wait for that. */
    public void stands(int core, long ns) {
        standsNs[core] = ns;
    }

    /** Says who turns a lane, and the share of a core that it took since the last look, without functions. */
    public void lane(int lane, int ownedBy, double share) {
        owner[lane] = ownedBy;
        laneShare[lane] = Math.clamp(share, 0, 1);
    }

    /** Forgets the tenants told of. */
    public void clearTenants() {
        tenants = 0;
    }

    /**
     * Says how much time a tenant's functions took since the last look, in cores (1.5 is one and a half). Those below a quarter need not be
     * told. More than {@link #TENANTS_MAX} are left out.
     */
    public void tenant(int id, double share) {
        if (tenants < TENANTS_MAX) {
            tenantId[tenants] = id;
            tenantShare[tenants++] = share;
        }
    }

    /** Says whether the last move is still being carried out; nothing is decided meanwhile. */
    public void moving(boolean underWay) {
        moving = underWay;
    }

    /** Puts a move into effect here: for who simulates, or decides again before the next look. */
    public void apply(Move move) {
        role(move.core(), move.to(), move.tenant());
        for (int i = 0; i < move.laneCount(); i++) {
            owner[move.lane(i)] = move.owner(i);
        }
    }

    public int cores() {
        return cores;
    }

    public int lanes() {
        return lanes;
    }

    public Role role(int core) {
        return role[core];
    }

    public int dedicatedTo(int core) {
        return dedicatedTo[core];
    }

    public double busyShare(int core) {
        return busyShare[core];
    }

    public double functionShare(int core) {
        return functionShare[core];
    }

    public long oldestRequestNs(int core) {
        return oldestRequestNs[core];
    }

    public long oldestInvocationNs(int core) {
        return oldestInvocationNs[core];
    }

    /** How long the oldest request has waited while the core could have served it. */
    public long requestDelayNs(int core) {
        return oldestRequestNs[core] - requestStoodNs[core];
    }

    /** How long the oldest invocation has waited while the core could have run it. */
    public long invocationDelayNs(int core) {
        return oldestInvocationNs[core] - invocationStoodNs[core];
    }

    public long standsNs(int core) {
        return standsNs[core];
    }

    public int invocationsQueued(int core) {
        return invocationsQueued[core];
    }

    public int owner(int lane) {
        return owner[lane];
    }

    /** The core that turns a lane when there is nothing to move for. */
    public int home(int lane) {
        return home[lane];
    }

    public double laneShare(int lane) {
        return laneShare[lane];
    }

    public int tenants() {
        return tenants;
    }

    public int tenantId(int number) {
        return tenantId[number];
    }

    public double tenantShare(int number) {
        return tenantShare[number];
    }

    public boolean moving() {
        return moving;
    }
}
