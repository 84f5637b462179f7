package dev.quern.bench.simulate;

import dev.quern.server.roles.CostModel;
import dev.quern.server.roles.FunctionCost;
import dev.quern.server.roles.Place;
import dev.quern.server.roles.PlaceState;
import dev.quern.server.roles.Placement;
import dev.quern.server.roles.Role;
import java.util.function.Consumer;

/** What a simulated core does in a turn: serves requests, hands invocations on as placement says, and runs them from its queues, as the core loop does. */
final class SimulatedTurns {
    /** Datagrams in one turn, as a port's. */
    private static final int BURST_ITEMS = 64;

    /** Before the number of the core in events. */
    static final int ENDED = 256;

    /** Answered in one turn. */
    private static final int ANSWERS_MAX = 256;

    private static final int INLINE_BATCH = 4;
    private static final long CONGESTED_NS = 1_000_000;

    private final SimulatedMachine machine;
    private final Policy policy;
    private final SimulatedCosts costs;
    private final TenantMix mix;
    private final Meters meters;
    private final Consumer<SimulatedCore> waker;
    private final EventHeap events;
    private final Placement placement;
    private final FunctionCost[] functionCost;
    /** Tenants with a function that took longer than the quantum and let others go first. */
    private final boolean[] isLong;

    private final PlaceState place = new PlaceState();
    private final long[] payloads = new long[64];
    private final long[] inlineBatch = new long[INLINE_BATCH];
    private long poolFreeNs;
    private long nowNs;

    /**
     * @param waker has a core that is idle do its next turn
     * @param events where each invocation that is to be answered elsewhere stands when it ends, as of {@link #ENDED} and the core's number
     */
    SimulatedTurns(
            SimulatedMachine machine,
            Policy policy,
            SimulatedCosts costs,
            TenantMix mix,
            Meters meters,
            Consumer<SimulatedCore> waker,
            EventHeap events) {
        this.machine = machine;
        this.policy = policy;
        this.costs = costs;
        this.mix = mix;
        this.meters = meters;
        this.waker = waker;
        this.events = events;
        CostModel model = new CostModel(costs.runtime(), costs.messages(), costs.quantumNs());
        placement = new Placement(model, CONGESTED_NS);
        functionCost = new FunctionCost[mix.tenants()];
        isLong = new boolean[mix.tenants()];
        for (int i = 0; i < functionCost.length; i++) {
            functionCost[i] = model.unknown();
        }
    }

    /** A turn at this time, whose work begins later if the core was kept from it; returns when it ends, that same time when there was nothing to do. */
    long turn(SimulatedCore on, long atNs, long fromNs) {
        nowNs = atNs;
        if (policy.kind() == Policy.Kind.SHARED) {
            return poolTurn(on, fromNs);
        }
        if (machine.snapshot.role(on.index) != Role.SERVING) {
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
        return run(on, fromNs, costs.sliceNs());
    }

    private long poolTurn(SimulatedCore on, long fromNs) {
        if (machine.pool.size() == 0) {
            return fromNs;
        }
        long item = machine.pool.poll();
        int tenant = SimulatedMachine.tenant(item);
        double workNs = tenant < 0 ? SimulatedMachine.GETS * costs.getNs() : mix.timeNs(tenant);
        double switchNs =
                tenant < 0 || tenant == on.lastTenant ? 0 : costs.runtime().switchNs();
        // One core at a time takes an item out.
        poolFreeNs = Math.max(poolFreeNs, fromNs) + (long) costs.poolNs();
        long doneNs = poolFreeNs + (long) (workNs + switchNs);
        if (tenant < 0) {
            meters.gets(SimulatedMachine.GETS, 0, workNs, SimulatedMachine.arrivedNs(item), doneNs);
        } else {
            on.lastTenant = tenant;
            meters.function(mix.meanNs(tenant), SimulatedMachine.arrivedNs(item), doneNs);
        }
        return doneNs;
    }

    /** A turn's burst: gets are answered, invocations go where placement says. */
    private long serve(SimulatedCore on, long fromNs) {
        long atNs = answer(on, fromNs);
        int empty = 0;
        for (int items = 0; items < BURST_ITEMS && empty < on.lanes.length; ) {
            on.laneTurn = (on.laneTurn + 1) % on.lanes.length;
            int number = on.lanes[on.laneTurn];
            if (machine.lane[number].size() == 0) {
                empty++;
                continue;
            }
            empty = 0;
            items++;
            long item = machine.lane[number].poll();
            long beganNs = atNs;
            if (SimulatedMachine.tenant(item) < 0) {
                atNs += (long) (SimulatedMachine.GETS * costs.getNs());
                machine.laneRequests[number] += SimulatedMachine.GETS;
                meters.gets(
                        SimulatedMachine.GETS,
                        number,
                        SimulatedMachine.GETS * costs.getNs(),
                        SimulatedMachine.arrivedNs(item),
                        atNs);
            } else {
                machine.laneRequests[number]++;
                atNs = dispatch(on, item, atNs, atNs - fromNs);
            }
            machine.laneNs[number] += atNs - beganNs;
        }
        return atNs;
    }

    /** What came back of other cores. */
    private long answer(SimulatedCore on, long fromNs) {
        double atNs = fromNs;
        for (int number : on.lanes) {
            LongRing waiting = machine.answers[number];
            for (int done = 0; done < ANSWERS_MAX && waiting.size() > 0; done++) {
                long item = waiting.poll();
                atNs += atNs == fromNs ? costs.answersTurnNs() : 0;
                atNs += costs.handedNs() / 2;
                meters.function(
                        mix.meanNs(SimulatedMachine.tenant(item)), SimulatedMachine.arrivedNs(item), (long) atNs);
            }
        }
        return (long) atNs;
    }

    /** With how long the burst has kept others waiting. */
    private long dispatch(SimulatedCore on, long item, long atNs, long heldUpNs) {
        int tenant = SimulatedMachine.tenant(item);
        SimulatedCore target = on;
        double spentNs = costs.callNs();
        if (machine.functionCores.length > 0) {
            SimulatedCore other = lessLoaded(tenant);
            if (policy.kind() == Policy.Kind.STATIC || choose(on, other, tenant) != Place.INLINE) {
                target = other;
                spentNs = costs.answersTurnNs() == 0 ? costs.handedNs() : costs.handedNs() / 2;
            }
        }
        long doneNs = atNs + (long) spentNs;
        if (target == on && !isLong[tenant] && heldUpNs < costs.quantumNs() && !on.hasFunctions()) {
            return runNow(on, item, doneNs);
        }
        if (target.queues.offer(tenant, item, 0, nowNs) > 0) {
            meters.shedCall(nowNs);
            doneNs += target == on ? 0 : (long) (costs.handedNs() - spentNs);
        } else if (target != on) {
            waker.accept(target);
        }
        return doneNs;
    }

    /** Where it was received, in the midst of the burst. */
    private long runNow(SimulatedCore on, long item, long atNs) {
        int tenant = SimulatedMachine.tenant(item);
        long tookNs = (tenant == on.lastTenant ? 0 : (long) costs.runtime().switchNs()) + begin(tenant);
        on.lastTenant = tenant;
        on.turnFunctionNs += tookNs;
        meters.function(mix.meanNs(tenant), SimulatedMachine.arrivedNs(item), atNs + tookNs);
        return atNs + tookNs;
    }

    /** How long an invocation is going to take. */
    private long begin(int tenant) {
        long tookNs = mix.timeNs(tenant);
        isLong[tenant] |= tookNs > costs.sliceNs();
        functionCost[tenant].ran(tookNs, 1, SimulatedCosts.MESSAGE_BYTES);
        machine.tenantNs[tenant] += tookNs;
        return tookNs;
    }

    /** Of two function cores, the one with the shorter queue: where the tenant usually runs, and another one. */
    private SimulatedCore lessLoaded(int tenant) {
        SimulatedCore usual = machine.core[machine.functionCores[tenant % machine.functionCores.length]];
        SimulatedCore other = machine.core[machine.functionCores[mix.below(machine.functionCores.length)]];
        return usual.queues.oldestNs(nowNs) <= CONGESTED_NS / 4 || usual.queues.size() <= other.queues.size()
                ? usual
                : other;
    }

    private Place choose(SimulatedCore on, SimulatedCore other, int tenant) {
        double requests = 0;
        for (int number : on.lanes) {
            requests += machine.laneRequestsPerSecond[number];
        }
        place.messageBytes = SimulatedCosts.MESSAGE_BYTES;
        place.requestsPerSecond = requests;
        place.inlineWaitNs = Math.max(on.queues.oldestNs(nowNs), machine.oldestRequestNs(on, nowNs));
        place.isContextEntered = on.lastTenant == tenant;
        boolean isDedicated = machine.snapshot.role(other.index) == Role.DEDICATED;
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
            if (machine.snapshot.role(on.index) != Role.SERVING) {
                on.batchNs += (long) (on.batchCount * costs.stationNs());
            }
            atNs += on.batchNs;
            on.lastTenant = tenant;
        }
        while (on.hasBegun() && atNs - fromNs < limitNs) {
            if (on.leftNs == 0) {
                on.leftNs = begin(on.lastTenant);
                on.batchNs += on.leftNs;
            }
            long sliceNs = Math.min(on.leftNs, limitNs - (atNs - fromNs));
            atNs += sliceNs;
            on.leftNs -= sliceNs;
            if (on.leftNs == 0) {
                ended(on, on.batch[on.batchAt++], atNs);
            }
        }
        if (!on.hasBegun()) {
            on.queues.ran(on.batchNs, atNs);
        }
        on.turnFunctionNs += atNs - fromNs;
        return atNs;
    }

    private void ended(SimulatedCore on, long item, long atNs) {
        if (costs.answersTurnNs() > 0 && machine.snapshot.role(on.index) != Role.SERVING && on.ended.offer(item)) {
            events.add(atNs, ENDED + on.index);
        } else {
            meters.function(mix.meanNs(on.lastTenant), SimulatedMachine.arrivedNs(item), atNs);
        }
    }

    /** An invocation of that core has ended: its lane is to answer it. */
    void ended(SimulatedCore on) {
        long item = on.ended.poll();
        int number = machine.laneOf(item);
        if (machine.answers[number].offer(item)) {
            waker.accept(machine.core[machine.snapshot.owner(number)]);
        }
    }

    private int take(SimulatedCore on) {
        if (machine.snapshot.role(on.index) != Role.SERVING) {
            return on.queues.take(nowNs, on.batch);
        }
        int count = on.queues.take(nowNs, inlineBatch);
        System.arraycopy(inlineBatch, 0, on.batch, 0, count);
        return count;
    }

    /** A function core without work takes half of the longest queue of another. */
    private void steal(SimulatedCore idle) {
        SimulatedCore longest = idle;
        for (int other : machine.functionCores) {
            if (machine.core[other].queues.size() > longest.queues.size()) {
                longest = machine.core[other];
            }
        }
        int count = longest == idle ? 0 : longest.queues.giveHalf(payloads);
        for (int i = 0; i < count; i++) {
            idle.queues.adopt(longest.queues.givenTenant(), payloads[i], 0, nowNs);
        }
    }
}
