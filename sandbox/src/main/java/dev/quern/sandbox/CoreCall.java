package dev.quern.sandbox;

import dev.quern.sandbox.guest.Pace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The call that one core is running, as others may see and end it. The core says when it begins and ends; the watchdog, or whoever
 * kills, takes the state from RUNNING to ENDING before it interrupts, so that no interrupt meets another call than the one meant; and
 * back again when it only wants the call to come to a safe point.
 */
final class CoreCall {
    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    private static final int ENDING = 2;
    private static final int INTERRUPTED = 3;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CoreCall.class, "state", int.class);
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

    private volatile int state = IDLE;

    // Written before the release store of RUNNING, which whoever claims the call acquires. A look before the claim may
    // see another
    // call's; every claim is followed by a second look.
    private @Nullable Function function;
    private FunctionRuntime.@Nullable Isolate isolate;
    private long startNs;
    private long deadlineNs;

    private volatile boolean isKilled;

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
        }
        function = called;
        isolate = running;
        startNs = nowNs;
        deadlineNs = nowNs + limitNs;
        STATE.setRelease(this, RUNNING);
    }

    /** The call is over; true when somebody ended it, or tried to. Thread: the core's. */
    boolean end() {
        // Whoever is ending the call is between two stores, and may begin again after the second. From IDLE on nobody
        // interrupts, and what came before can be forgotten.
        while (!STATE.compareAndSet(this, INTERRUPTED, IDLE)) {
            if (STATE.compareAndSet(this, RUNNING, IDLE)) {
                return false;
            }
            Thread.onSpinWait();
        }
        FunctionRuntime.Isolate running = isolate;
        if (running != null) {
            running.clearInterrupt();
        }
        return true;
    }

    boolean isKilled() {
        return isKilled;
    }

    /** Ends the call if its time is over. Any thread. */
    void endIfOver(long nowNs) {
        // Truffle drops an action for a thread that has not entered its context yet: ask again until the call has
        // ended.
        if (state == INTERRUPTED && STATE.compareAndSet(this, INTERRUPTED, ENDING)) {
            interrupt(isKilled);
            return;
        }
        if (state == RUNNING && nowNs - deadlineNs >= 0 && STATE.compareAndSet(this, RUNNING, ENDING)) {
            if (nowNs - deadlineNs >= 0) {
                interrupt(false);
            } else {
                // The core had begun another call between the look and the claim.
                state = RUNNING;
            }
        }
    }

    /** Has the call come to a safe point if it has not ticked for long, as recursion may not. Any thread. */
    void pauseIfSilent(long nowNs) {
        if (state == RUNNING && isSilent(nowNs) && STATE.compareAndSet(this, RUNNING, ENDING)) {
            FunctionRuntime.Isolate running = isolate;
            try {
                if (running != null && isSilent(nowNs)) {
                    running.pause();
                }
            } finally {
                state = RUNNING;
            }
        }
    }

    private boolean isSilent(long nowNs) {
        return nowNs - startNs >= SILENCE_NS && nowNs - pace.lastNs() >= SILENCE_NS;
    }

    /** Ends the call if it is this tenant's. Any thread. */
    boolean kill(int tenantId) {
        Function running = function;
        if (!isShown || running == null || running.tenant().id() != tenantId) {
            return false;
        }
        // The watchdog has the call for a moment when it only asks for a safe point.
        while (!STATE.compareAndSet(this, RUNNING, ENDING)) {
            if (state == IDLE || state == INTERRUPTED) {
                return false;
            }
            Thread.onSpinWait();
        }
        Function claimed = function;
        if (claimed == null || claimed.tenant().id() != tenantId) {
            state = RUNNING;
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
            state = INTERRUPTED;
        }
    }

    /** What is running, or null. Any thread. */
    @Nullable
    RunningFunction running(long nowNs) {
        Function running = function;
        return isShown && state != IDLE && running != null
                ? new RunningFunction(running.tenant().name(), running.name(), core, (nowNs - startNs) / 1000)
                : null;
    }
}
