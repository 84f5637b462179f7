package dev.quern.bench.simulate;

import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.util.stream.IntStream;

/** The cores and lanes of a simulated server: what waits where, and what its counters show. Times are in simulated nanoseconds. */
final class SimulatedMachine {
    /** Gets of one item: they come in bursts, as clients send them. */
    static final int GETS = 16;

    /** How often tenants are looked at, and rates of requests. */
    static final long TICK_NS = 1_000_000;

    private static final long LOOK_NS = 250_000;
    private static final long LOOK_NS_A_CORE = 16_000;

    /** Items. What a lane's sockets hold of clients elsewhere; one of the same processors keeps what does not go into its sessions' windows. */
    private static final int LANE_MAX = 512;

    /** More than a core's queues hold. */
    static final int ANSWERS_MAX = 1 << 14;

    final int cores;
    final SimulatedCore[] core;
    final LongRing[] lane;
    final LongRing pool;
    /** Calls that ran elsewhere and are to be answered, by their lane. */
    final LongRing[] answers;

    final LoadSnapshot snapshot;
    final long[] laneNs;
    final double[] laneRequests;
    /** In the last whole millisecond. */
    final double[] laneRequestsPerSecond;

    final long[] tenantNs;
    int[] functionCores = {};
    /** How often the provisioner looks: as a server's does. */
    final long lookNs;

    private long tenantsNs;

    SimulatedMachine(int cores, int tenants, long waitNs) {
        this.cores = cores;
        lookNs = Math.max(LOOK_NS, cores * LOOK_NS_A_CORE);
        core = IntStream.range(0, cores)
                .mapToObj(i -> new SimulatedCore(i, tenants, waitNs))
                .toArray(SimulatedCore[]::new);
        lane = IntStream.range(0, cores).mapToObj(i -> new LongRing(LANE_MAX)).toArray(LongRing[]::new);
        answers = IntStream.range(0, cores)
                .mapToObj(i -> new LongRing(ANSWERS_MAX))
                .toArray(LongRing[]::new);
        pool = new LongRing(LANE_MAX * 128);
        snapshot = new LoadSnapshot(cores, cores);
        laneNs = new long[cores];
        laneRequests = new double[cores];
        laneRequestsPerSecond = new double[cores];
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

    /** Which lane an invocation is answered by: any, as any may have received it. */
    int laneOf(long item) {
        return (int) (arrivedNs(item) % cores);
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

    /** A millisecond is over. */
    void rate() {
        for (int number = 0; number < cores; number++) {
            laneRequestsPerSecond[number] = laneRequests[number] * 1e9 / TICK_NS;
            laneRequests[number] = 0;
        }
    }

    /** Fills the snapshot as the loops' counters would. */
    void look(boolean isMoving, long nowNs) {
        for (SimulatedCore each : core) {
            // What goes on beyond now belongs to the next look.
            long beyondNs = each.isBusy ? Math.max(0, each.busyUntilNs - nowNs) : 0;
            long busyNs = each.busyNs - beyondNs;
            long functionNs = each.functionNs
                    - (beyondNs == 0 ? 0 : (long) ((double) beyondNs * each.turnFunctionNs / each.turnNs));
            snapshot.load(
                    each.index,
                    busyNs / (double) lookNs,
                    functionNs / (double) lookNs,
                    oldestRequestNs(each, nowNs),
                    each.queues.oldestNs(nowNs),
                    each.queues.size());
            each.busyNs -= busyNs;
            each.functionNs -= functionNs;
        }
        for (int number = 0; number < cores; number++) {
            snapshot.lane(number, snapshot.owner(number), laneNs[number] / (double) lookNs);
            laneNs[number] = 0;
        }
        snapshot.moving(isMoving);
        if (nowNs - tenantsNs < TICK_NS) {
            return;
        }
        snapshot.clearTenants();
        for (int tenant = 0; tenant < tenantNs.length; tenant++) {
            if (tenantNs[tenant] > (nowNs - tenantsNs) / 4) {
                snapshot.tenant(tenant, tenantNs[tenant] / (double) (nowNs - tenantsNs));
            }
            tenantNs[tenant] = 0;
        }
        tenantsNs = nowNs;
    }
}
