package dev.quern.sandbox;

import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Transaction;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.GuestLog;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.Pace;
import dev.quern.sandbox.guest.ReplyBuffer;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions on one core: each call in a transaction, which is committed when the entry returns 0 and dropped otherwise. Isolates
 * are made when a tenant first calls, and kept. Thread: the core's, which may become another one after {@link #rest}.
 */
public final class FunctionCore implements AutoCloseable {
    private static final long NS_PER_US = 1000;

    /** Some 40 microseconds each. */
    private static final int CHANGES_AT_ONCE_MAX = 4;

    private final Functions functions;
    private final StoreCore storeCore;
    private final CoreCall coreCall;
    private final ReplyBuffer reply;
    private final ReplyBuffer answer;
    private final CallState state;
    private final Pace pace;
    private final StoreCalls storeCalls;
    private final Invocation invocation;
    private final Map<Function, Ready> ready = new HashMap<>();
    private final Isolates isolates;
    /** The runtime of a core that only tries functions out; null for one that serves. */
    private final @Nullable FunctionRuntime tried;

    private final NestedCalls nested;
    private @Nullable Interlude interlude;
    private boolean isInInterlude;

    private @Nullable Function running;

    /** What had been removed when it was last looked at. */
    private Changes.Change seen;

    /** Removed before a call that was on its way made an instance. */
    private final Deque<Deployment> removedBefore = new ArrayDeque<>();

    /** When the running call's time is over, and when others may go first. */
    private long deadlineNs;

    private long interludeNs;

    /** Whether the present call was looked at after its first quantum. */
    private boolean isPastQuantum;

    private @Nullable Function lastFunction;
    private @Nullable Ready lastReady;

    /** The isolate of the last call, which may still be entered. */
    private FunctionRuntime.@Nullable Isolate lastIsolate;

    /** A function's entry on this core, and the isolate that it runs in. */
    private record Ready(
            TenantIsolate home,
            FunctionRuntime.Isolate isolate,
            FunctionRuntime.Entry entry,
            GuestLog log,
            long addressMax,
            Tally tally,
            boolean isReadOnly,
            long timeLimitUs) {}

    /** @param shownAs the core's number where people see it */
    FunctionCore(Functions functions, StoreCore storeCore, int shownAs, @Nullable FunctionRuntime tried)
            throws IOException {
        this.functions = functions;
        this.storeCore = storeCore;
        this.tried = tried;
        seen = functions.changes().last();
        pace = new Pace(this::look);
        coreCall = new CoreCall(shownAs, pace, tried == null);
        reply = new ReplyBuffer(Limits.REPLY_BYTES_MAX);
        answer = new ReplyBuffer(Limits.REPLY_BYTES_MAX);
        state = new CallState(reply, answer);
        storeCalls = new StoreCalls(state, pace);
        storeCalls.returnLater();
        invocation = new Invocation(state);
        isolates = new Isolates(
                storeCalls, functions.preferred(), functions.isolatesConfig(), functions.isolateMemory(), this::forget);
        nested = new NestedCalls(functions, this, state);
        storeCalls.functions(nested);
    }

    CoreCall coreCall() {
        return coreCall;
    }

    /** This core's one call, to be set before each {@link #invoke}. */
    public Invocation invocation() {
        return invocation;
    }

    /** What this core does in the midst of functions that run for longer than their quantum; nothing until this is set. */
    public void interludes(Interlude served) {
        interlude = served;
    }

    /** The guest stands still: ends it when its time is over, and lets others go first when it has run for its quantum. */
    private void look(long nowNs) {
        Function called = running;
        if (called == null) {
            return; // An instance is being made.
        }
        if (nowNs - deadlineNs >= 0) {
            throw new GuestTrap(GuestTrap.Reason.DEADLINE, "out of time");
        }
        if (nowNs - interludeNs >= 0) {
            if (tried == null) {
                if (isPastQuantum) {
                    called.noteLong();
                }
                isPastQuantum = true;
                interlude();
            }
            // Whoever used much pays for its going back: here is where its time is.
            storeCalls.returned().returnSome();
            long resumedNs = System.nanoTime();
            interludeNs = resumedNs + functions.quantumNs();
            pace.resume(resumedNs);
        }
    }

    private void interlude() {
        Interlude others = interlude;
        if (others == null || isInInterlude) {
            return;
        }
        long unixMs = System.currentTimeMillis();
        isInInterlude = true;
        boolean isKilled;
        storeCore.suspend(unixMs);
        coreCall.pause();
        try {
            others.serve(System.nanoTime(), unixMs);
        } finally {
            isKilled = coreCall.resume();
            storeCore.resume();
            isInInterlude = false;
        }
        if (isKilled) {
            throw new GuestTrap(GuestTrap.Reason.KILLED, "killed");
        }
    }

    /**
     * Runs a function to its end, at most for its time limit. The core should be outside of its epoch: what the function replaces can
     * then be reclaimed while it runs.
     *
     * @param nowNs {@link System#nanoTime} of a moment ago, from which the time limit counts
     * @param unixMs the time of the call, by which records expire, in unix milliseconds
     * @return a {@link FunctionStatus}; what came out is in the call
     */
    public int invoke(Function function, Invocation call, long nowNs, long unixMs) {
        if (isInInterlude) {
            throw new IllegalStateException("call of " + function.name() + " in the midst of another function");
        }
        if (!call.isWellFormed()) {
            return call.fail(
                    FunctionStatus.UNAVAILABLE,
                    "the arguments are not a list: u32 count, then u32 length and bytes for each, and nothing after");
        }
        if (function.deployment().isPaused()) {
            return call.fail(
                    FunctionStatus.PAUSED, function.name() + " is paused; call again when it was resumed (fn resume)");
        }
        if (call.table().tenant() != function.tenant()) {
            throw new IllegalArgumentException(
                    function.name() + " is not a function of " + call.table().tenant());
        }
        Ready prepared = lastReady;
        long startNs = nowNs;
        try {
            if (function != lastFunction || prepared == null) {
                prepared = prepare(function, call, nowNs);
                // What it takes to make an isolate is not the function's time.
                startNs = System.nanoTime();
            }
        } catch (NotReadyException begun) {
            return call.fail(FunctionStatus.NOT_READY, function.name() + ": " + begun.getMessage());
        } catch (IOException | GuestTrap refused) {
            return call.fail(FunctionStatus.UNAVAILABLE, function.name() + ": " + refused.getMessage());
        }
        enterAlone(prepared, startNs);
        long limitNs = call.timeLimitUs(prepared.timeLimitUs) * NS_PER_US;
        state.begin(call.table(), call.isReadOnly() || prepared.isReadOnly, unixMs, prepared.addressMax, prepared.log);
        deadlineNs = startNs + limitNs;
        interludeNs = startNs + functions.quantumNs();
        isPastQuantum = false;
        pace.begin(startNs);
        int status = FunctionStatus.CONFLICT;
        for (int attempt = 0; attempt <= Limits.CONFLICT_RETRIES_MAX && status == FunctionStatus.CONFLICT; attempt++) {
            if (attempt > 0) {
                call.clear();
            }
            storeCore.enter(unixMs);
            running = function;
            try {
                status = attempt(function, call, prepared, startNs, limitNs);
            } finally {
                running = null;
                storeCore.exit();
            }
        }
        if (tried == null) {
            function.noteEnd();
            prepared.tally.count(status);
        }
        return status;
    }

    /** One isolate at a time is entered, so that they are left in the order that contexts want. */
    @SuppressWarnings("ReferenceEquality") // this very isolate
    private void enterAlone(Ready prepared, long nowNs) {
        if (lastIsolate != prepared.isolate) {
            rest();
            prepared.isolate.enterOn(Thread.currentThread());
            lastIsolate = prepared.isolate;
            isolates.use(prepared.home, nowNs);
        }
    }

    /** Leaves what was kept entered from call to call: before another thread calls here. Cheap; outside of a call. */
    public void rest() {
        if (lastIsolate != null) {
            lastIsolate.rest();
            lastIsolate = null;
        }
    }

    private int attempt(Function function, Invocation call, Ready prepared, long startNs, long limitNs) {
        Transaction transaction = storeCore.begin(function.tenant());
        state.attempt(transaction);
        nested.begin(function);
        coreCall.begin(function, prepared.isolate, startNs, limitNs);
        int code;
        try {
            code = prepared.entry.call();
        } catch (GuestTrap trap) {
            boolean wasEnded = coreCall.end();
            transaction.abort();
            discard(function);
            return ended(function, call, trap, wasEnded, startNs, limitNs);
        } catch (Throwable bug) {
            coreCall.end();
            transaction.abort();
            discard(function);
            throw bug;
        }
        if (coreCall.end() && coreCall.isKilled()) {
            // It came to its end before the interrupt came to it, but whoever killed it was told that it is ended.
            transaction.abort();
            state.reply().clear();
            return killed(function, call);
        }
        call.setResult(code, transaction.readCount());
        if (code != 0) {
            // What it saw may never have been there all at once, and its verdict be wrong: then it is asked again.
            return transaction.abandon() == StoreStatus.CONFLICT
                    ? committed(call, function, StoreStatus.CONFLICT)
                    : call.fail(FunctionStatus.FAILED, function.name() + " returned " + code);
        }
        if (tried != null) {
            transaction.abort();
            return FunctionStatus.OK;
        }
        return committed(call, function, transaction.commit());
    }

    private static int committed(Invocation call, Function function, int status) {
        return switch (status) {
            case StoreStatus.OK -> FunctionStatus.OK;
            case StoreStatus.CONFLICT ->
                call.fail(
                        FunctionStatus.CONFLICT,
                        function.name() + ": other writes came first " + (Limits.CONFLICT_RETRIES_MAX + 1)
                                + " times; call again");
            case StoreStatus.OVER_QUOTA ->
                call.fail(FunctionStatus.OVER_QUOTA, function.name() + ": " + StoreStatus.describe(status));
            default -> call.fail(FunctionStatus.TRAPPED, function.name() + ": " + StoreStatus.describe(status));
        };
    }

    private int ended(
            Function function, Invocation call, GuestTrap trap, boolean wasEnded, long startNs, long limitNs) {
        state.reply().clear();
        if (wasEnded && coreCall.isKilled()) {
            return killed(function, call);
        }
        return switch (trap.reason()) {
            case DEADLINE ->
                call.fail(
                        FunctionStatus.DEADLINE,
                        "function over its deadline: " + named(function) + ", usedUs="
                                + (System.nanoTime() - startNs) / NS_PER_US + ", limitUs=" + limitNs / NS_PER_US);
            case KILLED -> killed(function, call);
            case READ_ONLY -> call.fail(FunctionStatus.READ_ONLY, named(function) + ": " + trap.getMessage());
            case OVER_QUOTA -> call.fail(FunctionStatus.OVER_QUOTA, named(function) + ": " + trap.getMessage());
            case REPLY_TOO_LARGE ->
                call.fail(FunctionStatus.REPLY_TOO_LARGE, named(function) + ": " + trap.getMessage());
            case TRAP, TRANSACTION_TOO_LARGE ->
                call.fail(FunctionStatus.TRAPPED, "function trapped: " + named(function) + ": " + trap.getMessage());
        };
    }

    private static int killed(Function function, Invocation call) {
        return call.fail(FunctionStatus.KILLED, "function killed: " + named(function));
    }

    private static String named(Function function) {
        return "tenant=" + function.tenant().id() + ", function=" + function.name();
    }

    private Ready prepare(Function function, Invocation call, long nowNs) throws IOException {
        Ready found = ready.get(function);
        if (found == null || function.deployment().isToLeave(found.home.runtime())) {
            rest();
            Deployment deployment = function.deployment();
            found = makeReady(function, tried == null ? isolates.runtimeOf(deployment) : tried, nowNs);
        }
        sample(function.deployment().headStart(), function, call);
        lastFunction = function;
        lastReady = found;
        return found;
    }

    /** The entry of a function that the running one calls; on the runtime in force, as whoever calls others is from its beginning. */
    @SuppressWarnings("ReferenceEquality") // there is one of each runtime
    FunctionRuntime.Entry entry(Function called) throws IOException {
        Ready found = ready.get(called);
        FunctionRuntime runtime = called.deployment().runtime();
        return (found == null || found.home.runtime() != runtime ? makeReady(called, runtime, pace.lastNs()) : found)
                .entry;
    }

    private Ready makeReady(Function function, FunctionRuntime runtime, long nowNs) throws IOException {
        Deployment deployment = function.deployment();
        TenantIsolate home = isolates.of(deployment, runtime, nowNs);
        Ready made = new Ready(
                home,
                home.isolate(),
                isolates.instance(home, deployment).entry(function.entry()),
                tried == null ? functions.of(function.tenant()).log() : GuestLog.NONE,
                runtime.addressMax(),
                deployment.tally(storeCore.index()),
                function.manifest().readOnly(),
                function.manifest().timeLimitUs());
        ready.put(function, made);
        home.callable().add(function);
        if (deployment.isRemoved()) {
            removedBefore.add(deployment); // What says so may have been seen already.
        }
        return made;
    }

    /** Keeps a call's arguments, for the runtime in force to be tried with. */
    private void sample(@Nullable HeadStart headStart, Function function, Invocation call) {
        if (tried == null && headStart != null && !headStart.isSampled()) {
            byte[] arguments = call.copyOfArguments();
            if (arguments.length <= Limits.SAMPLED_BYTES_MAX) {
                headStart.sample(
                        new HeadStart.Sample(storeCore.store(), function, arguments, call.table(), call.isReadOnly()));
            }
        }
    }

    /** After a call that did not come to its end: who knows what state it left. The next call gets a new instance. */
    void discard(Function function) {
        Ready called = ready.get(function);
        if (called != null) {
            isolates.drop(called.home, function.deployment());
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very function
    private void forget(Function function) {
        ready.remove(function);
        if (lastFunction == function) {
            lastFunction = null;
            lastReady = null;
        }
    }

    /**
     * Frees what belongs to functions that were removed, and isolates that are too many or too cold; makes one ahead when one is missing.
     * Cheap when there is nothing to do; outside of a burst.
     *
     * @param nowNs {@link System#nanoTime} of a moment ago
     * @return the work done
     */
    public int maintain(long nowNs) {
        int done = storeCalls.returned().returnSome() ? 1 : 0;
        boolean isWarm = functions.isWarm();
        if (seen.next() == null && removedBefore.isEmpty() && !isolates.wantsMaintenance(nowNs, isWarm)) {
            return done;
        }
        rest();
        for (Changes.Change next = seen.next(); next != null && done < CHANGES_AT_ONCE_MAX; next = next.next()) {
            seen = next;
            Deployment removed = next.removed();
            if (removed != null) {
                isolates.dropRemoved(removed);
            }
            lastFunction = null; // It may be to go elsewhere.
            done++;
        }
        for (Deployment removed; (removed = removedBefore.poll()) != null; done++) {
            isolates.dropRemoved(removed);
        }
        return done + isolates.maintain(nowNs, isWarm);
    }

    /** How many isolates tenants have on this core. */
    int isolateCount() {
        return isolates.count();
    }

    /** How many instances are in them. */
    int instanceCount() {
        return isolates.instanceCount();
    }

    /** How many stand ready for those that call first. */
    public int spareCount() {
        return isolates.spareCount();
    }

    /** Frees everything. On the core's own thread. */
    @Override
    public void close() {
        functions.detach(coreCall);
        rest();
        ready.clear();
        isolates.close();
        storeCalls.returned().returnAll();
        reply.close();
        answer.close();
    }
}
