package dev.quern.server.loop;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Whether a loop sleeps, and how it is woken. Thread: the loop's, but {@link #wake}. */
final class LoopSleep {
    private enum Rest {
        AWAKE,
        /** In the events of its only core. */
        WAITING,
        PARKED
    }

    private final Thread thread;
    private final AtomicReference<Rest> rest = new AtomicReference<>(Rest.AWAKE);

    /** Written before the loop announces that it waits there. */
    private volatile @Nullable CoreEvents events;

    LoopSleep(Thread thread) {
        this.thread = thread;
    }

    Thread thread() {
        return thread;
    }

    /**
     * Ends the loop's sleep, or the one that it has announced. To be called after work was left where the loop looks; the caller fences in
     * between. Any thread.
     */
    void wake() {
        Rest seen = rest.get();
        if (seen != Rest.AWAKE && rest.compareAndSet(seen, Rest.AWAKE)) {
            CoreEvents waitsIn = events;
            // Both outlast a loop that is not asleep yet: the event loop keeps the task, the thread its permit.
            if (seen == Rest.WAITING && waitsIn != null) {
                waitsIn.wake();
            } else {
                LockSupport.unpark(thread);
            }
        }
    }

    /**
     * Announces that the loop is going to sleep. It must look for work once more before it does.
     *
     * @param waitIn the events to wait in; null to park
     */
    void announce(@Nullable CoreEvents waitIn) {
        events = waitIn;
        rest.set(waitIn == null ? Rest.PARKED : Rest.WAITING);
        // Pairs with the one before wake(): either the last look sees the work, or whoever brought it this.
        VarHandle.fullFence();
    }

    /** Sleeps as announced, until work comes or the time is over; returns what the events served meanwhile or that it was woken, 0 for neither. */
    int sleep(long timeoutNs) {
        if (rest.get() == Rest.AWAKE) {
            return 1; // Woken since: by a task or a permit that what ran in between may have taken.
        }
        CoreEvents waitsIn = events;
        if (waitsIn != null) {
            return waitsIn.await(timeoutNs);
        }
        LockSupport.parkNanos(this, timeoutNs);
        return 0;
    }

    void end() {
        rest.set(Rest.AWAKE);
    }
}
