package dev.quern.kvstore.index;

import java.util.function.LongSupplier;
import net.openhft.hashing.LongHashFunction;

/**
 * Finds a table's records by key. Whatever its order, its records stand in buckets, each with a {@link BucketLock} at offset 0 and
 * {@link Slots}: so commits lock and validate all kinds in the same way. Readers take no lock; writers lock the buckets that they
 * change, and an index grows in a step of its own after an insertion.
 *
 * <p>Safe on any thread whose core has entered the epoch. Owners in locks are core indexes. Keys are given by their hash as well, which
 * {@link #hash} makes.
 */
public abstract class Index {
    private final LongHashFunction hashing;

    /**
     * Sets the hash.
     *
     * @param seed of the hash, so that nobody outside can choose keys that collide
     */
    Index(long seed) {
        hashing = LongHashFunction.xx3(seed);
    }

    public final long hash(long keyAddress, int keyLength) {
        return hashing.hashMemory(keyAddress, keyLength);
    }

    /** The record of this key, or 0. Waits for no writer of one record; for a commit of several, the few stores that it takes. */
    public abstract long find(long hash, long keyAddress, int keyLength);

    /** The bucket in which this key belongs right now. */
    public abstract long bucketOf(long hash, long keyAddress, int keyLength);

    /** Whether a bucket that {@link #bucketOf} gave is still the one in which this key belongs. While it is locked, that stays so. */
    public abstract boolean isBucketOf(long bucket, long hash, long keyAddress, int keyLength);

    /** Whether no other buckets have taken this one's place. */
    public abstract boolean isInPlace(long bucket);

    /** Locks the bucket in which this key belongs. */
    public final long lockFor(long hash, long keyAddress, int keyLength, int owner) {
        for (; ; ) {
            long bucket = bucketOf(hash, keyAddress, keyLength);
            BucketLock.lock(bucket, owner);
            if (isBucketOf(bucket, hash, keyAddress, keyLength)) {
                return bucket;
            }
            BucketLock.unlock(bucket);
        }
    }

    /** The record of this key in a bucket, or 0. One load of each slot: another core may change it. */
    public abstract long search(long bucket, long hash, long keyAddress, int keyLength);

    /** The address of the slot that holds this key, or 0. For the core that locked the bucket. */
    public abstract long slotOf(long bucket, long hash, long keyAddress, int keyLength);

    /**
     * An empty slot of a bucket, marked so that a second call finds another one; readers see it as empty. For the core that locked the
     * bucket, which must {@link Slots#publish} into it or {@link Slots#clear} it.
     *
     * @return the slot's address, or 0 when the quota does not allow the bucket to grow
     */
    public abstract long reserveSlot(long bucket);

    /** What an eviction queue holds of a record, by which {@link #findQueued} finds it again; never 0. */
    public abstract long queueEntry(long hash, long record);

    /** The record that an entry of an eviction queue stands for, or 0 when it has gone. */
    public abstract long findQueued(long entry);

    /** Whether an entry can be dropped as its record has gone; false also when that is not seen at a glance. */
    public abstract boolean isStale(long entry);

    /** Whether a record that gets the mark of the one that it replaces is found by that one's entry; else it needs an entry of its own. */
    public abstract boolean keepsEntries();

    /** Reads what a lookup reads before it comes to a bucket, as far as it is the index's alone; a sum that means nothing. */
    public long approach() {
        return 0;
    }

    /** The first record in this bucket that may be the key's, or 0 when none is found at once; reads no record. */
    public abstract long likely(long bucket, long hash);

    /** Notes when a record will expire if it will. After it was published in that bucket. */
    public abstract void noteExpiry(long bucket, long hash, long record);

    /** Whether there is nothing to be swept now. */
    public abstract boolean isExpiryIdle(long nowMs);

    /** Whether a pass for expired records is under way, of which there is more to do. */
    public abstract boolean isInExpiryPass();

    /**
     * Goes on with a pass for expired records, or begins one. One core at a time.
     *
     * @param bucketsMax bounds the work
     */
    public abstract void sweepExpired(long nowMs, int bucketsMax, ExpiredVisitor visitor);

    /** Sees a record whose time is over, and takes it away. */
    @FunctionalInterface
    public interface ExpiredVisitor {
        void visit(long record);
    }

    /** Sees every record of a bucket; while the index grows, one may be seen twice unless the bucket is locked. */
    public abstract void forEach(long bucket, Slots.Visitor visitor);

    /** After how many insertions by one core {@link #grow} wants to be called. */
    public abstract int insertionsPerStep();

    /**
     * One step of growth, if there is need for it, and nobody else is at it.
     *
     * @param bucket into which a record was just inserted, unlocked again
     * @param records how many the index holds
     */
    public abstract void grow(long bucket, LongSupplier records, int owner);

    /** Whether there is nothing that {@link #tidy} would do now. */
    public abstract boolean isTidy(long nowMs, LongSupplier records);

    /** Gives memory back that the index has no need for, in a few steps. Returns how much was done. */
    public abstract int tidy(long nowMs, LongSupplier records, int bucketsMax, int owner);

    /**
     * A walk over all buckets, by which each record is met that is there throughout; one may be met twice.
     *
     * @param cursor 0 for the beginning, or a {@link BucketWalk#cursor}
     */
    public abstract BucketWalk walk(long cursor);

    /** The index's own memory in bytes. */
    public abstract long bytes();

    /** Gives all memory back; nobody may read any more. */
    public abstract void close();
}
