package dev.quern.kvstore.index;

import static dev.quern.kvstore.index.BucketLayout.BYTES;
import static dev.quern.kvstore.index.BucketLayout.SLOTS;
import static dev.quern.kvstore.index.BucketLayout.SLOTS_OFFSET;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.memory.CommitAhead;
import dev.quern.kvstore.memory.Epochs;
import dev.quern.kvstore.memory.Quota;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Linear hashing (Litwin, VLDB 1980) over cache-line buckets. It grows by splitting one bucket at a time, and shrinks by merging two, so
 * that no operation waits for a rehash. Readers look again only when a miss may be due to such a step beside them.
 */
public final class HashIndex extends Index {
    private final Quota quota;
    private final Buckets buckets;
    private final HashForm form;
    private final ExpiryTimes expiryTimes = new ExpiryTimes();
    private volatile long bucketCount = Buckets.FIRST;

    /** How often slots were moved other than by a split. */
    private volatile long packings;

    private volatile long merges;

    /**
     * An empty index.
     *
     * @param seed of the hash, so that nobody outside can choose keys that collide
     * @param quota is charged for every bucket
     * @param epochs say when nobody looks any more for records where a shrunken index had them
     * @param hugePages whether the kernel is asked for huge pages where there is as much as one holds
     * @param ahead asked for huge pages shortly before the index grows into them
     * @throws IOException when the system has no memory to give
     */
    public HashIndex(long seed, Quota quota, Epochs epochs, boolean hugePages, CommitAhead ahead) throws IOException {
        super(seed);
        this.quota = quota;
        buckets = new Buckets(Buckets.FIRST + quota.limitBytes() / BYTES, hugePages, ahead);
        form = new HashForm(this, buckets, quota, epochs);
    }

    @Override
    public long bytes() {
        return (bucketCount + buckets.overflowCount()) * BYTES;
    }

    @Override
    public long approach() {
        return bucketCount + buckets.address(0);
    }

    @Override
    public long find(long hash, long keyAddress, int keyLength) {
        for (; ; ) {
            long packed = packings;
            long count = bucketCount;
            long bucket = buckets.address(number(hash, count));
            BucketLock.awaitCommit(bucket);
            long record = search(bucket, hash, keyAddress, keyLength);
            // Whoever moves slots counts before the old places are emptied: unchanged counts make a miss certain.
            if (record != 0 || count == bucketCount && packed == packings) {
                return record;
            }
        }
    }

    @Override
    public long queueEntry(long hash, long record) {
        return HashEntry.of(hash, Frequency.mark(record));
    }

    @Override
    public boolean isStale(long entry) {
        return findQueued(entry) == 0;
    }

    @Override
    public boolean keepsEntries() {
        return true;
    }

    @Override
    public long findQueued(long entry) {
        for (; ; ) {
            long packed = packings;
            long count = bucketCount;
            long record = searchQueued(buckets.address(number(entry, count)), entry);
            if (record != 0 || count == bucketCount && packed == packings) {
                return record;
            }
        }
    }

    private long searchQueued(long bucket, long entry) {
        long tag = Slots.tagIn(entry);
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = NativeMemory.getLongAcquire(line + SLOTS_OFFSET + (long) i * Slots.BYTES);
                long record = Slots.recordIn(slot);
                if (Slots.tagIn(slot) == tag
                        && record != 0
                        && Frequency.mark(record) == HashEntry.mark(entry)
                        && HashEntry.isOf(
                                entry, hash(record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record)))) {
                    return record;
                }
            }
        }
        return 0;
    }

    @Override
    public void noteExpiry(long bucket, long hash, long record) {
        if (RecordLayout.hasExpiry(record)) {
            noteExpiryIn(number(hash, bucketCount), record);
        }
    }

    /** Notes when a record will expire if it will, after it was published in the bucket of that number. */
    void noteExpiryIn(long number, long record) {
        long expiryMs = RecordLayout.expiryMs(record);
        if (expiryMs != RecordLayout.NO_EXPIRY) {
            expiryTimes.note(number, expiryMs);
        }
    }

    @Override
    public boolean isExpiryIdle(long nowMs) {
        return expiryTimes.isIdle(nowMs);
    }

    @Override
    public boolean isInExpiryPass() {
        return expiryTimes.isInPass();
    }

    @Override
    public void sweepExpired(long nowMs, int bucketsMax, ExpiredVisitor visitor) {
        expiryTimes.sweep(nowMs, bucketsMax, number -> {
            if (number < bucketCount) {
                forEach(buckets.address(number), (slot, record) -> {
                    if (RecordLayout.isExpired(record, nowMs)) {
                        visitor.visit(record);
                    } else {
                        noteExpiryIn(number, record);
                    }
                });
            }
        });
    }

    @Override
    public long likely(long bucket, long hash) {
        return Slots.likely(bucket, SLOTS_OFFSET, SLOTS, hash);
    }

    @Override
    public long bucketOf(long hash, long keyAddress, int keyLength) {
        return buckets.address(number(hash, bucketCount));
    }

    @Override
    public boolean isBucketOf(long bucket, long hash, long keyAddress, int keyLength) {
        return bucket == buckets.address(number(hash, bucketCount));
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
        return slot != 0 ? slot : reserveInNew(bucket);
    }

    private long reserveInNew(long bucket) {
        return quota.draw(BYTES) ? Slots.reserveInNew(bucket, SLOTS_OFFSET, buckets.newOverflow()) : 0;
    }

    @Override
    public void forEach(long bucket, Slots.Visitor visitor) {
        long packed;
        do {
            // Once more if a slot may have moved past the reader: seen twice is allowed, not seen is not.
            packed = packings;
            Slots.forEach(bucket, SLOTS_OFFSET, SLOTS, visitor);
        } while (packed != packings);
    }

    /** How many buckets there are. */
    public long bucketCount() {
        return bucketCount;
    }

    /** For {@link HashForm}: before it empties what it has copied. */
    void setBucketCount(long count) {
        bucketCount = count;
    }

    /** For {@link HashForm}: before it empties what it has copied within a bucket. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one core changes the form at a time
    void countPacking() {
        // volatile: whoever looked for a slot in its old place and not in its new one will look again.
        packings++;
    }

    /** For {@link HashForm}: after the count of buckets fell, before it empties the last one. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one core changes the form at a time
    void countMerge() {
        merges++;
        packings++;
    }

    /** How many merges of two buckets there were. */
    long merges() {
        return merges;
    }

    /** The bucket of that number. */
    public long bucketAt(long number) {
        return buckets.address(number);
    }

    /** A bucket that is split stays where it is. */
    @Override
    public boolean isInPlace(long bucket) {
        return true;
    }

    @Override
    public BucketWalk walk(long cursor) {
        return new HashWalk(this, cursor);
    }

    @Override
    public int insertionsPerStep() {
        return HashForm.INSERTIONS_PER_SPLIT;
    }

    @Override
    public void grow(long bucket, LongSupplier records, int owner) {
        form.grow(records, owner);
    }

    @Override
    public boolean isTidy(long nowMs, LongSupplier records) {
        // A merge would carry what has expired back to where the pass has been.
        return isInExpiryPass() || form.isTidy(records);
    }

    @Override
    public int tidy(long nowMs, LongSupplier records, int bucketsMax, int owner) {
        return isInExpiryPass() ? 0 : form.tidy(records, bucketsMax, owner);
    }

    /** The bucket of a hash when there are so many. */
    static long number(long hash, long count) {
        long low = Long.highestOneBit(count);
        long number = hash & (low << 1) - 1;
        return number < count ? number : number & low - 1;
    }

    @Override
    public void close() {
        try {
            buckets.close();
        } catch (IOException failed) {
            throw new IllegalStateException("an index's own memory could not be unmapped", failed);
        }
        quota.giveBack(bytes() - (long) Buckets.FIRST * BYTES);
    }
}
