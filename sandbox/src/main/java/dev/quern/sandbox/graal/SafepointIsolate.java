package dev.quern.sandbox.graal;

import com.oracle.truffle.api.ThreadLocalAction;
import com.oracle.truffle.api.TruffleLanguage.Env;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.StoreCalls;
import org.jspecify.annotations.Nullable;

/**
 * An isolate whose calls are ended and paused by thread-local actions of Truffle's, which guest code meets at its next safepoint. Thread: the
 * core's, but for {@link #interrupt}, {@link #pause} and {@link #clearInterrupt}.
 */
public abstract class SafepointIsolate implements FunctionRuntime.Isolate {
    protected final StoreCalls calls;
    private final Pause pause = new Pause();
    private volatile Thread thread = Thread.currentThread();
    private volatile @Nullable EndCall ending;

    /** Whether a pause is on its way; if it got lost, until the next call. */
    private volatile boolean isPausing;

    /** Whether the core's thread is in guest code, where alone a call is ended where it stands. */
    protected boolean isInside;

    /** Whether the call was ended before it was inside, or while the core was out of it. */
    protected boolean isEndedBefore;

    protected SafepointIsolate(StoreCalls calls) {
        this.calls = calls;
    }

    /** Ends the guest's call where it stands, unless it is over by then. Runs on the core's thread. */
    private final class EndCall extends ThreadLocalAction {
        private volatile boolean isOver;

        EndCall() {
            super(true, false);
        }

        @Override
        protected void perform(Access access) {
            if (isOver) {
                return;
            }
            isOver = true;
            if (isInside) {
                throw new TrapException(calls, interrupted());
            }
            isEndedBefore = true;
        }
    }

    /** Has the guest stand still for a while. Runs on the core's thread. */
    private final class Pause extends ThreadLocalAction {
        Pause() {
            super(true, false);
        }

        @Override
        protected void perform(Access access) {
            isPausing = false;
            if (isInside) {
                look();
            }
        }
    }

    /** The context's environment, once there is a call. Any thread. */
    protected abstract Env environment();

    /** The guest stands still: others may go first, or its time be over. */
    protected final void look() {
        try {
            calls.look();
        } catch (GuestTrap trap) {
            throw new TrapException(calls, trap);
        }
    }

    /** A call begins: what was to end or pause the last one is forgotten. */
    protected final void begin() {
        isEndedBefore = false;
        if (isPausing) {
            isPausing = false;
        }
    }

    /** What the core does itself in the midst of a call is not ended where it stands, but after it. Returns what {@link #isInside} was. */
    protected final boolean stepOut() {
        boolean wasInside = isInside;
        isInside = false;
        return wasInside;
    }

    /** What became of a call that was ended. */
    protected static GuestTrap interrupted() {
        return new GuestTrap(Reason.DEADLINE, "interrupted");
    }

    @Override
    public final void enterOn(Thread caller) {
        thread = caller;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the call itself says when it has ended
    public final void interrupt() {
        EndCall action = ending;
        if (action == null || action.isOver) {
            action = new EndCall();
            ending = action;
        }
        environment().submitThreadLocal(new Thread[] {thread}, action);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // one that comes to nothing is followed by others
    public final void pause() {
        // One at a time, or they would pile up while the guest gets no processor.
        if (!isPausing) {
            isPausing = true;
            environment().submitThreadLocal(new Thread[] {thread}, pause);
        }
    }

    @Override
    public final void clearInterrupt() {
        EndCall late = ending;
        if (late != null) {
            late.isOver = true;
        }
    }
}
