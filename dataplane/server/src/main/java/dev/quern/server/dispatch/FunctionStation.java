package dev.quern.server.dispatch;

import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreCore;
import dev.quern.protocol.Status;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.Interlude;
import dev.quern.sandbox.Invocation;
import dev.quern.server.roles.TenantQueues;
import dev.quern.server.roles.TenantQueuesConfig;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one loop runs what was handed to it, whichever lane received it: an inbox, the tenants' queues, and handles of its own on store and
 * functions. Invocations run a batch of one tenant at a time. Thread: the loop's, but what says otherwise. Allocates nothing per call.
 */
public final class FunctionStation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionStation.class);

    private final int index;
    private final Runnable wakeup;
    private final StoreCore storeCore;
    private final FunctionCore functionCore;
    private final long waitMaxNs;
    private final long quantumNs;
    private final Interlude interlude;
    private final TenantQueues queues;
    private final TenantPolicies policies;
    private final MpscVarHandleArrayQueue<HandedCall> inbox = new MpscVarHandleArrayQueue<>(DispatchLimits.INBOX_MAX);

    /** What others had taken in and gave away: admitted already. */
    private final MpscVarHandleArrayQueue<HandedCall> adopted = new MpscVarHandleArrayQueue<>(DispatchLimits.GIVEN_MAX);

    private final HandedCall[] waiting;
    private final int[] free;
    private int freeCount;
    private final long[] batch = new long[TenantQueuesConfig.DEFAULT.batchMax()];
    private final long[] inlineBatch = new long[DispatchLimits.INLINE_BATCH_MAX];
    private final long[] given = new long[DispatchLimits.GIVEN_MAX];
    private final AtomicReference<@Nullable FunctionStation> beggar = new AtomicReference<>();
    private final StationGauges gauges = new StationGauges();
    private int turnsToMaintenance = DispatchLimits.MAINTENANCE_TURNS;
    private boolean isUsed;
    private boolean isClosed;

    /**
     * On the thread that turns it.
     *
     * @param waitMaxNs how long a call may expect to wait and still be taken in
     * @param wakeup has the loop turn soon; any thread
     * @param interlude what the loop does in the midst of functions, and of batches of them, that take long
     */
    public FunctionStation(
            int index,
            Store store,
            Functions functions,
            TenantPolicies policies,
            long waitMaxNs,
            Runnable wakeup,
            Interlude interlude) {
        this.index = index;
        this.wakeup = wakeup;
        this.policies = policies;
        this.waitMaxNs = waitMaxNs;
        quantumNs = functions.quantumNs();
        this.interlude = interlude;
        queues = new TenantQueues(TenantQueuesConfig.DEFAULT.withWaitNs(waitMaxNs));
        storeCore = store.attach();
        functionCore = functions.attach(storeCore, index);
        functionCore.interludes(interlude);
        int calls = TenantQueuesConfig.DEFAULT.invocationsMax();
        waiting = new HandedCall[calls];
        free = new int[calls];
        for (int slot = 0; slot < calls; slot++) {
            free[slot] = slot;
        }
        freeCount = calls;
    }

    public int index() {
        return index;
    }

    /** What others may see of it. Any thread. */
    public StationGauges gauges() {
        return gauges;
    }

    /** Takes a call over; false when too many are waiting. Any thread. */
    public boolean offer(HandedCall call) {
        if (!inbox.offer(call)) {
            return false;
        }
        wakeup.run();
        return true;
    }

    /** Asks for a part of what waits here, for a station that has nothing to do. Any thread. */
    boolean beg(FunctionStation idle) {
        if (!beggar.compareAndSet(null, idle)) {
            return false;
        }
        wakeup.run();
        return true;
    }

    /** How long what would be handed over now has to wait, about: as the oldest that is here has. Any thread. */
    public long waitNs(long nowNs) {
        return gauges.oldestNs(nowNs, !inbox.isEmpty());
    }

    /** How many calls wait, about. Any thread. */
    public int queued() {
        return gauges.queued() + inbox.size();
    }

    /** Whether what it replaced or made is to be looked after. */
    public boolean isDue() {
        return isUsed && --turnsToMaintenance <= 0;
    }

    /** Whether a turn would find something to do. */
    public boolean hasWork() {
        return !inbox.isEmpty() || queues.size() > 0 || !adopted.isEmpty();
    }

    /**
     * Takes calls in and runs a batch; returns the work done.
     *
     * @param isServing whether the loop has lanes, whose requests must not wait for long
     */
    public int turn(long nowNs, long unixMs, boolean isServing) {
        int work = admit(nowNs);
        if (queues.size() > 0) {
            isUsed = true;
            work += give(nowNs);
            work += run(nowNs, unixMs, isServing ? inlineBatch : batch);
        }
        gauges.waiting(queues.size(), queues.oldestNs(nowNs), nowNs);
        if (isUsed && (work == 0 || --turnsToMaintenance <= 0)) {
            turnsToMaintenance = DispatchLimits.MAINTENANCE_TURNS;
            work += storeCore.maintain(unixMs, DispatchLimits.MAINTENANCE_STEPS_MAX) + functionCore.maintain(nowNs);
        }
        return work;
    }

    /** Lets go of what is bound to the thread, before that enters another core's functions. */
    public void rest() {
        functionCore.rest();
    }

    private int admit(long nowNs) {
        int done = 0;
        gauges.drained(nowNs);
        for (HandedCall call; done < DispatchLimits.ADMITTED_MAX && (call = adopted.poll()) != null; done++) {
            int slot = keep(call);
            if (slot < 0 || !queues.adopt(tenant(call), slot, call.function().targetNs(), nowNs)) {
                shed(call, slot, waitMaxNs);
            }
        }
        for (HandedCall call; done < DispatchLimits.ADMITTED_MAX && (call = inbox.poll()) != null; done++) {
            int slot = keep(call);
            policies.apply(call.function().tenant(), queues);
            long retryNs = slot < 0 ? waitMaxNs : queue(call, slot, nowNs);
            if (retryNs > 0) {
                shed(call, slot, retryNs);
            }
        }
        return done;
    }

    /** Returns 0, or when the tenant may ask again. */
    private long queue(HandedCall call, int slot, long nowNs) {
        if (call.isBatch() && call.batch().hasBegun()) {
            // Its request was admitted where it was begun, and its client cannot simply ask again for all of it.
            return queues.adopt(tenant(call), slot, call.function().targetNs(), nowNs) ? 0 : waitMaxNs;
        }
        return queues.offer(tenant(call), slot, call.function().targetNs(), nowNs);
    }

    private static int tenant(HandedCall call) {
        return call.function().tenant().id();
    }

    private int keep(HandedCall call) {
        if (freeCount == 0) {
            return -1;
        }
        int slot = free[--freeCount];
        waiting[slot] = call;
        return slot;
    }

    private HandedCall take(long payload) {
        int slot = (int) payload;
        free[freeCount++] = slot;
        return waiting[slot];
    }

    private void shed(HandedCall call, int slot, long retryNs) {
        if (slot >= 0) {
            free[freeCount++] = slot;
        }
        gauges.shed();
        call.refuse(Status.BUSY, Status.describe(Status.BUSY), retryNs);
        call.giveBack();
    }

    /** Gives half of the longest queue to whoever asked. */
    private int give(long nowNs) {
        FunctionStation idle = beggar.get();
        if (idle == null) {
            return 0;
        }
        beggar.set(null);
        int count = queues.giveHalf(given);
        for (int i = 0; i < count; i++) {
            HandedCall call = take(given[i]);
            if (!idle.adopted.offer(call)) {
                int slot = keep(call);
                if (!queues.adopt(tenant(call), slot, call.function().targetNs(), nowNs)) {
                    throw new IllegalStateException("no room for what was just taken out");
                }
            }
        }
        if (count > 0) {
            gauges.gave(count);
            idle.wakeup.run();
        }
        return count;
    }

    /** Asks one that has work to share it. */
    public void begOf(FunctionStation busy) {
        boolean ignored = busy.beg(this);
    }

    private int run(long nowNs, long unixMs, long[] into) {
        int count = queues.take(nowNs, into);
        if (count == 0) {
            return 0;
        }
        int tenant = queues.takenTenant();
        long tookNs = 0;
        long atNs = System.nanoTime();
        int done = 0;
        int unfinished = 0;
        while (done < count) {
            long startNs = atNs;
            int ran = 0;
            gauges.began(startNs);
            do {
                HandedCall call = take(into[done++]);
                if (call.isBatch()) {
                    int before = call.batch().left();
                    atNs = runSome(call, atNs, unixMs, startNs + quantumNs);
                    ran += before - call.batch().left();
                    if (call.hasMore()) {
                        into[unfinished++] = keep(call);
                    } else {
                        call.giveBack();
                    }
                } else {
                    atNs = run(call, atNs, unixMs);
                    ran++;
                }
            } while (done < count && atNs - startNs < DispatchLimits.BATCH_PAUSE_NS);
            tookNs += atNs - startNs;
            gauges.ran(tenant, ran, atNs - startNs);
            if (done < count) {
                interlude.serve(atNs, System.currentTimeMillis());
                atNs = System.nanoTime();
            }
        }
        queues.ran(tookNs, atNs);
        for (int i = 0; i < unfinished; i++) {
            putOff(into[i], atNs);
        }
        return count;
    }

    /** The rest of a request of many calls takes its turn like what came after it. */
    private void putOff(long slot, long nowNs) {
        HandedCall call = waiting[(int) slot];
        long heldNs = policies.heldNs(call.function().tenant().id(), nowNs);
        if (heldNs > 0 && call.batch().isOver(nowNs + heldNs)) {
            // Its tenant's quota comes back too late for it.
            shed(call, (int) slot, heldNs);
        } else if (!queues.adopt(tenant(call), slot, call.function().targetNs(), nowNs)) {
            throw new IllegalStateException("no room for what was just taken out");
        }
    }

    /** Makes calls of a request of many until a moment; returns when they ended. */
    private long runSome(HandedCall call, long nowNs, long unixMs, long untilNs) {
        long endNs = nowNs;
        try {
            endNs = call.batch().run(functionCore, nowNs, unixMs, untilNs, policies);
            call.endSome(endNs - nowNs);
        } catch (RuntimeException fault) {
            failed(call, fault);
        }
        return endNs;
    }

    /** Runs one and sends it back; returns when it ended. */
    private long run(HandedCall call, long nowNs, long unixMs) {
        Invocation invocation = functionCore.invocation();
        long endNs = nowNs;
        try {
            if (call.begin(invocation, nowNs)) {
                int status = functionCore.invoke(call.function(), invocation, nowNs, unixMs);
                endNs = System.nanoTime();
                call.end(invocation, status, endNs - nowNs);
                policies.took(call.function(), endNs - call.arrivedNs());
                call.function().took(endNs - call.arrivedNs());
            }
        } catch (RuntimeException fault) {
            failed(call, fault);
        }
        call.giveBack();
        return endNs;
    }

    /** A bug, met on one call: the core goes on, and the call is not tried again. */
    private static void failed(HandedCall call, RuntimeException fault) {
        LOG.error(
                "function {} of tenant {} failed",
                call.function().name(),
                call.function().tenant().name(),
                fault);
        call.refuse(Status.INTERNAL, Status.describe(Status.INTERNAL), 0);
    }

    /** Whether nothing waits here. On the loop's thread. */
    public boolean isEmpty() {
        return !hasWork();
    }

    /** Lets go of its handles; what waits is not run any more. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            functionCore.close();
            storeCore.close();
        }
    }
}
