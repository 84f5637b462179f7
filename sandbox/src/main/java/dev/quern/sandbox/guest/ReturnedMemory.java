package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Memory that guests have used and that goes back to the system a little at a time, between a core's bursts and in the midst of functions:
 * at once it would take a sixth of what touching it took, 44 ms for 256 MiB. A thread of its own would take processors from cores, for
 * milliseconds at a stretch, where there is none to spare. One per core. Thread: the core's.
 */
public final class ReturnedMemory {
    private static final System.Logger LOG = System.getLogger(ReturnedMemory.class.getName());

    /** Some 40 microseconds. */
    private static final long STEP_BYTES = 256 << 10;

    /** When more waits, the rest goes back on the spot: a core that is so far behind has more to fear from having no memory. */
    private static final long WAITING_BYTES_MAX = 1L << 30;

    /** @param usedBytes how much of it may have been touched, from its beginning on */
    private record Range(long address, long bytes, long usedBytes) {}

    private final boolean isLater;
    private final Deque<Range> ranges = new ArrayDeque<>();

    /** How much of the first has gone back. */
    private long returnedBytes;

    private long waitingBytes;

    /** For a core that calls {@link #returnSome} over and over. */
    public ReturnedMemory() {
        this(true);
    }

    private ReturnedMemory(boolean isLater) {
        this.isLater = isLater;
    }

    /** Gives back all of each range at once. */
    public static ReturnedMemory atOnce() {
        return new ReturnedMemory(false);
    }

    /**
     * Ends a reservation, now or soon. Nobody may use its addresses any more.
     *
     * @param usedBytes how much of it may have been touched, from its beginning on
     */
    void unmap(long address, long bytes, long usedBytes) throws IOException {
        if (!isLater || usedBytes <= STEP_BYTES || waitingBytes + usedBytes > WAITING_BYTES_MAX) {
            Mmap.unmap(address, bytes);
        } else {
            ranges.add(new Range(address, bytes, usedBytes));
            waitingBytes += usedBytes;
        }
    }

    /** Gives back some 256 KiB of what waits; false when nothing does. */
    public boolean returnSome() {
        Range range = ranges.peek();
        if (range == null) {
            return false;
        }
        boolean isLast = range.usedBytes - returnedBytes <= STEP_BYTES;
        try {
            if (isLast) {
                Mmap.unmap(range.address, range.bytes);
            } else {
                Mmap.decommit(range.address + returnedBytes, STEP_BYTES);
            }
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "a guest's memory could not be given back", failed);
            isLast = true;
        }
        if (isLast) {
            drop(range);
        } else {
            returnedBytes += STEP_BYTES;
        }
        return true;
    }

    private void drop(Range first) {
        ranges.remove();
        waitingBytes -= first.usedBytes;
        returnedBytes = 0;
    }

    /** Gives back all that waits. */
    public void returnAll() {
        while (returnSome()) {
            // One step after another.
        }
    }

    /** How much has yet to go back, more or less. */
    public long waitingBytes() {
        return waitingBytes;
    }
}
