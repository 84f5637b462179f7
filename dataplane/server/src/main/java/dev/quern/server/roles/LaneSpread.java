package dev.quern.server.roles;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which core turns which lane when cores come and go: the largest lane to the least loaded core. Allocates nothing but the move. */
final class LaneSpread {
    /** What a lane without load weighs, so that idle lanes are spread, too. */
    private static final double LANE_WEIGHT = 0.001;

    /** A lane only moves between serving cores if the busier one is eased by this much of a core. */
    private static final double GAIN_MIN = 0.1;

    private final long standsNs;
    private final double[] share;
    private final double[] load;
    private final int[] count;
    private final int[] owner;
    private final int[] moved;
    private int movedCount;

    /** @param standsNs a core whose present function has run for longer is given no lanes */
    LaneSpread(int cores, int lanes, long standsNs) {
        this.standsNs = standsNs;
        share = new double[lanes];
        load = new double[cores];
        count = new int[cores];
        owner = new int[lanes];
        moved = new int[lanes];
    }

    private void look(LoadSnapshot now) {
        Arrays.fill(load, 0);
        Arrays.fill(count, 0);
        movedCount = 0;
        for (int lane = 0; lane < now.lanes(); lane++) {
            owner[lane] = now.owner(lane);
            load[owner[lane]] += weight(lane);
            count[owner[lane]]++;
        }
    }

    /** Follows the lanes' shares: a weight of 1 takes the present ones. */
    void follow(LoadSnapshot now, double weight) {
        for (int lane = 0; lane < now.lanes(); lane++) {
            share[lane] += weight * (now.laneShare(lane) - share[lane]);
        }
    }

    private double weight(int lane) {
        return share[lane] + LANE_WEIGHT;
    }

    private boolean mayTake(LoadSnapshot now, int core) {
        return now.role(core) == Role.SERVING && now.standsNs(core) <= standsNs;
    }

    /** Whether another core could take its lanes. */
    boolean canLeave(LoadSnapshot now, int core) {
        for (int other = 0; other < now.cores(); other++) {
            if (other != core && mayTake(now, other)) {
                return true;
            }
        }
        return false;
    }

    /** A serving core that {@link #canLeave}: its lanes go to the others. */
    Move leave(LoadSnapshot now, int core, Role to, int tenant, MoveCause cause) {
        look(now);
        while (count[core] > 0) {
            int lane = largest(core, Double.POSITIVE_INFINITY);
            int target = -1;
            for (int other = 0; other < now.cores(); other++) {
                if (other != core && mayTake(now, other) && (target < 0 || load[other] < load[target])) {
                    target = other;
                }
            }
            give(lane, target);
        }
        return move(core, Role.SERVING, to, tenant, cause);
    }

    /** A core that comes to serve: the lanes that are at home there, and if {@code balancing}, its share of the others. */
    Move join(LoadSnapshot now, int core, boolean balancing, MoveCause cause) {
        look(now);
        for (int lane = 0; lane < now.lanes(); lane++) {
            if (now.home(lane) == core && owner[lane] != core) {
                give(lane, core);
            }
        }
        while (balancing && takeOne(now, core)) {
            // Until nobody is eased by it.
        }
        return move(core, now.role(core), Role.SERVING, LoadSnapshot.NO_TENANT, cause);
    }

    /** Takes a lane from the most loaded core that is the better for it. */
    private boolean takeOne(LoadSnapshot now, int core) {
        int from = -1;
        for (int other = 0; other < now.cores(); other++) {
            if (other != core && count[other] > 1 && (from < 0 || load[other] > load[from])) {
                from = other;
            }
        }
        if (from < 0) {
            return false;
        }
        int lane = largest(from, load[from] - load[core]);
        if (lane < 0) {
            return false;
        }
        give(lane, core);
        return true;
    }

    /** The lane whose move eases the busiest serving core most, or null if none does by much. */
    @Nullable
    Move even(LoadSnapshot now, double busyMin) {
        look(now);
        int from = -1;
        int to = -1;
        for (int core = 0; core < now.cores(); core++) {
            if (now.role(core) != Role.SERVING) {
                continue;
            }
            if (count[core] > 1 && (from < 0 || load[core] > load[from])) {
                from = core;
            }
            if (mayTake(now, core) && (to < 0 || load[core] < load[to])) {
                to = core;
            }
        }
        if (from < 0 || to < 0 || from == to || load[from] < busyMin) {
            return null;
        }
        int best = -1;
        double bestLoad = load[from] - GAIN_MIN;
        for (int lane = 0; lane < now.lanes(); lane++) {
            if (owner[lane] == from) {
                double after = Math.max(load[from] - weight(lane), load[to] + weight(lane));
                if (after < bestLoad) {
                    best = lane;
                    bestLoad = after;
                }
            }
        }
        return best < 0 ? null : Move.lane(best, from, to, MoveCause.LANES_UNEVEN);
    }

    /** A lane that is away from home and finds room there, or null. */
    @Nullable
    Move home(LoadSnapshot now, double busyMax) {
        look(now);
        for (int lane = 0; lane < now.lanes(); lane++) {
            int core = now.home(lane);
            if (owner[lane] != core
                    && mayTake(now, core)
                    && load[core] + weight(lane) <= Math.max(busyMax, load[owner[lane]] - GAIN_MIN)) {
                return Move.lane(lane, owner[lane], core, MoveCause.FUNCTIONS_IDLE);
            }
        }
        return null;
    }

    /** The largest lane of a core below a weight, -1 for none. */
    private int largest(int core, double below) {
        int best = -1;
        for (int lane = 0; lane < owner.length; lane++) {
            if (owner[lane] == core && weight(lane) < below && (best < 0 || share[lane] > share[best])) {
                best = lane;
            }
        }
        return best;
    }

    private void give(int lane, int to) {
        int from = owner[lane];
        load[from] -= weight(lane);
        count[from]--;
        load[to] += weight(lane);
        count[to]++;
        owner[lane] = to;
        moved[movedCount++] = lane;
    }

    private Move move(int core, Role from, Role to, int tenant, MoveCause cause) {
        int[] lanes = Arrays.copyOf(moved, movedCount);
        int[] owners = new int[movedCount];
        Arrays.setAll(owners, i -> owner[lanes[i]]);
        return new Move(core, from, to, tenant, cause, lanes, owners);
    }
}
