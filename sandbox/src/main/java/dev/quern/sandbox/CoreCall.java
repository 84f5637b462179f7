package dev.quern.sandbox;

import dev.quern.ffi.linux.Membarrier;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.guest.Pace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The call that one core is running, as others may see and end it. The core says when it begins and ends. The watchdog, or whoever
 * kills, claims the call before it interrupts, and the core waits at the call's end for who has claimed it, so that no interrupt meets
 * another call than the one meant.
 *
 * <p>Calls begin and end far more often than they are claimed. So the core neither fences nor exchanges anything: who claims a call has
 * all threads fence at once ({@link Membarrier}), and then either finds the call over, or has its claim seen at the call's end. Where the
 * kernel cannot, the core fences.
 */
final class CoreCall {
    private static final int UNCLAIMED = 0;
    private static final int CLAIMED = 1;
    private static final int INTERRUPTED = 2;

    private static final VarHandle RUNNING;
    private static final VarHandle CLAIM;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RUNNING = lookup.findVarHandle(CoreCall.class, "isRunning", boolean.class);
            CLAIM = lookup.findVarHandle(CoreCall.class, "claim", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Many times what lies between two looks of a guest that ticks, even of one that is not compiled yet. */
    private static final long SILENCE_NS = 1_000_000;

    private final int core;
    private final Pace pace;

    /** Whether others are told what runs. */
    private final boolean isShown;

    private final boolean isEndFenced = !Membarrier.isAvailable();

    /** Written by the core alone; by {@link #RUNNING}. */
    @SuppressWarnings("UnusedVariable")
    private boolean isRunning;

    /** Taken by others, who compete for it; given back by them, or by the core once it is INTERRUPTED. */
    private volatile int claim = UNCLAIMED;

    // Written before the release store of isRunning, which whoever claims the call acquires. A look before the claim
    // may
    // see another
    // call's; every claim is followed by a second look.
    private @Nullable Function function;
    private FunctionRuntime.@Nullable Isolate isolate;
    private long startNs;
    private long deadlineNs;

    private volatile boolean isKilled;

    /** Who serves others in the call's midst; null while the guest runs. */
    private volatile @Nullable Thread servesOthers;

    /** Whether one of those others killed it. Written and read by that thread alone. */
    private boolean isKilledInItsMidst;

    CoreCall(int core, Pace pace) {
        this(core, pace, true);
    }

    CoreCall(int core, Pace pace, boolean isShown) {
        this.core = core;
        this.isShown = isShown;
        this.pace = pace;
    }

    /** The core begins a call. Thread: the core's. */
    void begin(Function called, FunctionRuntime.Isolate running, long nowNs, long limitNs) {
        if (isKilled) {
            isKilled = false;
            isKilledInItsMidst = false;
        }
        function = called;
        isolate = running;
        startNs = nowNs;
        deadlineNs = nowNs + limitNs;
        RUNNING.setRelease(this, true);
    }

    /** The call is over; true when somebody ended it, or tried to. Thread: the core's. */
    boolean end() {
        RUNNING.setRelease(this, false);
        if (isEndFenced) {
            VarHandle.fullFence();
        } else {
            // For the compiler only; the processor is told by whoever claims.
            VarHandle.acquireFence();
        }
        return (int) CLAIM.getOpaque(this) != UNCLAIMED && awaitClaim();
    }

    /** Until whoever has the call has given it back, or has interrupted it and is forgotten: from then on nobody interrupts. */
    private boolean awaitClaim() {
        for (int seen = claim; seen != UNCLAIMED; seen = claim) {
            if (seen == INTERRUPTED && CLAIM.compareAndSet(this, INTERRUPTED, UNCLAIMED)) {
                FunctionRuntime.Isolate running = isolate;
                if (running != null) {
                    running.clearInterrupt();
                }
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Claims the call, if one is running and nobody has it: it does not end before it is given back. Any thread but the core's. */
    private boolean isClaimed() {
        if (!CLAIM.compareAndSet(this, UNCLAIMED, CLAIMED)) {
            return false;
        }
        if (!isEndFenced) {
            Membarrier.fenceAll();
        }
        if (isRunning()) {
            return true;
        }
        claim = UNCLAIMED;
        return false;
    }

    private boolean isRunning() {
        return (boolean) RUNNING.getAcquire(this);
    }

    boolean isKilled() {
        return isKilled;
    }

    /** Ends the call if its time is over. Any thread. */
    void endIfOver(long nowNs) {
        // Truffle drops an action for a thread that has not entered its context yet: ask again until the call has
        // ended.
        if (claim == INTERRUPTED && CLAIM.compareAndSet(this, INTERRUPTED, CLAIMED)) {
            interrupt(isKilled);
            return;
        }
        if (isRunning() && nowNs - deadlineNs >= 0 && isClaimed()) {
            if (nowNs - deadlineNs >= 0) {
                interrupt(false);
            } else {
                // The core had begun another call between the look and the claim.
                claim = UNCLAIMED;
            }
        }
    }

    /** Has the call come to a safe point if it has not ticked for long, as recursion may not. Any thread. */
    void pauseIfSilent(long nowNs) {
        if (isRunning() && isSilent(nowNs) && isClaimed()) {
            FunctionRuntime.Isolate running = isolate;
            try {
                if (running != null && isSilent(nowNs)) {
                    running.pause();
                }
            } finally {
                claim = UNCLAIMED;
            }
        }
    }

    /** Whether the call is to be looked at again soon: it has not ticked for a while, or is about to be over its deadline. Any thread. */
    boolean isUrgent(long nowNs) {
        return isRunning()
                && (nowNs - deadlineNs >= -SILENCE_NS
                        || nowNs - startNs >= SILENCE_NS / 2 && nowNs - pace.lastNs() >= SILENCE_NS / 2);
    }

    private boolean isSilent(long nowNs) {
        return nowNs - startNs >= SILENCE_NS && nowNs - pace.lastNs() >= SILENCE_NS;
    }

    /** The guest stands still, and this thread serves others. Thread: the core's. */
    void pause() {
        servesOthers = Thread.currentThread();
    }

    /** The guest is to go on; true when one of the others killed it meanwhile. Thread: the core's. */
    boolean resume() {
        servesOthers = null;
        return isKilledInItsMidst;
    }

    /** Ends the call if it is this tenant's, and not that of another store's tenant with the same number. Any thread. */
    boolean kill(Tenant tenant) {
        Function running = function;
        if (!isShown || running == null || !running.tenant().equals(tenant)) {
            return false;
        }
        if (Thread.currentThread().equals(servesOthers)) {
            isKilled = true;
            isKilledInItsMidst = true;
            return true;
        }
        // The watchdog has the call for a moment when it only asks for a safe point.
        while (!isClaimed()) {
            if (!isRunning() || claim == INTERRUPTED) {
                return false;
            }
            Thread.onSpinWait();
        }
        Function claimed = function;
        if (claimed == null || !claimed.tenant().equals(tenant)) {
            claim = UNCLAIMED;
            return false;
        }
        interrupt(true);
        return true;
    }

    private void interrupt(boolean kills) {
        isKilled = kills;
        FunctionRuntime.Isolate running = isolate;
        try {
            if (running != null) {
                running.interrupt();
            }
        } finally {
            claim = INTERRUPTED;
        }
    }

    /** What is running, or null. Any thread. */
    @Nullable
    RunningFunction running(long nowNs) {
        Function running = function;
        return isShown && isRunning() && running != null
                ? new RunningFunction(running.tenant().name(), running.name(), core, (nowNs - startNs) / 1000)
                : null;
    }
}
