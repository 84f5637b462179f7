package dev.quern.server.loop;

import dev.quern.server.dispatch.BusyTenants;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.LaneGauges;
import dev.quern.server.dispatch.LoopGauges;
import dev.quern.server.dispatch.RoleOrders;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.dispatch.RolesMode;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Move;
import dev.quern.server.roles.Provisioner;
import dev.quern.server.roles.ProvisionerConfig;
import dev.quern.server.roles.Role;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;

/**
 * Has the provisioner look at the running loops, four times a millisecond where there are few, and carries its moves out, by whichever loop's turn it is: it has no
 * thread of its own. {@link #look} is for every turn of every loop; whoever is first once the time has come decides, and the flag that it takes hands the state on.
 * Allocates nothing but moves and what is kept of them.
 */
final class RoleKeeper implements RoleOrders {
    private static final long LOOK_NS = 250_000;

    /** A look costs a microsecond or two for each core, of one loop's time: with more cores it comes less often, with 64 once a millisecond. */
    private static final long LOOK_NS_A_CORE = 16_000;

    /** How often tenants are looked at: what is decided of them stands for milliseconds. */
    private static final long TENANTS_NS = 1_000_000;

    /** Cores for which it decides once in each look. */
    private static final int CORES_PER_DECISION = 8;

    /** A look that comes so late says nothing of shares, as all were asleep. */
    private static final long STALE_NS = 20_000_000;

    /** A loop that had no processor for a larger part of the time between two looks says nothing of what it needs. */
    private static final double WITHOUT_PROCESSOR_MAX = 0.5;

    private final Roles roles;
    private final CoreLoop[] loops;
    private final boolean isAdaptive;
    private final long lookNs;
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private volatile long dueNs;

    /** Whether roles stay as they are said to be. */
    private volatile boolean isHeld;

    // Whoever has taken the flag.
    private final LoadSnapshot seen;
    private final Provisioner provisioner;
    private final ProcessorTimes processors;
    private final ProcessorGaps gaps;

    /** The same of loops that were awake, whether or not they had something to do. */
    private final ProcessorGaps awakeGaps;

    /** Once, as it is asked in every look. */
    private final LongUnaryOperator withoutProcessorSince;

    private final long[] busyNs;
    private final long[] sleptNs;
    private final long[] stationNs;
    private final long[] laneInlineNs;
    private final long[] laneNs;
    private final long[] tenantNs;
    private final int[] tenantAt;
    private final double[] inlineShare;
    private final long[] waitedNs;
    private final int[] turned;
    private final long[] standsNs;
    private final int[] onlyLane;
    private final int[] tenantId = new int[LoadSnapshot.TENANTS_MAX];
    private final double[] tenantShare = new double[LoadSnapshot.TENANTS_MAX];
    private int tenants;
    private long lookedNs;
    private long tenantsLookedNs;
    private boolean isStale;

    /** When the last lane came to where it is. */
    private long enteredNs;

    /** For loops that are all open. */
    RoleKeeper(Roles roles, CoreLoop[] loops, long nowNs) {
        this.roles = roles;
        this.loops = loops;
        isAdaptive = roles.mode().kind() == RolesMode.Kind.ADAPTIVE;
        int cores = loops.length;
        // Where nothing is decided, a look is for those who watch.
        lookNs = isAdaptive ? Math.max(LOOK_NS, cores * LOOK_NS_A_CORE) : TENANTS_NS;
        seen = new LoadSnapshot(cores, cores);
        provisioner = new Provisioner(cores, cores, ProvisionerConfig.DEFAULT);
        processors = new ProcessorTimes(loops);
        gaps = new ProcessorGaps(cores);
        awakeGaps = new ProcessorGaps(cores);
        withoutProcessorSince = gaps::mostSinceNs;
        busyNs = new long[cores];
        sleptNs = new long[cores];
        stationNs = new long[cores];
        laneInlineNs = new long[cores];
        laneNs = new long[cores];
        tenantNs = new long[2 * cores * BusyTenants.KEPT];
        tenantAt = new int[2 * cores * BusyTenants.KEPT];
        inlineShare = new double[cores];
        waitedNs = new long[cores];
        turned = new int[cores];
        standsNs = new long[cores];
        onlyLane = new int[cores];
        lookedNs = nowNs;
        tenantsLookedNs = nowNs;
        dueNs = nowNs + lookNs;
    }

    /** Looks, if it is time and nobody else does. Any loop. */
    void look(long nowNs) {
        if (nowNs - dueNs < 0 || isTaken.getPlain() || !isTaken.compareAndSet(false, true)) {
            return;
        }
        try {
            if (nowNs - dueNs >= 0) {
                dueNs = nowNs + lookNs;
                decide(nowNs);
            }
        } finally {
            isTaken.set(false);
        }
    }

    /** How many lanes a core turns. Any thread. */
    int lanesOf(int core) {
        int count = 0;
        for (CoreLoop loop : loops) {
            count += loop.homeLane().owner().index() == core ? 1 : 0;
        }
        return count;
    }

    /** For how long a core's lanes have had something to do, 0 when it sleeps. Any thread. */
    long waitNs(int core, long nowNs) {
        long waitNs = 0;
        for (CoreLoop loop : loops) {
            if (loop.homeLane().owner().index() == core) {
                waitNs =
                        Math.max(waitNs, nowNs - loop.homeLane().core().gauges().emptiedNs());
            }
        }
        return loops[core].gauges().isAsleep() ? 0 : waitNs;
    }

    /**
     * Gives a core a role, with the lanes that go with it; from now on roles change by such orders alone, until {@link #release}. Any thread.
     *
     * @return false, with nothing changed, while lanes are on the move, or all that would take the core's stand in functions
     */
    @Override
    public boolean assign(int core, Role to, int tenant) {
        isHeld = true;
        while (!isTaken.compareAndSet(false, true)) {
            Thread.onSpinWait(); // For the microseconds of a look.
        }
        try {
            long nowNs = System.nanoTime();
            boolean isSettled = fill(nowNs);
            roles.events().look(seen, isSettled, enteredNs, withoutProcessorSince, nowNs);
            if (!isSettled || provisioner.mustWait(seen, core, to)) {
                return false;
            }
            Move move = provisioner.ordered(seen, core, to, tenant, nowNs);
            if (move != null) {
                roles.events().add(move, seen, nowNs);
                carryOut(move);
            }
            return true;
        } finally {
            isTaken.set(false);
        }
    }

    /** Has roles follow the load again. Any thread. */
    @Override
    public void release() {
        isHeld = false;
    }

    private void decide(long nowNs) {
        boolean isSettled = fill(nowNs);
        roles.events().look(seen, isSettled, enteredNs, withoutProcessorSince, nowNs);
        if (!isAdaptive || isHeld || isStale) {
            return;
        }
        for (int times = 1 + loops.length / CORES_PER_DECISION; times > 0; times--) {
            Move move = provisioner.decide(seen, nowNs);
            if (move == null) {
                return;
            }
            roles.events().add(move, seen, nowNs);
            seen.apply(move);
            carryOut(move);
        }
    }

    private void carryOut(Move move) {
        if (move.changesRole()) {
            roles.change(move.core(), move.to(), move.tenant());
        }
        for (int i = 0; i < move.laneCount(); i++) {
            loops[move.lane(i)].place(loops[move.owner(i)]);
        }
    }

    /** Fills the snapshot; returns whether all lanes are where they are to be. */
    private boolean fill(long nowNs) {
        long tookNs = Math.max(1, nowNs - lookedNs);
        isStale = tookNs > STALE_NS;
        lookedNs = nowNs;
        boolean isSettled = true;
        Arrays.fill(inlineShare, 0);
        Arrays.fill(waitedNs, 0);
        Arrays.fill(turned, 0);
        Arrays.fill(standsNs, 0);
        enteredNs = loops[0].homeLane().enteredNs();
        for (int number = 0; number < loops.length; number++) {
            Lane lane = loops[number].homeLane();
            LaneGauges gauges = lane.core().gauges();
            int owner = lane.owner().index();
            isSettled &= lane.isPlaced();
            enteredNs = Math.max(enteredNs, lane.enteredNs());
            double inline = share(gauges.inlineNs(nowNs), laneInlineNs, number, tookNs);
            inlineShare[owner] += inline;
            waitedNs[owner] = Math.max(waitedNs[owner], nowNs - gauges.emptiedNs());
            turned[owner]++;
            onlyLane[owner] = number;
            standsNs[owner] = Math.max(standsNs[owner], sinceNs(gauges.beganNs(), nowNs));
            seen.lane(number, owner, Math.max(0, share(gauges.tookNs(), laneNs, number, tookNs) - inline));
        }
        for (int core = 0; core < loops.length; core++) {
            fillCore(core, nowNs, tookNs);
        }
        gaps.looked(nowNs);
        awakeGaps.looked(nowNs);
        seen.moving(!isSettled);
        if (nowNs - tenantsLookedNs >= TENANTS_NS) {
            fillTenants(nowNs - tenantsLookedNs);
            tenantsLookedNs = nowNs;
        }
        return isSettled;
    }

    private void fillCore(int core, long nowNs, long tookNs) {
        LoopGauges gauges = loops[core].gauges();
        FunctionStation station = loops[core].station();
        double busy = share(gauges.busyNs(nowNs), busyNs, core, tookNs);
        double functions = share(station.gauges().ranNs(nowNs), stationNs, core, tookNs) + inlineShare[core];
        double awakeShare = Math.max(0, 1 - share(gauges.sleptNs(nowNs), sleptNs, core, tookNs));
        double without = 0;
        if (isAdaptive) {
            processors.look(core, tookNs);
            without = processors.withoutShare(core, busy);
            gaps.add(core, without, tookNs);
            awakeGaps.add(core, processors.withoutShare(core, awakeShare), tookNs);
        }
        seen.role(core, roles.view().role(core), roles.view().dedicatedTo(core));
        long stands = Math.max(standsNs[core], sinceNs(station.gauges().beganNs(), nowNs));
        seen.stands(core, stands - awakeGaps.sinceNs(core, nowNs - stands, nowNs));
        long callWaitNs = station.waitNs(nowNs);
        if (without > WITHOUT_PROCESSOR_MAX) {
            seen.load(core, seen.busyShare(core), seen.functionShare(core), 0, callWaitNs, station.queued());
            seen.stood(core, 0, callWaitNs);
            return;
        }
        // Of the time in which it could have idled.
        busy = (busy - without) / (1 - without);
        if (turned[core] == 1) {
            // A loop with one lane does not measure that lane's turns, as they are all that it does beside functions.
            seen.lane(onlyLane[core], core, Math.max(0, busy - functions));
        }
        long waitNs = gauges.isAsleep() ? 0 : waitedNs[core];
        seen.load(core, busy, functions, waitNs, callWaitNs, station.queued());
        seen.stood(
                core,
                awakeGaps.sinceNs(core, nowNs - waitNs, nowNs),
                awakeGaps.sinceNs(core, nowNs - callWaitNs, nowNs));
    }

    private static long sinceNs(long beganNs, long nowNs) {
        return beganNs == 0 ? 0 : Math.max(0, nowNs - beganNs);
    }

    private void fillTenants(long tookNs) {
        tenants = 0;
        for (int core = 0; core < loops.length; core++) {
            tenants(loops[core].homeLane().core().gauges().tenants(), 2 * core, tookNs);
            tenants(loops[core].station().gauges().tenants(), 2 * core + 1, tookNs);
        }
        seen.clearTenants();
        for (int i = 0; i < tenants; i++) {
            seen.tenant(tenantId[i], tenantShare[i]);
        }
    }

    private static double share(long totalNs, long[] lastNs, int place, long tookNs) {
        double share = (double) (totalNs - lastNs[place]) / tookNs;
        lastNs[place] = totalNs;
        return Math.max(0, share);
    }

    private void tenants(BusyTenants busy, int row, long tookNs) {
        for (int place = 0; place < BusyTenants.KEPT; place++) {
            int at = row * BusyTenants.KEPT + place;
            int id = busy.tenant(place);
            long total = busy.tookNs(place);
            double share = (double) (total - tenantNs[at]) / tookNs;
            boolean isSame = tenantAt[at] == id;
            tenantAt[at] = id;
            tenantNs[at] = total;
            if (id >= 0 && isSame && share > 0) {
                add(id, share);
            }
        }
    }

    private void add(int id, double share) {
        for (int i = 0; i < tenants; i++) {
            if (tenantId[i] == id) {
                tenantShare[i] += share;
                return;
            }
        }
        if (tenants < tenantId.length) {
            tenantId[tenants] = id;
            tenantShare[tenants++] = share;
        }
    }
}
