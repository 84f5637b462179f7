package dev.quern.server.roles;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The invocations that wait at a core, by tenant. Tenants share CPU time by weight: in rounds (deficit round robin, Shreedhar and Varghese
 * 1995), charged with what their functions took, so a tenant that overdrew its turn waits until that is made good. Within its share, a
 * tenant that states a target for its latency comes before those without, the earliest deadline first; so does an invocation among its
 * tenant's. A tenant at its quota is held back. What is taken at a time is one tenant's, so that a context is entered once for all of it.
 *
 * <p>Takes every invocation exactly once, and holds no tenant back for more than the others' turns. Allocates nothing. Thread: one.
 */
public final class TenantQueues {
    /** From the newest measurement to the estimate of what an invocation takes: an eighth. */
    private static final double LEARNED = 1 / 8.0;

    /** A call that took longer than so many times what calls take counts as that many: a first one loads and compiles for long. */
    private static final double OUTLIER = 4;

    /** The same where calls take less than this, in nanoseconds, or none was seen. */
    private static final double OUTLIER_NS = 100_000;

    /** How many invocations of tenants that are held back are passed over in search of the oldest of the others. */
    private static final int PASSED_OVER_MAX = 64;

    private static final int NONE = InvocationPool.NONE;

    private final TenantQueuesConfig config;
    private final Admission admission;
    private final InvocationPool pool;
    private final TenantSlots slots;
    private final int[] heap;
    private final int[] queued;
    private final double[] weight;
    private final @Nullable CpuQuota[] quota;
    private final long[] deficitNs;
    private final long[] grantedRound;
    private final double[] costNs;
    private final long[] targetNs;
    private final int[] next;
    private final boolean[] inRing;
    /** Tenants with a target whose turn is not used up, by the deadline of their first. */
    private final SlotHeap urgent;
    /** Tenants at their quota, by when they may go on. */
    private final SlotHeap held;
    /** The last of the ring; the one after it is next in turn. */
    private int last = NONE;
    /** Where the present round ends. */
    private int roundEnd = NONE;

    private long round = 1;
    private double ringWeight;
    private int takenSlot = NONE;
    private int takenCount;
    private int givenSlot = NONE;

    public TenantQueues(TenantQueuesConfig config) {
        this.config = config;
        admission = new Admission(config.waitNs());
        int tenants = config.tenantsMax();
        pool = new InvocationPool(config.invocationsMax());
        slots = new TenantSlots(tenants);
        heap = new int[tenants];
        Arrays.fill(heap, NONE);
        queued = new int[tenants];
        weight = new double[tenants];
        quota = new @Nullable CpuQuota[tenants];
        deficitNs = new long[tenants];
        grantedRound = new long[tenants];
        costNs = new double[tenants];
        targetNs = new long[tenants];
        next = new int[tenants];
        inRing = new boolean[tenants];
        urgent = new SlotHeap(tenants);
        held = new SlotHeap(tenants);
    }

    /**
     * Says what a tenant's share is. Without this it weighs 1 and has no quota and no target.
     *
     * @param share its weight beside the others', above 0
     * @param limit its quota, which other cores' queues may share; null for none
     * @param latencyTargetNs what 99 of 100 of its invocations should take at the most, 0 for none
     * @throws IllegalStateException when there are too many tenants: {@link #forget} those that are gone
     */
    public void tenant(int id, double share, @Nullable CpuQuota limit, long latencyTargetNs) {
        int slot = slot(id);
        ringWeight += inRing[slot] ? share - weight[slot] : 0;
        weight[slot] = share;
        quota[slot] = limit;
        targetNs[slot] = latencyTargetNs;
    }

    private int slot(int id) {
        int slot = slots.find(id);
        if (slot >= 0) {
            return slot;
        }
        slot = slots.findOrTake(id);
        if (slot < 0) {
            throw new IllegalStateException("more than " + config.tenantsMax() + " tenants call functions here");
        }
        weight[slot] = 1;
        quota[slot] = null;
        targetNs[slot] = 0;
        deficitNs[slot] = 0;
        grantedRound[slot] = 0;
        costNs[slot] = 0;
        return slot;
    }

    /** Forgets a tenant that is gone. Refused, with false, while it has invocations here. */
    public boolean forget(int id) {
        int slot = slots.find(id);
        if (slot < 0) {
            return true;
        }
        if (queued[slot] > 0 || slot == takenSlot || inRing[slot]) {
            return false;
        }
        quota[slot] = null;
        slots.drop(id);
        return true;
    }

    /**
     * Queues an invocation.
     *
     * @param payload what {@link #take} returns
     * @param functionTargetNs the function's own target, 0 for the tenant's
     * @return 0 if it is queued; otherwise it is shed, as the tenant is at its quota, or its queue is full or would take longer than
     *     {@link Admission} or the target allows; the tenant may ask again in so many nanoseconds
     */
    public long offer(int tenant, long payload, long functionTargetNs, long nowNs) {
        int slot = slot(tenant);
        CpuQuota limit = quota[slot];
        long waitNs = limit == null ? 0 : limit.waitNs(nowNs);
        if (waitNs > 0) {
            return waitNs;
        }
        long target = functionTargetNs > 0 ? functionTargetNs : targetNs[slot];
        double expectedNs = expectedWaitNs(slot);
        long limitNs = target > 0 ? Math.min(target, admission.limitNs()) : admission.limitNs();
        if (pool.isFull() || queued[slot] >= config.tenantInvocationsMax() || expectedNs > limitNs) {
            return Math.max(config.quantumNs(), (long) expectedNs);
        }
        add(slot, payload, target, nowNs);
        return 0;
    }

    /**
     * Takes over an invocation that another core gave away, for which admission was asked there; its deadline is as for one that comes now.
     *
     * @param functionTargetNs the function's own target, 0 for the tenant's
     * @return whether there was room
     */
    public boolean adopt(int tenant, long payload, long functionTargetNs, long nowNs) {
        int slot = slot(tenant);
        if (pool.isFull()) {
            return false;
        }
        add(slot, payload, functionTargetNs > 0 ? functionTargetNs : targetNs[slot], nowNs);
        return true;
    }

    private void add(int slot, long payload, long target, long nowNs) {
        long deadlineNs = nowNs + (target > 0 ? target : config.targetNs());
        heap[slot] = pool.add(heap[slot], slot, payload, deadlineNs, nowNs);
        queued[slot]++;
        if (!inRing[slot] && !held.contains(slot)) {
            join(slot);
        }
        // A turn for one that had none in this round: whoever comes and goes gets no more than who stays.
        if (targetNs[slot] > 0 && grantedRound[slot] < round && inRing[slot]) {
            grant(slot);
        }
        ready(slot);
    }

    /** How long the tenant's queue is for its share of the core: others' queues do not lengthen it. */
    private double expectedWaitNs(int slot) {
        double others = inRing[slot] ? ringWeight - weight[slot] : ringWeight;
        return queued[slot] * costNs[slot] * (others + weight[slot]) / weight[slot];
    }

    private void grant(int slot) {
        // Rounds that it was not there for make good an overdraft, but are not saved up.
        double turnNs = turnNs(slot);
        deficitNs[slot] = (long) Math.min(deficitNs[slot] + (round - grantedRound[slot]) * turnNs, turnNs);
        grantedRound[slot] = round;
    }

    private double turnNs(int slot) {
        return Math.max(1, config.quantumNs() * weight[slot]);
    }

    /** When all have overdrawn their turns: lets as many rounds go by as the first of them needs. */
    private void skipRounds() {
        long rounds = Long.MAX_VALUE;
        int slot = last;
        do {
            slot = next[slot];
            long needed = (long) Math.ceil((1 - deficitNs[slot]) / turnNs(slot));
            rounds = Math.min(rounds, needed - (round - grantedRound[slot]));
        } while (slot != last);
        round += Math.max(0, rounds);
    }

    /** Keeps a tenant with a target where its first deadline says, or out when its turn is used up. */
    private void ready(int slot) {
        if (targetNs[slot] > 0 && queued[slot] > 0 && deficitNs[slot] > 0 && inRing[slot]) {
            urgent.put(slot, pool.deadlineNs(heap[slot]));
        } else {
            urgent.remove(slot);
        }
    }

    private void join(int slot) {
        inRing[slot] = true;
        ringWeight += weight[slot];
        if (last == NONE) {
            next[slot] = slot;
            roundEnd = slot;
        } else {
            next[slot] = next[last];
            next[last] = slot;
        }
        last = slot;
    }

    /** Takes the one in turn out of the ring. */
    private void leave(int slot) {
        inRing[slot] = false;
        ringWeight -= weight[slot];
        urgent.remove(slot);
        if (slot == roundEnd) {
            roundEnd = last;
            round++;
        }
        if (slot == last) {
            last = NONE;
            roundEnd = NONE;
            ringWeight = 0;
        } else {
            next[last] = next[slot];
        }
    }

    /** Goes on to the next in turn. */
    private void pass(int slot) {
        last = slot;
        if (slot == roundEnd) {
            round++;
        }
    }

    /**
     * Takes invocations of the tenant whose turn it is, the earliest deadline first. {@link #ran} must follow before the next.
     *
     * @param batch where their payloads go
     * @return how many, 0 if nothing may run now
     */
    public int take(long nowNs, long[] batch) {
        if (takenSlot != NONE) {
            throw new IllegalStateException(
                    "what was taken of tenant " + slots.id(takenSlot) + " has not been told to have run");
        }
        while (!held.isEmpty() && held.timeNs(held.first()) - nowNs <= 0) {
            int slot = held.first();
            held.remove(slot);
            join(slot);
            ready(slot);
        }
        int slot = choose(nowNs);
        if (slot == NONE) {
            return 0;
        }
        int count = Math.min(Math.min(queued[slot], batch.length), config.batchMax());
        if (costNs[slot] > 0) {
            count = Math.clamp((long) (deficitNs[slot] / costNs[slot]), 1, count);
        } else {
            count = 1;
        }
        admission.waited(nowNs - pool.queuedNs(heap[slot]), nowNs);
        for (int i = 0; i < count; i++) {
            batch[i] = pop(slot);
        }
        takenSlot = slot;
        takenCount = count;
        return count;
    }

    private long pop(int slot) {
        int first = heap[slot];
        heap[slot] = pool.removeFirst(first);
        queued[slot]--;
        return pool.payload(first);
    }

    /** Who may run: the most urgent within its share, else the one in turn. Passes each tenant until its overdraft is made good. */
    private int choose(long nowNs) {
        while (!urgent.isEmpty()) {
            int slot = urgent.first();
            if (!isHeld(slot, nowNs)) {
                return slot;
            }
            urgent.remove(slot);
        }
        int firstPassed = NONE;
        while (last != NONE) {
            int slot = next[last];
            if (slot == firstPassed) {
                skipRounds();
                firstPassed = NONE;
            }
            if (queued[slot] == 0) {
                leave(slot);
                // What was not used is lost, what was overdrawn is not.
                deficitNs[slot] = Math.min(deficitNs[slot], 0);
            } else if (isHeld(slot, nowNs)) {
                leave(slot);
                held.put(slot, nowNs + quotaWaitNs(slot, nowNs));
            } else {
                if (grantedRound[slot] < round) {
                    grant(slot);
                }
                if (deficitNs[slot] > 0) {
                    return slot;
                }
                pass(slot);
                if (firstPassed == NONE) {
                    firstPassed = slot;
                }
            }
        }
        return NONE;
    }

    private long quotaWaitNs(int slot, long nowNs) {
        CpuQuota limit = quota[slot];
        return limit == null ? 0 : limit.waitNs(nowNs);
    }

    private boolean isHeld(int slot, long nowNs) {
        return quotaWaitNs(slot, nowNs) > 0;
    }

    /** Whose invocations were taken last. */
    public int takenTenant() {
        return slots.id(takenSlot);
    }

    /** Tells what the invocations taken last took together, switching to their tenant included. */
    public void ran(long cpuNs, long nowNs) {
        int slot = takenSlot;
        takenSlot = NONE;
        deficitNs[slot] -= cpuNs;
        double eachNs = Math.min((double) cpuNs / takenCount, Math.max(OUTLIER_NS, OUTLIER * costNs[slot]));
        costNs[slot] = costNs[slot] == 0 ? eachNs : costNs[slot] + LEARNED * (eachNs - costNs[slot]);
        CpuQuota limit = quota[slot];
        if (limit != null) {
            limit.charge(cpuNs, nowNs);
        }
        ready(slot);
    }

    /**
     * Gives away half of the longest queue, the earliest deadlines first, to a core that has nothing to do: those run there at once, and here
     * each of the rest moves up.
     *
     * @param payloads where the payloads go
     * @return how many; {@link #givenTenant} says whose
     */
    public int giveHalf(long[] payloads) {
        int longest = NONE;
        for (int slot = last, first = last; slot != NONE; ) {
            slot = next[slot];
            if (longest == NONE || queued[slot] > queued[longest]) {
                longest = slot;
            }
            if (slot == first) {
                break;
            }
        }
        if (longest == NONE || queued[longest] < 2) {
            return 0;
        }
        int count = Math.min(queued[longest] / 2, payloads.length);
        for (int i = 0; i < count; i++) {
            payloads[i] = pop(longest);
        }
        givenSlot = longest;
        ready(longest);
        return count;
    }

    /** Whose invocations were given away last. */
    public int givenTenant() {
        return slots.id(givenSlot);
    }

    /** How many invocations are queued. */
    public int size() {
        return pool.size();
    }

    /** How many of a tenant are. */
    public int size(int tenant) {
        int slot = slots.find(tenant);
        return slot < 0 ? 0 : queued[slot];
    }

    /** What an invocation of the tenant takes, by the last ones, in nanoseconds; 0 if none ran. */
    public double costNs(int tenant) {
        int slot = slots.find(tenant);
        return slot < 0 ? 0 : costNs[slot];
    }

    /** How long the oldest invocation has been queued, 0 for none. Those of tenants at their quota do not count. */
    public long oldestNs(long nowNs) {
        int node = pool.oldest();
        for (int i = 0; i < PASSED_OVER_MAX && node != NONE; i++) {
            if (!held.contains(pool.slot(node))) {
                return nowNs - pool.queuedNs(node);
            }
            node = pool.newer(node);
        }
        return 0;
    }
}
