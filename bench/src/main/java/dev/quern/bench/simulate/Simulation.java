package dev.quern.bench.simulate;

import dev.quern.server.roles.CostModel;
import dev.quern.server.roles.FunctionCost;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Move;
import dev.quern.server.roles.Place;
import dev.quern.server.roles.PlaceState;
import dev.quern.server.roles.Placement;
import dev.quern.server.roles.Provisioner;
import dev.quern.server.roles.ProvisionerConfig;
import dev.quern.server.roles.Role;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of one policy: requests arrive at lanes, cores serve them in turns as the core loop does, hand invocations on as placement says, and
 * run them from their queues; every millisecond the provisioner looks, and decides once for every eight cores. Gets come in bursts, as clients send them.
 */
final class Simulation {
    private static final int GETS = 16;
    private static final int LANE_MAX = 512;
    private static final int BURST_ITEMS = 8;
    private static final int INLINE_BATCH = 4;
    private static final long QUANTUM_NS = 100_000;
    private static final long TICK_NS = 1_000_000;
    private static final long CONGESTED_NS = 1_000_000;
    private static final int MESSAGE_BYTES = 128;

    /** Behind the cores' numbers in the event heap. */
    private static final int GET_ARRIVES = EventHeap.SOURCES_MAX - 1;

    private static final int CALL_ARRIVES = GET_ARRIVES - 1;
    private static final int FLASH_ARRIVES = CALL_ARRIVES - 1;
    private static final int TICK = FLASH_ARRIVES - 1;

    private final LoadShape load;
    private final Policy policy;
    private final SimulatedCosts costs;
    private final TenantMix mix;
    private final int flashTenant;
    private final int cores;
    private final int decisions;
    private final long untilNs;
    private final EventHeap events = new EventHeap();
    private final SimulatedCore[] core;
    private final LongRing[] lane;
    private final LongRing pool = new LongRing(LANE_MAX * 128);
    private final LoadSnapshot snapshot;
    private final Provisioner provisioner;
    private final Placement placement;
    private final FunctionCost[] functionCost;
    private final PlaceState place = new PlaceState();
    private final long[] payloads = new long[64];
    private final long[] inlineBatch = new long[INLINE_BATCH];
    private final long[] laneNs;
    private final double[] laneRequests;
    private final long[] tenantNs;
    private final Meters meters;
    private final Timeline timeline = new Timeline();
    private int[] functionCores = {};
    private @Nullable Move pending;
    private int moves;
    private long poolFreeNs;
    private long nowNs;

    Simulation(LoadShape load, Policy policy, SimulatedCosts costs, int cores, int tenants, long seed, long untilNs) {
        this.load = load;
        this.policy = policy;
        this.costs = costs;
        this.cores = cores;
        decisions = Math.max(1, cores / 8);
        this.untilNs = untilNs;
        mix = new TenantMix(tenants, 0.99, costs.functionNs(), seed);
        flashTenant = tenants / 2;
        core = IntStream.range(0, cores)
                .mapToObj(i -> new SimulatedCore(i, tenants))
                .toArray(SimulatedCore[]::new);
        lane = IntStream.range(0, cores).mapToObj(i -> new LongRing(LANE_MAX)).toArray(LongRing[]::new);
        snapshot = new LoadSnapshot(cores, cores);
        provisioner = new Provisioner(cores, cores, ProvisionerConfig.DEFAULT);
        CostModel model = new CostModel(costs.runtime(), costs.messages(), QUANTUM_NS);
        placement = new Placement(model, CONGESTED_NS);
        functionCost = new FunctionCost[tenants];
        for (int i = 0; i < tenants; i++) {
            functionCost[i] = model.unknown();
        }
        laneNs = new long[cores];
        laneRequests = new double[cores];
        tenantNs = new long[tenants];
        meters = new Meters(Math.min(untilNs / 10, 100 * TICK_NS));
    }

    Outcome run() {
        if (policy.kind() == Policy.Kind.STATIC) {
            split(policy.functionCores());
        }
        rolesChanged();
        for (int source = TICK; source <= GET_ARRIVES; source++) {
            events.add(source == TICK ? TICK_NS : 0, source);
        }
        while (true) {
            long event = events.take();
            nowNs = EventHeap.timeNs(event);
            if (nowNs >= untilNs) {
                return meters.outcome(policy, cores, untilNs, moves, timeline);
            }
            switch (EventHeap.source(event)) {
                case GET_ARRIVES -> arrive(GET_ARRIVES, load.gets(nowNs) / (costs.getNs() * GETS), -1);
                case CALL_ARRIVES ->
                    arrive(CALL_ARRIVES, (load.functions(nowNs) - load.flash(nowNs)) / costs.functionNs(), -1);
                case FLASH_ARRIVES -> arrive(FLASH_ARRIVES, load.flash(nowNs) / mix.meanNs(flashTenant), flashTenant);
                case TICK -> tick();
                default -> step(core[EventHeap.source(event)]);
            }
        }
    }

    /** One arrives of a source that brings so many a core and nanosecond, and the next one is set. */
    private void arrive(int source, double rate, int tenant) {
        if (rate <= 0) {
            events.add(nowNs + TICK_NS / 10, source);
            return;
        }
        events.add(nowNs + mix.waitNs(rate * cores), source);
        long item;
        if (source == GET_ARRIVES) {
            item = item(-1);
            meters.offered(GETS * costs.getNs(), nowNs);
        } else {
            int caller = tenant < 0 ? mix.draw() : tenant;
            item = item(caller);
            meters.offered(mix.meanNs(caller), nowNs);
        }
        int number = mix.below(cores);
        boolean isShared = policy.kind() == Policy.Kind.SHARED;
        if (!(isShared ? pool : lane[number]).offer(item)) {
            meters.shed(source == GET_ARRIVES ? GETS : 1, nowNs);
            return;
        }
        if (isShared) {
            for (int i = 0; i < cores; i++) {
                if (!core[(number + i) % cores].isBusy) {
                    step(core[(number + i) % cores]);
                    return;
                }
            }
        } else {
            wake(core[snapshot.owner(number)]);
        }
    }

    private long item(int tenant) {
        return nowNs << 20 | tenant + 1;
    }

    private static int tenant(long item) {
        return (int) (item & (1 << 20) - 1) - 1;
    }

    private static long arrivedNs(long item) {
        return item >> 20;
    }

    private void wake(SimulatedCore idle) {
        if (!idle.isBusy) {
            step(idle);
        }
    }

    /** What a core does next. */
    private void step(SimulatedCore on) {
        on.isBusy = true;
        Move due = pending;
        if (due != null && due.core() == on.index && !on.hasBegun()) {
            apply(due);
            on.delayNs += costs.moveNs();
        }
        long startNs = nowNs;
        on.inFunction = false;
        long untilThenNs = turn(on, startNs + on.delayNs);
        on.delayNs = 0;
        if (untilThenNs == startNs) {
            on.isBusy = false;
            return;
        }
        on.busyNs += untilThenNs - startNs;
        on.functionNs += on.inFunction ? untilThenNs - startNs : 0;
        on.busyUntilNs = untilThenNs;
        events.add(untilThenNs, on.index);
    }

    private long turn(SimulatedCore on, long fromNs) {
        if (policy.kind() == Policy.Kind.SHARED) {
            return poolTurn(on, fromNs);
        }
        if (snapshot.role(on.index) != Role.SERVING) {
            if (!on.hasFunctions()) {
                steal(on);
            }
            return run(on, fromNs, Long.MAX_VALUE);
        }
        boolean hasFunctions = on.hasFunctions();
        if (!(hasFunctions && on.functionsTurn)) {
            long servedNs = serve(on, fromNs);
            if (servedNs > fromNs || !hasFunctions) {
                on.functionsTurn = true;
                // What it left to itself runs in its next turn.
                return servedNs;
            }
        }
        on.functionsTurn = false;
        return run(on, fromNs, QUANTUM_NS);
    }

    private long poolTurn(SimulatedCore on, long fromNs) {
        if (pool.size() == 0) {
            return fromNs;
        }
        long item = pool.poll();
        int tenant = tenant(item);
        double workNs = tenant < 0 ? GETS * costs.getNs() : mix.timeNs(tenant);
        double switchNs =
                tenant < 0 || tenant == on.lastTenant ? 0 : costs.runtime().switchNs();
        // One core at a time takes an item out.
        poolFreeNs = Math.max(poolFreeNs, fromNs) + (long) costs.poolNs();
        long doneNs = poolFreeNs + (long) (workNs + switchNs);
        if (tenant < 0) {
            meters.gets(GETS, workNs, arrivedNs(item), doneNs);
        } else {
            on.lastTenant = tenant;
            meters.function(mix.meanNs(tenant), arrivedNs(item), doneNs);
        }
        return doneNs;
    }

    /** A turn's burst: gets are answered, invocations go where placement says. */
    private long serve(SimulatedCore on, long fromNs) {
        long atNs = fromNs;
        int empty = 0;
        for (int items = 0; items < BURST_ITEMS && empty < on.lanes.length; ) {
            on.laneTurn = (on.laneTurn + 1) % on.lanes.length;
            int number = on.lanes[on.laneTurn];
            if (lane[number].size() == 0) {
                empty++;
                continue;
            }
            empty = 0;
            items++;
            long item = lane[number].poll();
            long beganNs = atNs;
            if (tenant(item) < 0) {
                atNs += (long) (GETS * costs.getNs());
                laneRequests[number] += GETS;
                meters.gets(GETS, GETS * costs.getNs(), arrivedNs(item), atNs);
            } else {
                laneRequests[number]++;
                atNs = dispatch(on, item, atNs);
            }
            laneNs[number] += atNs - beganNs;
        }
        return atNs;
    }

    private long dispatch(SimulatedCore on, long item, long atNs) {
        int tenant = tenant(item);
        SimulatedCore target = on;
        double spentNs = costs.messages().messageNs() / GETS;
        if (functionCores.length > 0) {
            SimulatedCore other = lessLoaded(tenant);
            if (policy.kind() == Policy.Kind.STATIC || choose(on, other, tenant) != Place.INLINE) {
                target = other;
                spentNs += costs.messages().handoverNs() / 2 + costs.messages().byteNs() * MESSAGE_BYTES;
            }
        }
        long doneNs = atNs + (long) spentNs;
        if (target.queues.offer(tenant, item, 0, nowNs) > 0) {
            meters.shed(1, nowNs);
        } else if (target != on) {
            wake(target);
        }
        return doneNs;
    }

    /** Of two function cores, the one with the shorter queue: where the tenant usually runs, and another one. */
    private SimulatedCore lessLoaded(int tenant) {
        SimulatedCore usual = core[functionCores[tenant % functionCores.length]];
        SimulatedCore other = core[functionCores[mix.below(functionCores.length)]];
        return usual.queues.oldestNs(nowNs) <= CONGESTED_NS / 4 || usual.queues.size() <= other.queues.size()
                ? usual
                : other;
    }

    private Place choose(SimulatedCore on, SimulatedCore other, int tenant) {
        double requests = 0;
        for (int number : on.lanes) {
            requests += laneRequests[number];
        }
        place.messageBytes = MESSAGE_BYTES;
        place.requestsPerSecond = requests * 1e9 / TICK_NS;
        place.inlineWaitNs = Math.max(on.queues.oldestNs(nowNs), oldestRequestNs(on));
        place.isContextEntered = on.lastTenant == tenant;
        boolean isDedicated = snapshot.role(other.index) == Role.DEDICATED;
        place.hasFunctionCore = !isDedicated;
        place.functionWaitNs = other.queues.oldestNs(nowNs);
        place.hasDedicatedCore = isDedicated;
        place.dedicatedWaitNs = place.functionWaitNs;
        return placement.choose(functionCost[tenant], place);
    }

    /** Runs invocations for so long; what is not done then goes on in the core's next turn. */
    private long run(SimulatedCore on, long fromNs, long limitNs) {
        long atNs = fromNs;
        if (!on.hasBegun()) {
            on.batchCount = take(on);
            on.batchAt = 0;
            if (on.batchCount == 0) {
                return fromNs;
            }
            int tenant = on.queues.takenTenant();
            on.batchNs = tenant == on.lastTenant ? 0 : (long) costs.runtime().switchNs();
            if (snapshot.role(on.index) != Role.SERVING) {
                on.batchNs += (long) (on.batchCount * costs.messages().handoverNs() / 2);
            }
            atNs += on.batchNs;
            on.lastTenant = tenant;
        }
        on.inFunction = true;
        while (on.hasBegun() && atNs - fromNs < limitNs) {
            if (on.leftNs == 0) {
                on.leftNs = mix.timeNs(on.lastTenant);
                functionCost[on.lastTenant].ran(on.leftNs, 1, MESSAGE_BYTES);
                tenantNs[on.lastTenant] += on.leftNs;
                on.batchNs += on.leftNs;
            }
            long sliceNs = Math.min(on.leftNs, limitNs - (atNs - fromNs));
            atNs += sliceNs;
            on.leftNs -= sliceNs;
            if (on.leftNs == 0) {
                meters.function(mix.meanNs(on.lastTenant), arrivedNs(on.batch[on.batchAt++]), atNs);
            }
        }
        if (!on.hasBegun()) {
            on.queues.ran(on.batchNs, atNs);
        }
        return atNs;
    }

    private int take(SimulatedCore on) {
        if (snapshot.role(on.index) != Role.SERVING) {
            return on.queues.take(nowNs, on.batch);
        }
        int count = on.queues.take(nowNs, inlineBatch);
        System.arraycopy(inlineBatch, 0, on.batch, 0, count);
        return count;
    }

    /** A function core without work takes half of the longest queue of another. */
    private void steal(SimulatedCore idle) {
        SimulatedCore longest = idle;
        for (int other : functionCores) {
            if (core[other].queues.size() > longest.queues.size()) {
                longest = core[other];
            }
        }
        int count = longest == idle ? 0 : longest.queues.giveHalf(payloads);
        for (int i = 0; i < count; i++) {
            idle.queues.adopt(longest.queues.givenTenant(), payloads[i], nowNs);
        }
    }

    /** A move begins at once, but for a core that stands in a function: there at its end. */
    private void begin(Move move) {
        SimulatedCore moving = core[move.core()];
        if (moving.hasBegun()) {
            pending = move;
        } else {
            moving.delayNs += costs.moveNs();
            apply(move);
            wake(moving);
        }
    }

    private void apply(Move move) {
        snapshot.apply(move);
        pending = null;
        moves += move.changesRole() ? 1 : 0;
        rolesChanged();
        for (int i = 0; i < move.laneCount(); i++) {
            SimulatedCore owner = core[move.owner(i)];
            if (owner.index != move.core()) {
                wake(owner);
            }
        }
    }

    private void rolesChanged() {
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
    private void split(int forFunctions) {
        int serving = cores - forFunctions;
        for (int i = 0; i < cores; i++) {
            snapshot.role(i, i < serving ? Role.SERVING : Role.FUNCTIONS, LoadSnapshot.NO_TENANT);
            snapshot.lane(i, i % serving, 0);
        }
        rolesChanged();
        for (SimulatedCore each : core) {
            wake(each);
        }
    }

    private void tick() {
        events.add(nowNs + TICK_NS, TICK);
        if (nowNs % Timeline.WINDOW_NS == 0) {
            timeline.add(meters.window(nowNs, cores, cores - functionCores.length));
        }
        switch (policy.kind()) {
            case ADAPTIVE -> {
                look();
                for (int i = 0; i < decisions && pending == null; i++) {
                    Move move = provisioner.decide(snapshot, nowNs);
                    if (move == null) {
                        break;
                    }
                    begin(move);
                }
            }
            case ORACLE -> {
                double functions = load.functions(nowNs);
                double all = functions + load.gets(nowNs);
                int forFunctions = (int) Math.clamp(Math.floor(functions / all * cores), 0, cores - 1);
                if (forFunctions != functionCores.length) {
                    split(forFunctions);
                }
            }
            case STATIC, SHARED -> {}
        }
        Arrays.fill(laneRequests, 0);
    }

    private long oldestRequestNs(SimulatedCore of) {
        long oldestNs = 0;
        for (int number : of.lanes) {
            if (lane[number].size() > 0) {
                oldestNs = Math.max(oldestNs, nowNs - arrivedNs(lane[number].first()));
            }
        }
        return oldestNs;
    }

    /** Fills the snapshot as the loops' counters would. */
    private void look() {
        for (SimulatedCore each : core) {
            // What goes on beyond now belongs to the next look.
            long beyondNs = each.isBusy ? Math.max(0, each.busyUntilNs - nowNs) : 0;
            long busyNs = each.busyNs - beyondNs;
            long functionNs = each.functionNs - (each.inFunction ? beyondNs : 0);
            snapshot.load(
                    each.index,
                    busyNs / (double) TICK_NS,
                    functionNs / (double) TICK_NS,
                    oldestRequestNs(each),
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
        snapshot.moving(pending != null);
    }
}
