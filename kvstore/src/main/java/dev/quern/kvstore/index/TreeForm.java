package dev.quern.kvstore.index;

import static dev.quern.kvstore.index.LeafLayout.SLOTS;
import static dev.quern.kvstore.index.LeafLayout.SLOTS_OFFSET;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Splits and merges the leaves of an ordered index, one at a time: who finds another thread at it leaves it to a later occasion. A leaf is
 * locked while its records are copied, and stays as it is afterwards.
 */
final class TreeForm {
    private static final long NEVER = Long.MAX_VALUE;

    /** How full a leaf is left behind at most. */
    private static final int FILL_MAX = SLOTS * 7 / 8;

    /** Neighbours with no more records than this become one leaf. */
    private static final int MERGED_MAX = SLOTS * 5 / 8;

    /** Below this part of the slots in use, leaves are looked at for merging, in eighths. */
    private static final int SPARSE_EIGHTHS = 3;

    private final OrderedIndex index;
    private final NodeMemory memory;
    private final TreeEdit edit;
    private final AtomicBoolean changing = new AtomicBoolean();
    private final SortedRecords records = new SortedRecords();
    private final LeafRange range = new LeafRange();
    private final SavedKey tidyPlace = new SavedKey();
    private final Pass tidyPass = new Pass();
    private final AtomicLong leaves = new AtomicLong(1);

    TreeForm(OrderedIndex index, NodeMemory memory) {
        this.index = index;
        this.memory = memory;
        edit = new TreeEdit(memory);
    }

    /** The root of an empty index, over one leaf. */
    long firstRoot() throws IOException {
        long leaf = memory.allocate(LeafLayout.BYTES);
        long root = memory.allocate(InnerNode.BYTES);
        if (leaf == NodeMemory.NONE || root == NodeMemory.NONE) {
            throw new IOException("no memory for the root of an index");
        }
        initialise(leaf, 0);
        InnerNode.write(root, 1, new long[] {leaf}, new long[0], 0, 1);
        return root;
    }

    private static void initialise(long leaf, long changes) {
        NativeMemory.putLong(leaf + LeafLayout.SOONEST_MS_OFFSET, NEVER);
        BucketLock.unlockAt(leaf, changes);
    }

    /** Splits an over-full leaf into as many as its records need. */
    void split(long leaf, int owner) {
        if (!changing.compareAndSet(false, true)) {
            return;
        }
        try {
            memory.reclaimIfMany();
            splitWhileOverFull(leaf, owner);
        } finally {
            changing.set(false);
        }
    }

    private void splitWhileOverFull(long leaf, int owner) {
        if (NativeMemory.getLongAcquire(leaf + Slots.OVERFLOW_OFFSET) == 0 || !BucketLock.tryLock(leaf, owner)) {
            return;
        }
        if (!index.isInPlace(leaf)) {
            BucketLock.unlock(leaf);
            return;
        }
        gather(leaf);
        int count = records.count();
        if (count <= FILL_MAX) {
            exchange(leaf);
            return;
        }
        long key = records.record(0) + RecordLayout.KEY_OFFSET;
        if (edit.begin(index.root(), key, RecordLayout.keyLength(records.record(0))) != leaf) {
            throw new IllegalStateException("a leaf is not where its first key belongs");
        }
        // Keys that arrive in rising order never come back to the leaves that they leave behind.
        int cut = edit.path().isLast() && count < 2 * FILL_MAX ? FILL_MAX : count / 2;
        long changes = BucketLock.changes(leaf) + 1;
        long left = build(0, cut, changes);
        long right = build(cut, count, changes);
        long separator = left == 0 || right == 0 ? 0 : separator(records.record(cut - 1), records.record(cut));
        long root = separator == 0 ? 0 : edit.split(index.root(), left, separator, right);
        if (root == 0) {
            edit.undo();
            BucketLock.unlock(leaf);
            return;
        }
        index.setRoot(root);
        leaves.incrementAndGet();
        long soonestMs = freeze(leaf);
        takeOver(left, soonestMs);
        takeOver(right, soonestMs);
        BucketLock.unlockAt(leaf, changes);
        edit.finish();
        splitWhileOverFull(left, owner);
        splitWhileOverFull(right, owner);
    }

    /** Puts a leaf of a locked one's records in its place, without the lines that are empty. */
    private void exchange(long leaf) {
        long key = records.count() == 0 ? 0 : records.record(0) + RecordLayout.KEY_OFFSET;
        long changes = BucketLock.changes(leaf) + 1;
        if (key == 0 || edit.begin(index.root(), key, RecordLayout.keyLength(records.record(0))) != leaf) {
            // An empty one becomes another's part when there are few records.
            BucketLock.unlock(leaf);
            return;
        }
        long compact = build(0, records.count(), changes);
        if (compact == 0) {
            edit.undo();
            BucketLock.unlock(leaf);
            return;
        }
        edit.exchange(compact);
        takeOver(compact, freeze(leaf));
        BucketLock.unlockAt(leaf, changes);
        edit.finish();
    }

    private void gather(long leaf) {
        records.clear();
        OrderedIndex.gather(leaf, records);
        records.sort();
    }

    /** A leaf of some of the records gathered; 0 when there is no memory. */
    private long build(int from, int to, long changes) {
        long leaf = edit.make(LeafLayout.BYTES);
        long line = leaf;
        for (int i = from; i < to && line != 0; i++) {
            int slot = (i - from) % SLOTS;
            if (slot == 0 && i > from) {
                long further = edit.make(LeafLayout.BYTES);
                NativeMemory.putLong(line + Slots.OVERFLOW_OFFSET, further);
                line = further;
            }
            if (line != 0) {
                NativeMemory.putLong(line + SLOTS_OFFSET + (long) slot * Slots.BYTES, records.word(i));
            }
        }
        if (line == 0) {
            return 0;
        }
        initialise(leaf, changes);
        return leaf;
    }

    /** The shortest key that is after one record's and not after the next one's; 0 when there is no memory. */
    private long separator(long last, long next) {
        long key = next + RecordLayout.KEY_OFFSET;
        int length = 1
                + KeyOrder.commonLength(
                        last + RecordLayout.KEY_OFFSET,
                        RecordLayout.keyLength(last),
                        key,
                        RecordLayout.keyLength(next));
        long separator = edit.make(InnerNode.separatorBytes(length));
        if (separator != 0) {
            NativeMemory.putInt(separator, length);
            NativeMemory.copy(key, InnerNode.keyAddress(separator), length);
        }
        return separator;
    }

    /** After others took a leaf's place: marks it, and returns when the first of its records expires. */
    private long freeze(long leaf) {
        // Volatile, and before the time is read: who notes a time afterwards sees the mark.
        NativeMemory.putLongVolatile(leaf + LeafLayout.REPLACED_OFFSET, 1);
        for (long line = leaf; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            edit.replace(line, LeafLayout.BYTES);
        }
        return NativeMemory.getLongVolatile(leaf + LeafLayout.SOONEST_MS_OFFSET);
    }

    private void takeOver(long leaf, long soonestMs) {
        OrderedIndex.lowerSoonest(leaf, soonestMs);
        index.lowerSoonest(soonestMs);
    }

    /** Whether there is nothing to be done by {@link #tidy}. */
    boolean isTidy(long nowMs, long recordCount) {
        return !tidyPass.isUnderWay() && !memory.hasRetired() && !isPassDue(nowMs, recordCount);
    }

    private boolean isPassDue(long nowMs, long recordCount) {
        return leaves.get() > 1 && recordCount * 8 < leaves.get() * SLOTS * SPARSE_EIGHTHS && tidyPass.mayBegin(nowMs);
    }

    /** Merges neighbours that hold few records, looking at up to so many leaves. Returns how much was done. */
    int tidy(long nowMs, long recordCount, int leavesMax, int owner) {
        if (!changing.compareAndSet(false, true)) {
            return 0;
        }
        try {
            int done = memory.reclaim();
            if (!tidyPass.isUnderWay() && isPassDue(nowMs, recordCount)) {
                tidyPass.begin(nowMs);
                tidyPlace.clear();
            }
            for (int i = 0; i < leavesMax && tidyPass.isUnderWay(); i++) {
                done += tidyOne(owner);
            }
            return done;
        } finally {
            changing.set(false);
        }
    }

    private int tidyOne(int owner) {
        long leaf = edit.begin(index.root(), tidyPlace.address(), tidyPlace.length());
        TreePath path = edit.path();
        long parent = path.node(1);
        if (path.place(1) < InnerNode.count(parent) - 1) {
            if (merge(leaf, InnerNode.child(parent, path.place(1) + 1), owner)) {
                return 1;
            }
        } else if (path.top() > 1 && joinParents()) {
            return 1;
        }
        index.locate(tidyPlace.address(), tidyPlace.length(), range);
        if (range.hasHigh()) {
            tidyPlace.set(range.highAddress(), range.highLength());
        } else {
            tidyPass.end();
        }
        return 1;
    }

    private boolean joinParents() {
        long root = edit.join(index.root());
        if (root == 0) {
            edit.undo();
            return false;
        }
        index.setRoot(root);
        edit.finish();
        return true;
    }

    private boolean merge(long leaf, long next, int owner) {
        if (count(leaf) + count(next) > MERGED_MAX || !BucketLock.tryLock(leaf, owner)) {
            return false;
        }
        if (!BucketLock.tryLock(next, owner)) {
            BucketLock.unlock(leaf);
            return false;
        }
        records.clear();
        OrderedIndex.gather(leaf, records);
        OrderedIndex.gather(next, records);
        long changes = Math.max(BucketLock.changes(leaf), BucketLock.changes(next)) + 1;
        long merged = records.count() > FILL_MAX ? 0 : build(0, records.count(), changes);
        long root = merged == 0 ? 0 : edit.merge(index.root(), merged);
        if (root == 0) {
            edit.undo();
            BucketLock.unlock(next);
            BucketLock.unlock(leaf);
            return false;
        }
        index.setRoot(root);
        leaves.decrementAndGet();
        takeOver(merged, Math.min(freeze(leaf), freeze(next)));
        BucketLock.unlockAt(next, changes);
        BucketLock.unlockAt(leaf, changes);
        edit.finish();
        return true;
    }

    private static int count(long leaf) {
        int count = 0;
        for (long line = leaf; line != 0; line = NativeMemory.getLongAcquire(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                count += Slots.recordAt(line + SLOTS_OFFSET + (long) i * Slots.BYTES) == 0 ? 0 : 1;
            }
        }
        return count;
    }
}
