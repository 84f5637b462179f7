package dev.quern.pushback;

import dev.quern.client.RunFigures;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How much there is to do here: calls that run or wait, what they take together, and offers of which it is not known yet whether they come. An offer
 * takes no room, as the server keeps most calls; so one that comes back may find none. Safe on any thread.
 */
final class Backlog {
    private static final long IDLE = Long.MAX_VALUE;

    private final int workers;
    private final int callsMax;
    private final int offersMax;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger offers = new AtomicInteger();
    private final AtomicLong expectedNs = new AtomicLong();

    /** When each worker should have ended what it runs, by {@link System#nanoTime}; {@link #IDLE} when it runs nothing. */
    private final AtomicLongArray dueNs;

    Backlog(int workers, int callsMax) {
        this.workers = workers;
        this.callsMax = callsMax;
        this.dueNs = new AtomicLongArray(workers);
        for (int worker = 0; worker < workers; worker++) {
            dueNs.set(worker, IDLE);
        }
        this.offersMax = (int) Math.min(Integer.MAX_VALUE, (long) callsMax * PushbackLimits.OFFERS_PER_CALL);
    }

    /** Whether a call may be offered to the server; one that is ends its offer once. */
    boolean tryOffer() {
        return calls.get() < callsMax && tryIncrement(offers, offersMax);
    }

    /** The server has decided. */
    void offerEnded() {
        offers.decrementAndGet();
    }

    /** Whether there is room for a call that is taken to need so long; one for which there is leaves by {@link #remove}. */
    boolean tryAdd(long itsNs) {
        if (!tryIncrement(calls, callsMax)) {
            return false;
        }
        expectedNs.addAndGet(itsNs);
        return true;
    }

    /** A call has ended, for which so much was added. */
    void remove(long itsNs) {
        expectedNs.addAndGet(-itsNs);
        calls.decrementAndGet();
    }

    /** A worker begins with a call that is taken to need so long. */
    void begins(int worker, long itsNs, long nowNs) {
        dueNs.set(worker, nowNs + itsNs);
    }

    /** It has ended. */
    void ends(int worker) {
        dueNs.set(worker, IDLE);
    }

    /** For how long the worker that will be free first has run over its time, for want of records or of a processor. */
    private long overNs(long nowNs) {
        long least = Long.MAX_VALUE;
        for (int worker = 0; worker < workers && least > 0; worker++) {
            long due = dueNs.get(worker);
            least = Math.min(least, due == IDLE ? 0 : Math.max(0, nowNs - due));
        }
        return least;
    }

    private static boolean tryIncrement(AtomicInteger count, int max) {
        if (count.incrementAndGet() <= max) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    /** What a call takes from when it comes, of a function whose calls take so much when they run: behind all that is here now. */
    RunFigures behindWhatWaits(RunFigures running, long nowNs) {
        long waitsUs = TimeUnit.NANOSECONDS.toMicros(expectedNs.get() / workers + overNs(nowNs));
        return new RunFigures(running.tookUs() + waitsUs, running.roundTrips(), running.records());
    }
}
