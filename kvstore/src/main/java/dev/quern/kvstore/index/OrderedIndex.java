package dev.quern.kvstore.index;

import static dev.quern.kvstore.index.LeafLayout.SLOTS;
import static dev.quern.kvstore.index.LeafLayout.SLOTS_OFFSET;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.memory.Epochs;
import dev.quern.kvstore.memory.RecordArena;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Records in the order of their keys: a B+-tree whose leaves are buckets. The form changes by copies only (after PALM and Bw-tree, much
 * reduced): a leaf that is split, or merged with its neighbour, is frozen, and new leaves take its place in new inner nodes that come to be
 * seen by one store. So a leaf has the same range of keys for as long as it is in the tree; who still reads a frozen leaf sees what was
 * there when its operation had begun; writers and transactions look whether theirs is still in place. What was replaced is retired through
 * the epochs.
 *
 * <p>One thread at a time changes the form; others leave it to a later insertion.
 */
public final class OrderedIndex extends Index {
    private static final long NEVER = Long.MAX_VALUE;

    /** Which of an inner node's children is the next. */
    private enum Descent {
        TO_KEY,
        BEFORE_KEY,
        TO_LAST
    }

    /** Behind the last address that a record can have. */
    private final long recordsEnd;

    private final NodeMemory memory;
    private final TreeForm form;
    private final ScanPositions positions = new ScanPositions();
    private volatile long root;

    private final AtomicLong soonestMs = new AtomicLong(NEVER);
    private final SavedKey expiryPlace = new SavedKey();
    private final LeafRange expiryRange = new LeafRange();
    private final Pass expiryPass = new Pass();

    /**
     * An empty index.
     *
     * @param seed of the hash
     * @param arena where the records lie, and whose quota is charged for every node
     * @param poisons whether freed nodes are overwritten, so that a test sees who still reads them
     * @throws IOException when the system has no memory to give
     */
    public OrderedIndex(long seed, RecordArena arena, Epochs epochs, boolean poisons) throws IOException {
        super(seed);
        recordsEnd = arena.address() + arena.length();
        memory = new NodeMemory(arena.quota(), epochs, poisons);
        form = new TreeForm(this, memory);
        root = form.firstRoot();
    }

    long root() {
        return root;
    }

    /** For the thread that changes the form. */
    void setRoot(long newRoot) {
        root = newRoot;
    }

    @Override
    public long find(long hash, long keyAddress, int keyLength) {
        long leaf = bucketOf(hash, keyAddress, keyLength);
        BucketLock.awaitCommit(leaf);
        return search(leaf, hash, keyAddress, keyLength);
    }

    @Override
    public long bucketOf(long hash, long keyAddress, int keyLength) {
        long node = root;
        for (; ; ) {
            long child = InnerNode.child(node, InnerNode.placeOf(node, keyAddress, keyLength));
            if (InnerNode.level(node) == 1) {
                return child;
            }
            node = child;
        }
    }

    @Override
    public boolean isBucketOf(long bucket, long hash, long keyAddress, int keyLength) {
        return isInPlace(bucket);
    }

    @Override
    public boolean isInPlace(long leaf) {
        return NativeMemory.getLongAcquire(leaf + LeafLayout.REPLACED_OFFSET) == 0;
    }

    /** Finds the leaf to which a key belongs; an empty key is before all. */
    public void locate(long keyAddress, int keyLength, LeafRange range) {
        descend(Descent.TO_KEY, keyAddress, keyLength, range);
    }

    /** Finds the leaf of the keys right before this one. */
    public void locateBefore(long keyAddress, int keyLength, LeafRange range) {
        descend(Descent.BEFORE_KEY, keyAddress, keyLength, range);
    }

    /** Finds the leaf of the greatest keys. */
    public void locateLast(LeafRange range) {
        descend(Descent.TO_LAST, 0, 0, range);
    }

    private void descend(Descent way, long keyAddress, int keyLength, LeafRange range) {
        range.start();
        long node = root;
        for (; ; ) {
            int place = switch (way) {
                case TO_KEY -> InnerNode.placeOf(node, keyAddress, keyLength);
                case BEFORE_KEY -> InnerNode.placeBefore(node, keyAddress, keyLength);
                case TO_LAST -> InnerNode.count(node) - 1;
            };
            range.pass(node, place);
            long child = InnerNode.child(node, place);
            if (InnerNode.level(node) == 1) {
                range.arrive(child);
                return;
            }
            node = child;
        }
    }

    /** Adds a leaf's records, in no order. */
    public static void gather(long leaf, SortedRecords records) {
        for (long line = leaf; line != 0; line = NativeMemory.getLongAcquire(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                // acquire: pairs with the release in publish, so that the record is whole
                long word = NativeMemory.getLongAcquire(line + SLOTS_OFFSET + (long) i * Slots.BYTES);
                if (Slots.recordIn(word) != 0) {
                    records.add(word);
                }
            }
        }
    }

    @Override
    public long search(long bucket, long hash, long keyAddress, int keyLength) {
        return Slots.search(bucket, SLOTS_OFFSET, SLOTS, hash, keyAddress, keyLength);
    }

    @Override
    public long slotOf(long bucket, long hash, long keyAddress, int keyLength) {
        return Slots.slotOf(bucket, SLOTS_OFFSET, SLOTS, hash, keyAddress, keyLength);
    }

    @Override
    public long reserveSlot(long bucket) {
        long slot = Slots.reserve(bucket, SLOTS_OFFSET, SLOTS);
        if (slot != 0) {
            return slot;
        }
        long line = memory.allocate(LeafLayout.BYTES);
        return line == NodeMemory.NONE ? 0 : Slots.reserveInNew(bucket, SLOTS_OFFSET, line);
    }

    @Override
    public void forEach(long bucket, Slots.Visitor visitor) {
        Slots.forEach(bucket, SLOTS_OFFSET, SLOTS, visitor);
    }

    @Override
    public long likely(long bucket, long hash) {
        return Slots.likely(bucket, SLOTS_OFFSET, SLOTS, hash);
    }

    /** Like a slot's word, with the record's mark in place of the hash's. */
    @Override
    public long queueEntry(long hash, long record) {
        return Slots.word(Frequency.mark(record), record);
    }

    @Override
    public boolean isStale(long entry) {
        return Frequency.mark(Slots.recordIn(entry)) != Slots.tagIn(entry);
    }

    @Override
    public boolean keepsEntries() {
        return false;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The record may have been freed, and its memory be used for anything by now. So what is read there is taken for a hint: it leads to
     * a leaf, and the record is there if and only if one of that leaf's slots has its address. Then it stays until the core leaves its epoch.
     */
    @Override
    public long findQueued(long entry) {
        long record = Slots.recordIn(entry);
        long key = record + RecordLayout.KEY_OFFSET;
        int keyLength = RecordLayout.keyLength(record);
        if (isStale(entry) || key + keyLength > recordsEnd) {
            return 0;
        }
        return Slots.contains(bucketOf(0, key, keyLength), SLOTS_OFFSET, SLOTS, record) ? record : 0;
    }

    @Override
    public int insertionsPerStep() {
        return 1;
    }

    @Override
    public void grow(long bucket, LongSupplier records, int owner) {
        if (NativeMemory.getLongAcquire(bucket + Slots.OVERFLOW_OFFSET) != 0) {
            form.split(bucket, owner);
        }
    }

    @Override
    public boolean isTidy(long nowMs, LongSupplier records) {
        return form.isTidy(nowMs, records.getAsLong());
    }

    @Override
    public int tidy(long nowMs, LongSupplier records, int leavesMax, int owner) {
        return form.tidy(nowMs, records.getAsLong(), leavesMax, owner);
    }

    @Override
    public void noteExpiry(long bucket, long hash, long record) {
        long expiryMs = RecordLayout.expiryMs(record);
        if (expiryMs == RecordLayout.NO_EXPIRY) {
            return;
        }
        long leaf = bucket;
        lowerSoonest(leaf, expiryMs);
        while (!isInPlace(leaf)) {
            // Who replaced it may have looked for its time before that was noted.
            leaf = bucketOf(hash, record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record));
            lowerSoonest(leaf, expiryMs);
        }
        lowerSoonest(expiryMs);
    }

    static void lowerSoonest(long leaf, long expiryMs) {
        long place = leaf + LeafLayout.SOONEST_MS_OFFSET;
        long noted = NativeMemory.getLongVolatile(place);
        while (expiryMs < noted && !NativeMemory.compareAndSetLong(place, noted, expiryMs)) {
            noted = NativeMemory.getLongVolatile(place);
        }
    }

    void lowerSoonest(long expiryMs) {
        ExpiryTimes.lower(soonestMs, expiryMs);
    }

    @Override
    public boolean isExpiryIdle(long nowMs) {
        return !expiryPass.isUnderWay() && (soonestMs.get() > nowMs || !expiryPass.mayBegin(nowMs));
    }

    @Override
    public boolean isInExpiryPass() {
        return expiryPass.isUnderWay();
    }

    @Override
    public void sweepExpired(long nowMs, int bucketsMax, ExpiredVisitor visitor) {
        if (isExpiryIdle(nowMs)) {
            return;
        }
        if (!expiryPass.isUnderWay()) {
            expiryPass.begin(nowMs);
            expiryPlace.clear();
            soonestMs.set(NEVER);
        }
        for (int i = 0; i < bucketsMax && expiryPass.isUnderWay(); i++) {
            locate(expiryPlace.address(), expiryPlace.length(), expiryRange);
            sweepLeaf(expiryRange.leaf(), nowMs, visitor);
            if (expiryRange.hasHigh()) {
                expiryPlace.set(expiryRange.highAddress(), expiryRange.highLength());
            } else {
                expiryPass.end();
            }
        }
    }

    private void sweepLeaf(long leaf, long nowMs, ExpiredVisitor visitor) {
        long place = leaf + LeafLayout.SOONEST_MS_OFFSET;
        if (NativeMemory.getLongVolatile(place) <= nowMs) {
            NativeMemory.putLongVolatile(place, NEVER);
            forEach(leaf, (slot, record) -> {
                if (RecordLayout.isExpired(record, nowMs)) {
                    visitor.visit(record);
                } else {
                    noteExpiry(leaf, hash(record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record)), record);
                }
            });
        }
        lowerSoonest(NativeMemory.getLongVolatile(place));
    }

    @Override
    public BucketWalk walk(long cursor) {
        return new Walk(cursor);
    }

    /** From the least keys to the greatest. */
    private final class Walk extends BucketWalk {
        private final long begunAt;
        private final SavedKey begin = new SavedKey();
        private final LeafRange range = new LeafRange();
        private boolean isBegun;
        private boolean isDone;

        Walk(long cursor) {
            begunAt = cursor;
            byte[] key = positions.find(cursor);
            if (key != null) {
                begin.set(key);
            }
        }

        @Override
        public long next() {
            if (isDone) {
                return 0;
            }
            if (isBegun) {
                locate(range.highAddress(), range.highLength(), range);
            } else {
                isBegun = true;
                locate(begin.address(), begin.length(), range);
            }
            isDone = !range.hasHigh();
            return range.leaf();
        }

        @Override
        public boolean isDone() {
            return isDone;
        }

        @Override
        public long cursor() {
            if (isDone) {
                return 0;
            }
            return isBegun
                    ? positions.save(begunAt, NativeMemory.toArray(range.highAddress(), range.highLength()))
                    : begunAt;
        }
    }

    @Override
    public long bytes() {
        return memory.bytes();
    }

    @Override
    public void close() {
        try {
            memory.close();
        } catch (IOException failed) {
            throw new IllegalStateException("an index's own memory could not be unmapped", failed);
        }
    }
}
