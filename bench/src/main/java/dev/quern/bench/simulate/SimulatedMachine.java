package dev.quern.bench.simulate;

import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.util.stream.IntStream;

/** The cores and lanes of a simulated server: what waits where, and what its counters show. Times are in simulated nanoseconds. */
final class SimulatedMachine {
    /** Gets of one item: they come in bursts, as clients send them. */
    static final int GETS = 16;

    /** How often the provisioner looks. */
    static final long TICK_NS = 1_000_000;

    private static final int LANE_MAX = 512;

    final int cores;
    final SimulatedCore[] core;
    final LongRing[] lane;
    final LongRing pool;
    final LoadSnapshot snapshot;
    final long[] laneNs;
    final double[] laneRequests;
    final long[] tenantNs;
    int[] functionCores = {};

    SimulatedMachine(int cores, int tenants, long waitNs) {
        this.cores = cores;
        core = IntStream.range(0, cores)
                .mapToObj(i -> new SimulatedCore(i, tenants, waitNs))
                .toArray(SimulatedCore[]::new);
        lane = IntStream.range(0, cores).mapToObj(i -> new LongRing(LANE_MAX)).toArray(LongRing[]::new);
        pool = new LongRing(LANE_MAX * 128);
        snapshot = new LoadSnapshot(cores, cores);
        laneNs = new long[cores];
        laneRequests = new double[cores];
        tenantNs = new long[tenants];
        rolesChanged();
    }

    /** Gets, for -1, or an invocation of that tenant. */
    static long item(int tenant, long nowNs) {
        return nowNs << 20 | tenant + 1;
    }

    static int tenant(long item) {
        return (int) (item & (1 << 20) - 1) - 1;
    }

    static long arrivedNs(long item) {
        return item >> 20;
    }

    void rolesChanged() {
        functionCores = IntStream.range(0, cores)
                .filter(i -> snapshot.role(i) != Role.SERVING)
                .toArray();
        for (SimulatedCore each : core) {
            each.lanes = IntStream.range(0, cores)
                    .filter(number -> snapshot.owner(number) == each.index)
                    .toArray();
            each.laneTurn = 0;
        }
    }

    /** The last so many cores run functions from now on. */
    void split(int forFunctions) {
        int serving = cores - forFunctions;
        for (int i = 0; i < cores; i++) {
            snapshot.role(i, i < serving ? Role.SERVING : Role.FUNCTIONS, LoadSnapshot.NO_TENANT);
            snapshot.lane(i, i % serving, 0);
        }
        rolesChanged();
    }

    long oldestRequestNs(SimulatedCore of, long nowNs) {
        long oldestNs = 0;
        for (int number : of.lanes) {
            if (lane[number].size() > 0) {
                oldestNs = Math.max(oldestNs, nowNs - arrivedNs(lane[number].first()));
            }
        }
        return oldestNs;
    }

    /** Fills the snapshot as the loops' counters would. */
    void look(boolean isMoving, long nowNs) {
        for (SimulatedCore each : core) {
            // What goes on beyond now belongs to the next look.
            long beyondNs = each.isBusy ? Math.max(0, each.busyUntilNs - nowNs) : 0;
            long busyNs = each.busyNs - beyondNs;
            long functionNs = each.functionNs - (each.inFunction ? beyondNs : 0);
            snapshot.load(
                    each.index,
                    busyNs / (double) TICK_NS,
                    functionNs / (double) TICK_NS,
                    oldestRequestNs(each, nowNs),
                    each.queues.oldestNs(nowNs),
                    each.queues.size());
            each.busyNs -= busyNs;
            each.functionNs -= functionNs;
        }
        for (int number = 0; number < cores; number++) {
            snapshot.lane(number, snapshot.owner(number), laneNs[number] / (double) TICK_NS);
            laneNs[number] = 0;
        }
        snapshot.clearTenants();
        for (int tenant = 0; tenant < tenantNs.length; tenant++) {
            if (tenantNs[tenant] > TICK_NS / 4) {
                snapshot.tenant(tenant, tenantNs[tenant] / (double) TICK_NS);
            }
            tenantNs[tenant] = 0;
        }
        snapshot.moving(isMoving);
    }
}
