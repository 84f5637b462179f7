package dev.quern.kvstore.memory;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Says when memory that was unlinked can no longer be seen (epoch-based reclamation; Fraser, "Practical lock-freedom", 2004). A core
 * shows the epoch at which it entered; what was retired at an epoch before the oldest shown may be used again.
 *
 * <p>Each slot belongs to one core's thread; the rest is safe on any thread.
 */
public final class Epochs {
    /** What a slot shows while its core holds no addresses. */
    private static final long OUTSIDE = 0;

    /** Slots stand two cache lines apart, as the prefetcher fetches lines in pairs. */
    private static final int SLOT_STRIDE = 16;

    private final AtomicLong current = new AtomicLong(1);
    private final AtomicLongArray slots;
    private final int count;

    public Epochs(int cores) {
        count = cores;
        slots = new AtomicLongArray((cores + 1) * SLOT_STRIDE);
    }

    /** From here on, what this core finds stays readable. */
    public void enter(int core) {
        // A volatile store: it must be seen before this core reads any index. Pairs with the fence in
        // epochOfRetirement.
        slots.set(slot(core), current.get());
    }

    /** The core holds no addresses any more. */
    public void exit(int core) {
        // release: what was read inside is read before; pairs with the volatile read in oldestEntered.
        slots.setRelease(slot(core), OUTSIDE);
    }

    /** The epoch to write on something that was unlinked just now. */
    public long epochOfRetirement() {
        // The unlinking must be visible before the epoch is read, or a core could enter at a later epoch and still find
        // the record.
        VarHandle.fullFence();
        return current.get();
    }

    /** The newest epoch. */
    public long current() {
        return current.get();
    }

    /** Begins a new epoch, and returns the oldest at which a core that is still inside entered: all before it may be used again. */
    public long advance() {
        long oldest = current.incrementAndGet();
        for (int core = 0; core < count; core++) {
            long shown = slots.get(slot(core));
            if (shown != OUTSIDE && shown < oldest) {
                oldest = shown;
            }
        }
        return oldest;
    }

    /** The epoch at which a core entered that is inside. Thread: that core's. */
    public long entered(int core) {
        return slots.getPlain(slot(core));
    }

    /** How many epochs the slowest core is behind; 0 when none is inside. For counters. */
    public long lag() {
        long now = current.get();
        long lag = 0;
        for (int core = 0; core < count; core++) {
            long shown = slots.get(slot(core));
            if (shown != OUTSIDE) {
                lag = Math.max(lag, now - shown);
            }
        }
        return lag;
    }

    private static int slot(int core) {
        return (core + 1) * SLOT_STRIDE;
    }
}
