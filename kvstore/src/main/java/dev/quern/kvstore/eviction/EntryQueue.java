package dev.quern.kvstore.eviction;

import static dev.quern.kvstore.eviction.ChunkLayout.ADDED_OFFSET;
import static dev.quern.kvstore.eviction.ChunkLayout.BYTES;
import static dev.quern.kvstore.eviction.ChunkLayout.ENTRIES;
import static dev.quern.kvstore.eviction.ChunkLayout.NEXT_OFFSET;
import static dev.quern.kvstore.eviction.ChunkLayout.ORDER_OFFSET;
import static dev.quern.kvstore.eviction.ChunkLayout.TAKEN_OFFSET;
import static dev.quern.kvstore.eviction.ChunkLayout.entry;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.CoreAllocator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A queue of entries in chunks of the tenant's memory. One core, the owner, adds without a lock; any core takes from the other end, one
 * at a time. A chunk belongs to the owner until it is full and another one follows, and then to whoever takes.
 */
final class EntryQueue {
    private static final long NONE = 0;

    private final AtomicLong chunksBegun;
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean taking = new AtomicBoolean();

    // The owner's.
    private long filling = NONE;
    private long last = NONE;
    private int roomAhead;

    // Under the lock.
    private long head = NONE;
    private long beforeCompacted = NONE;
    private long compacted = NONE;

    /** The oldest chunk, set once by the owner; the first to take makes it the head. */
    private volatile long first = NONE;

    private volatile long headOrder = Long.MAX_VALUE;

    /**
     * Makes an empty queue.
     *
     * @param chunksBegun counts the chunks of all queues that are compared by {@link #headOrder}
     */
    EntryQueue(AtomicLong chunksBegun) {
        this.chunksBegun = chunksBegun;
    }

    /** Entries in the queue; may be a moment old. Any thread. */
    long size() {
        return Math.max(0, added.getAcquire() - taken.getAcquire());
    }

    /** When the oldest chunk was begun, in chunks; of no use when the queue is empty. Any thread. */
    long headOrder() {
        return headOrder;
    }

    /** Makes sure that so many entries can be added; false when the quota does not allow it. The owner's. */
    boolean reserve(CoreAllocator allocator, int entries) {
        while (roomAhead < entries) {
            long chunk = allocator.allocate(BYTES);
            if (chunk == NONE) {
                return false;
            }
            append(chunk);
        }
        return true;
    }

    private void append(long chunk) {
        NativeMemory.putLong(chunk + NEXT_OFFSET, NONE);
        NativeMemory.putInt(chunk + ADDED_OFFSET, 0);
        NativeMemory.putInt(chunk + TAKEN_OFFSET, 0);
        NativeMemory.putLong(chunk + ORDER_OFFSET, Long.MAX_VALUE);
        if (last == NONE) {
            first = chunk;
        } else {
            // release: pairs with the acquire in nextOfHead; from here on the one before may go
            NativeMemory.putLongRelease(last + NEXT_OFFSET, chunk);
        }
        last = chunk;
        if (filling == NONE) {
            filling = chunk;
        }
        roomAhead += ENTRIES;
    }

    /** Adds an entry for which there is room, and returns whether it began a chunk. The owner's. */
    boolean add(long entry) {
        long chunk = filling;
        int index = NativeMemory.getInt(chunk + ADDED_OFFSET);
        boolean begins = index == 0;
        boolean wasEmpty = size() == 0;
        if (begins || wasEmpty) {
            long order = chunksBegun.incrementAndGet();
            NativeMemory.putLong(chunk + ORDER_OFFSET, order);
            if (wasEmpty) {
                headOrder = order;
            }
        }
        NativeMemory.putLong(entry(chunk, index), entry);
        if (index == ENTRIES - 1) {
            // Read before the chunk is full: whoever takes may then free it.
            filling = NativeMemory.getLong(chunk + NEXT_OFFSET);
        }
        roomAhead--;
        // release: pairs with the acquire in take, so that the entry is there
        NativeMemory.putIntRelease(chunk + ADDED_OFFSET, index + 1);
        added.setRelease(added.getPlain() + 1);
        return begins;
    }

    /** The oldest entry, which is then out of the queue; 0 when there is none, or another core is taking. Any core. */
    long take(CoreAllocator allocator) {
        if (!taking.compareAndSet(false, true)) {
            return NONE;
        }
        try {
            return takeLocked(allocator);
        } finally {
            taking.set(false);
        }
    }

    private long takeLocked(CoreAllocator allocator) {
        if (head == NONE) {
            head = first;
        }
        while (head != NONE) {
            int index = NativeMemory.getInt(head + TAKEN_OFFSET);
            if (index < NativeMemory.getIntAcquire(head + ADDED_OFFSET)) {
                long entry = NativeMemory.getLong(entry(head, index));
                NativeMemory.putInt(head + TAKEN_OFFSET, index + 1);
                taken.setRelease(taken.getPlain() + 1);
                headOrder = NativeMemory.getLong(head + ORDER_OFFSET);
                return entry;
            }
            if (index < ENTRIES || !dropHead(allocator)) {
                return NONE;
            }
        }
        return NONE;
    }

    /** Frees the head, all of whose entries were taken, if another chunk follows. */
    private boolean dropHead(CoreAllocator allocator) {
        long next = NativeMemory.getLongAcquire(head + NEXT_OFFSET);
        if (next == NONE) {
            return false;
        }
        if (compacted == head) {
            compacted = NONE;
            beforeCompacted = NONE;
        } else if (beforeCompacted == head) {
            beforeCompacted = NONE;
        }
        allocator.free(head, BYTES);
        head = next;
        return true;
    }

    /**
     * Drops the entries of records that have gone, in the next few full chunks, and joins chunks that became short. Keeps the order. Any
     * core inside its epoch.
     */
    void compact(CoreAllocator allocator, QueuedRecords records, int chunksMax) {
        if (!taking.compareAndSet(false, true)) {
            return;
        }
        try {
            if (head == NONE) {
                head = first;
            }
            for (int i = 0; i < chunksMax && head != NONE; i++) {
                long chunk = compacted == NONE ? head : NativeMemory.getLongAcquire(compacted + NEXT_OFFSET);
                if (chunk == NONE
                        || NativeMemory.getIntAcquire(chunk + ADDED_OFFSET) < ENTRIES
                        || NativeMemory.getLongAcquire(chunk + NEXT_OFFSET) == NONE) {
                    // The rest is the owner's: the next pass begins at the old end again.
                    compacted = NONE;
                    beforeCompacted = NONE;
                    return;
                }
                dropStale(chunk, records);
                join(allocator, chunk);
            }
        } finally {
            taking.set(false);
        }
    }

    /** Moves the entries that are still good to the end of a full chunk. */
    private void dropStale(long chunk, QueuedRecords records) {
        int first = NativeMemory.getInt(chunk + TAKEN_OFFSET);
        int kept = ENTRIES;
        for (int i = ENTRIES - 1; i >= first; i--) {
            long entry = NativeMemory.getLong(entry(chunk, i));
            if (!records.isStale(entry)) {
                kept--;
                NativeMemory.putLong(entry(chunk, kept), entry);
            }
        }
        NativeMemory.putInt(chunk + TAKEN_OFFSET, kept);
        taken.setRelease(taken.getPlain() + kept - first);
    }

    /** Puts the entries of the chunk before this one in front of its own if there is room, and frees the one before. */
    private void join(CoreAllocator allocator, long chunk) {
        long before = compacted;
        if (before != NONE) {
            int first = NativeMemory.getInt(before + TAKEN_OFFSET);
            int room = NativeMemory.getInt(chunk + TAKEN_OFFSET);
            int count = ENTRIES - first;
            if (count <= room) {
                NativeMemory.copy(entry(before, first), entry(chunk, room - count), (long) count * Long.BYTES);
                NativeMemory.putInt(chunk + TAKEN_OFFSET, room - count);
                NativeMemory.putLong(chunk + ORDER_OFFSET, NativeMemory.getLong(before + ORDER_OFFSET));
                if (before == head) {
                    head = chunk;
                } else {
                    NativeMemory.putLongRelease(beforeCompacted + NEXT_OFFSET, chunk);
                }
                allocator.free(before, BYTES);
                compacted = chunk;
                return;
            }
        }
        beforeCompacted = before;
        compacted = chunk;
    }
}
