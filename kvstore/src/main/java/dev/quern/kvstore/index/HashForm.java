package dev.quern.kvstore.index;

import static dev.quern.kvstore.index.BucketLayout.BYTES;
import static dev.quern.kvstore.index.BucketLayout.SLOTS;
import static dev.quern.kvstore.index.BucketLayout.SLOTS_OFFSET;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.Epochs;
import dev.quern.kvstore.memory.Quota;
import dev.quern.kvstore.memory.RecordLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Grows and shrinks a {@link HashIndex}, a bucket at a time, by one core at a time. Whatever moves is copied first, then the index's counts
 * say so, and then the old place is emptied: who looks in the old place and finds nothing sees that the counts have changed.
 */
final class HashForm {
    /** A split makes room for four records, so that every other insertion is often enough to look. */
    static final int INSERTIONS_PER_SPLIT = 2;

    /** Grown when there are more records than this to a bucket of six: 18 bytes of index a record then, overflow included. */
    private static final int LOAD_RECORDS = 4;

    /** Shrunk when there are fewer than this to a bucket: far enough below, so that one that breathes is not split and merged for ever. */
    private static final int SPARSE_RECORDS = 2;

    private final HashIndex index;
    private final Buckets buckets;
    private final Quota quota;
    private final Epochs epochs;
    private final AtomicBoolean changing = new AtomicBoolean();

    HashForm(HashIndex index, Buckets buckets, Quota quota, Epochs epochs) {
        this.index = index;
        this.buckets = buckets;
        this.quota = quota;
        this.epochs = epochs;
    }

    /** Splits a bucket if there are many records to a bucket, and nobody else is at it. */
    void grow(LongSupplier records, int owner) {
        if (records.getAsLong() <= index.bucketCount() * LOAD_RECORDS || !changing.compareAndSet(false, true)) {
            return;
        }
        try {
            split(owner);
        } finally {
            changing.set(false);
        }
    }

    /** Whether {@link #tidy} has nothing to do. */
    boolean isTidy(LongSupplier records) {
        return !isSparse(records) && buckets.isTight(index.bucketCount());
    }

    private boolean isSparse(LongSupplier records) {
        long count = index.bucketCount();
        return count > Buckets.FIRST && records.getAsLong() < count * SPARSE_RECORDS;
    }

    /** Merges up to so many buckets if there are few records to a bucket, and gives memory back. Returns how much was done. */
    int tidy(LongSupplier records, int mergesMax, int owner) {
        if (!changing.compareAndSet(false, true)) {
            return 0;
        }
        try {
            int done = 0;
            while (done < mergesMax && isSparse(records) && merge(owner)) {
                done++;
            }
            return done + buckets.tighten(index.bucketCount(), epochs);
        } finally {
            changing.set(false);
        }
    }

    private void split(int owner) {
        long count = index.bucketCount();
        buckets.growTo(count);
        long source = buckets.address(count - Long.highestOneBit(count));
        long target = buckets.address(count);
        if (!quota.draw(BYTES)) {
            return;
        }
        if (!lockBoth(source, target, owner)) {
            quota.giveBack(BYTES);
            return;
        }
        if (copy(source, target, count)) {
            index.setBucketCount(count + 1);
            clear(source, count, count);
            pack(source);
            unlockBoth(source, target);
        } else {
            clearAll(target);
            freeOverflow(target);
            quota.giveBack(BYTES);
            BucketLock.unlock(target);
            BucketLock.unlock(source);
        }
    }

    /** Moves what is in the last bucket to the one that it was split from. False when somebody is at one of them, or the quota is used up. */
    private boolean merge(int owner) {
        long last = index.bucketCount() - 1;
        long into = last - Long.highestOneBit(last);
        long source = buckets.address(last);
        long target = buckets.address(into);
        if (!lockBoth(target, source, owner)) {
            return false;
        }
        if (!copy(source, target, last)) {
            clear(target, last, into);
            pack(target);
            BucketLock.unlock(source);
            BucketLock.unlock(target);
            return false;
        }
        index.setBucketCount(last);
        index.countMerge();
        clear(source, last, into);
        freeOverflow(source);
        unlockBoth(target, source);
        quota.giveBack(BYTES);
        return true;
    }

    private static boolean lockBoth(long first, long second, int owner) {
        if (!BucketLock.tryLock(first, owner)) {
            return false;
        }
        if (!BucketLock.tryLock(second, owner)) {
            BucketLock.unlock(first);
            return false;
        }
        return true;
    }

    /** What moved takes its count along, so that a key's versions go on rising. */
    private static void unlockBoth(long first, long second) {
        long changes = Math.max(BucketLock.changes(first), BucketLock.changes(second)) + 1;
        BucketLock.unlockAt(second, changes);
        BucketLock.unlockAt(first, changes);
    }

    /** Copies the records of {@code source} that belong to that bucket when it is the last one. False when there is no room for them. */
    private boolean copy(long source, long target, long last) {
        for (long line = source; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = NativeMemory.getLong(line + SLOTS_OFFSET + (long) i * Slots.BYTES);
                long record = Slots.recordIn(slot);
                if (record != 0 && belongsTo(record, last)) {
                    long place = index.reserveSlot(target);
                    if (place == 0) {
                        return false;
                    }
                    NativeMemory.putLongRelease(place, slot);
                }
            }
        }
        return true;
    }

    /** Takes the records out that belong to the bucket {@code last} when it is the last one, and notes that they are in another bucket now. */
    private void clear(long bucket, long last, long nowIn) {
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = line + SLOTS_OFFSET + (long) i * Slots.BYTES;
                long record = Slots.recordAt(slot);
                if (record != 0 && belongsTo(record, last)) {
                    Slots.clear(slot);
                    index.noteExpiryIn(nowIn, record);
                }
            }
        }
    }

    private boolean belongsTo(long record, long last) {
        long hash = index.hash(record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record));
        return HashIndex.number(hash, last + 1) == last;
    }

    private static void clearAll(long bucket) {
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                Slots.clear(line + SLOTS_OFFSET + (long) i * Slots.BYTES);
            }
        }
    }

    /** Moves what stands in a locked bucket's overflow to free slots of its first lines, and takes lines that are empty then away. */
    private void pack(long bucket) {
        if (NativeMemory.getLong(bucket + Slots.OVERFLOW_OFFSET) == 0) {
            return;
        }
        int records = Slots.count(bucket, SLOTS_OFFSET, SLOTS);
        long last = bucket;
        for (int room = SLOTS; room < records; room += SLOTS) {
            last = NativeMemory.getLong(last + Slots.OVERFLOW_OFFSET);
        }
        long overflow = NativeMemory.getLong(last + Slots.OVERFLOW_OFFSET);
        if (overflow == 0) {
            return;
        }
        Slots.copyAll(overflow, bucket, SLOTS_OFFSET, SLOTS);
        index.countPacking();
        freeOverflow(last);
    }

    /** Takes the lines behind one away, which nobody needs to find any more. */
    private void freeOverflow(long line) {
        long overflow = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET);
        NativeMemory.putLongRelease(line + Slots.OVERFLOW_OFFSET, 0);
        while (overflow != 0) {
            long next = NativeMemory.getLong(overflow + Slots.OVERFLOW_OFFSET);
            buckets.freeOverflow(overflow);
            quota.giveBack(BYTES);
            overflow = next;
        }
    }
}
