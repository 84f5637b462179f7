package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Membarrier;
import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Says when memory that was unlinked can no longer be seen (epoch-based reclamation; Fraser, "Practical lock-freedom", 2004). A core
 * shows the epoch at which it entered; what was retired at an epoch before the oldest shown may be used again.
 *
 * <p>Entering is far more frequent than reclaiming. So a core that enters does not fence, which would keep the reads of one burst from
 * overlapping with the next one's; who reclaims fences all threads at once instead ({@link Membarrier}; as user-space RCU does,
 * Desnoyers et al., TPDS 2012). Where the kernel cannot, entering fences.
 *
 * <p>Each slot belongs to one core's thread; the rest is safe on any thread.
 */
public final class Epochs {
    /** No core's index. */
    public static final int NO_CORE = -1;

    /** What a slot shows while its core holds no addresses. */
    private static final long OUTSIDE = 0;

    /** Slots stand two cache lines apart, as the prefetcher fetches lines in pairs. In bytes. */
    private static final int SLOT_STRIDE = 128;

    private final boolean isEntryFenced;
    private final AtomicLong current = new AtomicLong(1);

    /** Native, so that a core comes to its slot by a sum: a call of a function that does nothing waited for the way through an array. */
    @SuppressWarnings("UnusedVariable") // kept as long as this is
    private final MemorySegment slots;

    private final long slotsAddress;

    /** Cores from here on were never attached. */
    private volatile int count;

    public Epochs(int cores) {
        this(cores, !Membarrier.isAvailable());
    }

    Epochs(int cores, boolean isEntryFenced) {
        this.isEntryFenced = isEntryFenced;
        slots = Arena.ofAuto().allocate((long) cores * SLOT_STRIDE, SLOT_STRIDE);
        slotsAddress = slots.address();
    }

    /** A core of this index may enter from now on. One caller at a time. */
    public void attach(int core) {
        // volatile: whoever does not see it here unlinked before this core's first look at an index.
        count = Math.max(count, core + 1);
    }

    /** From here on, what this core finds stays readable. */
    public void enter(int core) {
        // The store must be seen before this core reads any index. Pairs with the fence in epochOfRetirement.
        if (isEntryFenced) {
            NativeMemory.putLongVolatile(slot(core), current.get());
        } else {
            // For the compiler only; the processor is told by fenceAll in advance.
            NativeMemory.putLongRelease(slot(core), current.get());
            VarHandle.acquireFence();
        }
    }

    /** The core holds no addresses any more. */
    public void exit(int core) {
        // release: what was read inside is read before; pairs with the volatile read in oldestEntered.
        NativeMemory.putLongRelease(slot(core), OUTSIDE);
    }

    /** The epoch to write on what this thread unlinked, now or before. */
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

    /** Ends this epoch if it is still the current one: who enters from now on does not see what was unlinked in it. */
    public void end(long epoch) {
        if (current.get() == epoch) {
            current.compareAndSet(epoch, epoch + 1);
        }
    }

    /** Begins a new epoch, and returns the oldest at which a core that is still inside entered: all before it may be used again. */
    public long advance() {
        return advanceBeside(NO_CORE);
    }

    /** As {@link #advance}, for what this core itself is known not to read, whenever it entered. */
    public long advanceBeside(int besideCore) {
        long oldest = current.incrementAndGet();
        int cores = count;
        if (cores > 1 && !isEntryFenced) {
            Membarrier.fenceAll();
        }
        for (int core = 0; core < cores; core++) {
            long shown = NativeMemory.getLongVolatile(slot(core));
            if (core != besideCore && shown != OUTSIDE && shown < oldest) {
                oldest = shown;
            }
        }
        return oldest;
    }

    /** How many epochs the slowest core is behind; 0 when none is inside. For counters. */
    public long lag() {
        long now = current.get();
        long lag = 0;
        for (int core = 0; core < count; core++) {
            long shown = NativeMemory.getLongVolatile(slot(core));
            if (shown != OUTSIDE) {
                lag = Math.max(lag, now - shown);
            }
        }
        return lag;
    }

    /** Of {@link #slots}, without their check of bounds: a core's index is the store's own. */
    private long slot(int core) {
        return slotsAddress + (long) core * SLOT_STRIDE;
    }
}
