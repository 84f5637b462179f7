package dev.quern.server.loop;

import dev.quern.server.dispatch.BusyTenants;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.LaneGauges;
import dev.quern.server.dispatch.LoopGauges;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.dispatch.RolesMode;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Move;
import dev.quern.server.roles.Provisioner;
import dev.quern.server.roles.ProvisionerConfig;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has the provisioner look at the running loops each millisecond and carries its moves out, by whichever loop's turn it is: it has no
 * thread of its own. {@link #look} is for every turn of every loop; whoever is first once the time has come decides, and the flag that it takes hands the state on.
 * Allocates nothing but moves and what is kept of them.
 */
final class RoleKeeper {
    private static final long LOOK_NS = 1_000_000;

    /** Cores for which it decides once in each look. */
    private static final int CORES_PER_DECISION = 8;

    /** A look that comes so late says nothing of shares, as all were asleep; and without them, the core that stands in a function would get lanes. */
    private static final long STALE_NS = 20 * LOOK_NS;

    private final Roles roles;
    private final CoreLoop[] loops;
    private final boolean isAdaptive;
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private volatile long dueNs;

    // Whoever has taken the flag.
    private final LoadSnapshot seen;
    private final Provisioner provisioner;
    private final long[] busyNs;
    private final long[] stationNs;
    private final long[] laneInlineNs;
    private final long[] laneNs;
    private final long[] tenantNs;
    private final int[] tenantAt;
    private final double[] laneShare;
    private final double[] inlineShare;
    private final int[] tenantId = new int[LoadSnapshot.TENANTS_MAX];
    private final double[] tenantShare = new double[LoadSnapshot.TENANTS_MAX];
    private int tenants;
    private long lookedNs;
    private boolean isStale;

    /** When the last lane came to where it is. */
    private long enteredNs;

    /** For loops that are all open. */
    RoleKeeper(Roles roles, CoreLoop[] loops, long nowNs) {
        this.roles = roles;
        this.loops = loops;
        isAdaptive = roles.mode().kind() == RolesMode.Kind.ADAPTIVE;
        int cores = loops.length;
        seen = new LoadSnapshot(cores, cores);
        provisioner = new Provisioner(cores, cores, ProvisionerConfig.DEFAULT);
        busyNs = new long[cores];
        stationNs = new long[cores];
        laneInlineNs = new long[cores];
        laneNs = new long[cores];
        tenantNs = new long[2 * cores * BusyTenants.KEPT];
        tenantAt = new int[2 * cores * BusyTenants.KEPT];
        laneShare = new double[cores];
        inlineShare = new double[cores];
        lookedNs = nowNs;
        dueNs = nowNs + LOOK_NS;
    }

    /** Looks, if it is time and nobody else does. Any loop. */
    void look(long nowNs) {
        if (nowNs - dueNs < 0 || isTaken.getPlain() || !isTaken.compareAndSet(false, true)) {
            return;
        }
        try {
            if (nowNs - dueNs >= 0) {
                dueNs = nowNs + LOOK_NS;
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

    private void decide(long nowNs) {
        boolean isSettled = fill(nowNs);
        roles.events().look(seen, isSettled, enteredNs, nowNs);
        if (!isAdaptive || isStale) {
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
        tenants = 0;
        boolean isSettled = true;
        Arrays.fill(inlineShare, 0);
        enteredNs = loops[0].homeLane().enteredNs();
        for (int lane = 0; lane < loops.length; lane++) {
            LaneGauges gauges = loops[lane].homeLane().core().gauges();
            int owner = loops[lane].homeLane().owner().index();
            isSettled &= loops[lane].homeLane().isPlaced();
            enteredNs = Math.max(enteredNs, loops[lane].homeLane().enteredNs());
            double inline = share(gauges.inlineNs(nowNs), laneInlineNs, lane, tookNs);
            laneShare[lane] = Math.max(0, share(gauges.tookNs(), laneNs, lane, tookNs) - inline);
            inlineShare[owner] += inline;
            tenants(gauges.tenants(), 2 * lane, tookNs);
            seen.lane(lane, owner, laneShare[lane]);
        }
        for (int core = 0; core < loops.length; core++) {
            fillCore(core, nowNs, tookNs);
        }
        seen.moving(!isSettled);
        seen.clearTenants();
        for (int i = 0; i < tenants; i++) {
            seen.tenant(tenantId[i], tenantShare[i]);
        }
        return isSettled;
    }

    private void fillCore(int core, long nowNs, long tookNs) {
        LoopGauges gauges = loops[core].gauges();
        FunctionStation station = loops[core].station();
        double busy = share(gauges.busyNs(nowNs), busyNs, core, tookNs);
        double run = share(station.gauges().ranNs(nowNs), stationNs, core, tookNs);
        double functions = run + inlineShare[core];
        tenants(station.gauges().tenants(), 2 * core + 1, tookNs);
        long waitNs = 0;
        int turned = 0;
        int only = -1;
        for (int lane = 0; lane < loops.length; lane++) {
            if (seen.owner(lane) == core) {
                turned++;
                only = lane;
                waitNs = Math.max(
                        waitNs, nowNs - loops[lane].homeLane().core().gauges().emptiedNs());
            }
        }
        if (turned == 1) {
            // A loop with one lane does not measure that lane's turns, as they are all that it does beside functions.
            seen.lane(only, core, Math.max(0, busy - functions));
        }
        boolean isAsleep = gauges.isAsleep();
        seen.role(core, roles.view().role(core), roles.view().dedicatedTo(core));
        seen.load(core, busy, functions, isAsleep ? 0 : waitNs, station.waitNs(nowNs), station.queued());
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
