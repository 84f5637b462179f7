package dev.quern.bench.simulate;

import dev.quern.server.roles.Move;
import dev.quern.server.roles.Provisioner;
import dev.quern.server.roles.ProvisionerConfig;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One run of one policy: requests arrive at lanes, and cores do their turns; the provisioner looks as often as a server's, and decides once for every
 * eight cores.
 */
final class Simulation {
    /** Behind the cores' numbers in the event heap. */
    private static final int GET_ARRIVES = EventHeap.SOURCES_MAX - 1;

    private static final int CALL_ARRIVES = GET_ARRIVES - 1;
    private static final int FLASH_ARRIVES = CALL_ARRIVES - 1;
    private static final int TICK = FLASH_ARRIVES - 1;
    private static final int LOOK = TICK - 1;
    private static final int CLIENT = LOOK - 1;

    /** What a client of the same processors has ready at its next look: more than it can send in a simulated second. */
    private static final int OUTBOX_MAX = 1 << 20;

    private final Load load;
    private final Policy policy;
    private final SimulatedCosts costs;
    private final SimulatedClient client;
    private final SimulatedStalls stalls;
    private final SplittableRandom stallRandom;
    private final LongRing getsOutbox;
    private final LongRing callsOutbox;
    private final int[] getsUnderWay;
    private int callsUnderWay;
    private long lookedNs;
    private final TenantMix mix;
    private final int flashTenant;
    private final int cores;
    private final int decisions;
    private final long untilNs;
    private final EventHeap events = new EventHeap();
    private final SimulatedMachine machine;
    private final SimulatedTurns turns;
    private final Provisioner provisioner;
    private final Meters meters;
    private final Timeline timeline = new Timeline();
    private @Nullable Move pending;
    private int moves;
    private int robbed;
    private long nowNs;

    Simulation(
            Load load,
            Policy policy,
            SimulatedCosts costs,
            SimulatedClient client,
            int cores,
            int tenants,
            long seed,
            long untilNs) {
        this(load, policy, costs, client, SimulatedStalls.NONE, cores, tenants, seed, untilNs);
    }

    Simulation(
            Load load,
            Policy policy,
            SimulatedCosts costs,
            SimulatedClient client,
            SimulatedStalls stalls,
            int cores,
            int tenants,
            long seed,
            long untilNs) {
        this.load = load;
        this.policy = policy;
        this.costs = costs;
        this.client = client;
        this.stalls = stalls;
        stallRandom = new SplittableRandom(seed + 1);
        this.cores = cores;
        getsOutbox = new LongRing(client.isHere() ? OUTBOX_MAX : 0);
        callsOutbox = new LongRing(client.isHere() ? OUTBOX_MAX : 0);
        getsUnderWay = new int[cores];
        decisions = 1 + cores / 8;
        this.untilNs = untilNs;
        mix = new TenantMix(tenants, 0.99, costs.functionNs(), seed);
        flashTenant = tenants / 2;
        machine = new SimulatedMachine(cores, tenants, costs.waitNs());
        for (SimulatedCore each : machine.core) {
            each.untilStallNs = stalls.nextNs(stallRandom);
        }
        provisioner = new Provisioner(cores, cores, ProvisionerConfig.DEFAULT);
        // A client of the same processors begins to count when it begins to send, as the measured one does.
        meters = new Meters(client.isHere() ? 0 : Math.min(untilNs / 10, 100 * SimulatedMachine.TICK_NS), client);
        turns = new SimulatedTurns(machine, policy, costs, mix, meters, this::wake, events);
    }

    Outcome run() {
        if (policy.kind() == Policy.Kind.STATIC) {
            machine.split(policy.functionCores());
        }
        for (int source = FLASH_ARRIVES; source <= GET_ARRIVES; source++) {
            events.add(0, source);
        }
        events.add(SimulatedMachine.TICK_NS, TICK);
        events.add(machine.lookNs, LOOK);
        if (client.isHere()) {
            events.add(client.nextNs(0), CLIENT);
        }
        while (true) {
            long event = events.take();
            nowNs = EventHeap.timeNs(event);
            if (nowNs >= untilNs) {
                return outcome();
            }
            switch (EventHeap.source(event)) {
                case GET_ARRIVES -> arrive(GET_ARRIVES, load.gets(nowNs) / (costs.getNs() * SimulatedMachine.GETS), -1);
                case CALL_ARRIVES ->
                    arrive(CALL_ARRIVES, (load.functions(nowNs) - load.flash(nowNs)) / costs.functionNs(), -1);
                case FLASH_ARRIVES -> arrive(FLASH_ARRIVES, load.flash(nowNs) / mix.meanNs(flashTenant), flashTenant);
                case TICK -> tick();
                case LOOK -> provision();
                case CLIENT -> look();
                default -> {
                    int source = EventHeap.source(event);
                    if (source < SimulatedTurns.ENDED) {
                        step(machine.core[source]);
                    } else {
                        turns.ended(machine.core[source - SimulatedTurns.ENDED]);
                    }
                }
            }
        }
    }

    private Outcome outcome() {
        long busyNs = 0;
        for (SimulatedCore each : machine.core) {
            busyNs += each.allBusyNs;
        }
        return meters.outcome(policy, cores, busyNs, untilNs, moves, timeline);
    }

    /** One arrives of a source that brings so many a core and nanosecond, and the next one is set. */
    private void arrive(int source, double rate, int tenant) {
        if (!(rate > 0)) { // Nor where neither calls nor what they take was measured: not a number.
            events.add(nowNs + SimulatedMachine.TICK_NS / 10, source);
            return;
        }
        events.add(nowNs + mix.waitNs(rate * cores), source);
        long item;
        if (source == GET_ARRIVES) {
            item = SimulatedMachine.item(-1, nowNs);
            meters.offered(SimulatedMachine.GETS * costs.getNs(), nowNs);
        } else {
            int caller = tenant < 0 ? mix.draw() : tenant;
            item = SimulatedMachine.item(caller, nowNs);
            meters.offered(mix.meanNs(caller), nowNs);
        }
        if (!client.isHere()) {
            if (!deliver(item, mix.below(cores))) {
                shed(item);
            }
        } else if (!(source == GET_ARRIVES ? getsOutbox : callsOutbox).offer(item)) {
            shed(item);
        }
    }

    private void shed(long item) {
        meters.shed(SimulatedMachine.tenant(item) < 0 ? SimulatedMachine.GETS : 1, nowNs);
    }

    /** Returns whether there was room. */
    private boolean deliver(long item, int number) {
        boolean isShared = policy.kind() == Policy.Kind.SHARED;
        if (!(isShared ? machine.pool : machine.lane[number]).offer(item)) {
            return false;
        }
        if (!isShared) {
            wake(machine.core[machine.snapshot.owner(number)]);
            return true;
        }
        for (int i = 0; i < cores; i++) {
            if (!machine.core[(number + i) % cores].isBusy) {
                step(machine.core[(number + i) % cores]);
                break;
            }
        }
        return true;
    }

    /** A client of the same processors sends what is due, and takes its time from a core. */
    private void look() {
        long nextNs = client.nextNs(nowNs);
        if (nextNs < untilNs) {
            events.add(nextNs, CLIENT);
        }
        boolean isIdle = false;
        for (SimulatedCore each : machine.core) {
            isIdle |= !each.isBusy;
        }
        if (!isIdle) {
            robbed = (robbed + 1) % cores;
            machine.core[robbed].delayNs += (long) (client.share() * (nowNs - lookedNs));
        }
        lookedNs = nowNs;
        seeReplies();
        boolean hasRoom = true;
        while (hasRoom && getsOutbox.size() > 0) {
            int number = mix.below(cores);
            hasRoom = getsUnderWay[number] + SimulatedMachine.GETS <= client.getsMax()
                    && deliver(getsOutbox.first(), number);
            if (hasRoom) {
                getsUnderWay[number] += SimulatedMachine.GETS;
                long ignored = getsOutbox.poll();
            }
        }
        while (callsOutbox.size() > 0
                && callsUnderWay < client.callsMax()
                && deliver(callsOutbox.first(), mix.below(cores))) {
            callsUnderWay++;
            long ignored = callsOutbox.poll();
        }
    }

    private void seeReplies() {
        EventHeap replies = meters.replies();
        while (replies.firstNs() <= nowNs) {
            int from = EventHeap.source(replies.take());
            if (from == Meters.CALL) {
                callsUnderWay--;
            } else {
                getsUnderWay[from] -= SimulatedMachine.GETS;
            }
        }
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
        on.turnFunctionNs = 0;
        long beginsNs = startNs + on.delayNs;
        long untilThenNs = turns.turn(on, startNs, beginsNs);
        if (untilThenNs == beginsNs) {
            on.isBusy = false;
            return;
        }
        on.delayNs = 0;
        on.untilStallNs -= untilThenNs - beginsNs;
        while (on.untilStallNs < 0) {
            on.delayNs += stalls.lengthNs(stallRandom);
            on.untilStallNs += stalls.nextNs(stallRandom);
        }
        on.busyNs += untilThenNs - startNs;
        on.allBusyNs += Math.max(0, Math.min(untilThenNs, untilNs) - Math.max(startNs, meters.fromNs()));
        on.turnNs = untilThenNs - startNs;
        on.functionNs += on.turnFunctionNs;
        on.busyUntilNs = untilThenNs;
        events.add(untilThenNs, on.index);
    }

    /** A move begins at once, but for a core that stands in a function: there at its end. */
    private void begin(Move move) {
        SimulatedCore moving = machine.core[move.core()];
        if (moving.hasBegun()) {
            pending = move;
        } else {
            moving.delayNs += costs.moveNs();
            apply(move);
            wake(moving);
        }
    }

    private void apply(Move move) {
        machine.snapshot.apply(move);
        pending = null;
        moves += move.changesRole() ? 1 : 0;
        machine.rolesChanged();
        for (int i = 0; i < move.laneCount(); i++) {
            SimulatedCore owner = machine.core[move.owner(i)];
            if (owner.index != move.core()) {
                wake(owner);
            }
        }
    }

    private void tick() {
        events.add(nowNs + SimulatedMachine.TICK_NS, TICK);
        if (nowNs % Timeline.WINDOW_NS == 0) {
            timeline.add(meters.window(nowNs, cores, cores - machine.functionCores.length));
        }
        machine.rate();
    }

    /** What decides about roles looks. */
    private void provision() {
        events.add(nowNs + machine.lookNs, LOOK);
        switch (policy.kind()) {
            case ADAPTIVE -> {
                machine.look(pending != null, nowNs);
                for (int i = 0; i < decisions && pending == null; i++) {
                    Move move = provisioner.decide(machine.snapshot, nowNs);
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
                if (forFunctions != machine.functionCores.length) {
                    machine.split(forFunctions);
                    for (SimulatedCore each : machine.core) {
                        wake(each);
                    }
                }
            }
            case STATIC, SHARED -> {}
        }
    }
}
