package dev.quern.server.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/** The calls of one lane: those free to be used, and those that came back. Thread: the lane's, but {@link #giveBack}. Allocates nothing once each was used. */
public final class LaneCalls {
    private final Runnable wakeup;
    private final List<HandedCall> all = new ArrayList<>();
    private final HandedCall[] free = new HandedCall[DispatchLimits.CALLS_MAX];

    /** A place for each call, so that none finds it full. */
    private final MpscVarHandleArrayQueue<HandedCall> returned =
            new MpscVarHandleArrayQueue<>(DispatchLimits.CALLS_MAX);

    private final MpscVarHandleArrayQueue<HandedCall> returnedLong =
            new MpscVarHandleArrayQueue<>(DispatchLimits.CALLS_MAX);

    private final List<CallOwner> answered = new ArrayList<>();
    /** What requests of many calls hold of memory; stations add to it. */
    private final AtomicLong batchBytes = new AtomicLong();

    private int freeCount;
    private int under;

    /** With what wakes the loop that turns the lane; any thread. */
    public LaneCalls(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** One to be set and handed over, or to be {@link #putBack}; null when too many are under way. */
    public @Nullable HandedCall take() {
        HandedCall taken;
        if (freeCount > 0) {
            taken = free[--freeCount];
        } else if (all.size() < DispatchLimits.CALLS_MAX) {
            taken = new HandedCall(this);
            all.add(taken);
        } else {
            return null;
        }
        under++;
        return taken;
    }

    /** One that was taken and is not handed over after all. */
    public void putBack(HandedCall call) {
        call.clear();
        under--;
        free[freeCount++] = call;
    }

    AtomicLong batchBytes() {
        return batchBytes;
    }

    /** A call that has run. Any thread. */
    void giveBack(HandedCall call) {
        boolean hasRoom = (call.owner().answersShort() ? returned : returnedLong).offer(call);
        if (!hasRoom) {
            throw new IllegalStateException("more calls came back than were taken");
        }
        wakeup.run();
    }

    /** Answers calls that have come back; returns how many. */
    public int answer() {
        return answer(returned) + answer(returnedLong);
    }

    /** Answers those that may be answered in the midst of a function; returns how many. */
    public int answerShort() {
        return answer(returned);
    }

    private int answer(MpscVarHandleArrayQueue<HandedCall> from) {
        int done = 0;
        for (HandedCall call; done < DispatchLimits.RETURNED_MAX && (call = from.poll()) != null; done++) {
            CallOwner owner = call.owner();
            owner.returned(call);
            if (!answered.contains(owner)) {
                answered.add(owner);
            }
            putBack(call);
        }
        for (int i = 0; i < answered.size(); i++) {
            answered.get(i).endReturned();
        }
        answered.clear();
        return done;
    }

    /** Calls handed over and not yet answered. */
    public int underWay() {
        return under;
    }

    /** Frees all memory. Once no station runs any more. */
    public void free() {
        all.forEach(HandedCall::free);
        all.clear();
    }
}
