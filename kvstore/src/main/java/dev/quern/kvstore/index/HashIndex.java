package dev.quern.kvstore.index;

import static dev.quern.kvstore.index.BucketLayout.BYTES;
import static dev.quern.kvstore.index.BucketLayout.SLOTS;
import static dev.quern.kvstore.index.BucketLayout.SLOTS_OFFSET;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.memory.CommitAhead;
import dev.quern.kvstore.memory.Quota;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Linear hashing (Litwin, VLDB 1980) over cache-line buckets. It grows by splitting one bucket at a time, so that no operation waits
 * for a rehash. Readers look again only when a miss may be due to a split beside them.
 */
public final class HashIndex extends Index {
    /** A split makes room for four records, so that every other insertion is often enough to look. */
    private static final int INSERTIONS_PER_SPLIT = 2;

    /** Grown when there are more records than this to a bucket of six: 18 bytes of index a record then, overflow included. */
    private static final int LOAD_RECORDS = 4;

    private final Quota quota;
    private final Buckets buckets;
    private final AtomicBoolean growing = new AtomicBoolean();
    private final ExpiryTimes expiryTimes = new ExpiryTimes();
    private volatile long bucketCount = Buckets.FIRST;

    /** How often slots were moved within a bucket. */
    private volatile long packings;

    /**
     * An empty index.
     *
     * @param seed of the hash, so that nobody outside can choose keys that collide
     * @param quota is charged for every bucket
     * @param hugePages whether the kernel is asked for huge pages where there is as much as one holds
     * @param ahead asked for huge pages shortly before the index grows into them
     * @throws IOException when the system has no memory to give
     */
    public HashIndex(long seed, Quota quota, boolean hugePages, CommitAhead ahead) throws IOException {
        super(seed);
        this.quota = quota;
        buckets = new Buckets(Buckets.FIRST + quota.limitBytes() / BYTES, hugePages, ahead);
    }

    @Override
    public long bytes() {
        return (bucketCount + buckets.overflowCount()) * BYTES;
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

    private void noteExpiryIn(long number, long record) {
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

    /** How many buckets there are. Records only ever move to higher numbers. */
    public long bucketCount() {
        return bucketCount;
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
        return new Walk(Math.max(0, cursor));
    }

    /** By bucket number: records only ever move to higher ones. */
    private final class Walk extends BucketWalk {
        private long number;

        Walk(long number) {
            this.number = number;
        }

        @Override
        public long next() {
            return isDone() ? 0 : buckets.address(number++);
        }

        @Override
        public boolean isDone() {
            return number >= bucketCount;
        }

        @Override
        public long cursor() {
            return isDone() ? 0 : number;
        }
    }

    @Override
    public int insertionsPerStep() {
        return INSERTIONS_PER_SPLIT;
    }

    @Override
    public void grow(long bucket, LongSupplier records, int owner) {
        if (records.getAsLong() <= bucketCount * LOAD_RECORDS || !growing.compareAndSet(false, true)) {
            return;
        }
        try {
            split(owner);
        } finally {
            growing.set(false);
        }
    }

    @Override
    public boolean isTidy(long nowMs, LongSupplier records) {
        return true;
    }

    @Override
    public int tidy(long nowMs, LongSupplier records, int bucketsMax, int owner) {
        return 0;
    }

    private void split(int owner) {
        long count = bucketCount;
        buckets.growTo(count);
        long source = buckets.address(count - Long.highestOneBit(count));
        long target = buckets.address(count);
        if (!quota.draw(BYTES)) {
            return;
        }
        if (!BucketLock.tryLock(source, owner)) {
            quota.giveBack(BYTES);
            return;
        }
        BucketLock.lock(target, owner);
        if (copyMoving(source, target, count)) {
            bucketCount = count + 1;
            clearMoved(source, count);
            pack(source);
            // What moved takes its count along, so that a key's versions go on rising.
            long changes = Math.max(BucketLock.changes(source), BucketLock.changes(target)) + 1;
            BucketLock.unlockAt(target, changes);
            BucketLock.unlockAt(source, changes);
        } else {
            clearAll(target);
            quota.giveBack(BYTES);
            BucketLock.unlock(target);
            BucketLock.unlock(source);
        }
    }

    private boolean copyMoving(long source, long target, long count) {
        for (long line = source; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = NativeMemory.getLong(line + SLOTS_OFFSET + (long) i * Slots.BYTES);
                long record = Slots.recordIn(slot);
                if (record != 0 && movesTo(record, count)) {
                    long place = reserveSlot(target);
                    if (place == 0) {
                        return false;
                    }
                    NativeMemory.putLongRelease(place, slot);
                }
            }
        }
        return true;
    }

    private void clearMoved(long source, long count) {
        for (long line = source; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = line + SLOTS_OFFSET + (long) i * Slots.BYTES;
                long record = Slots.recordAt(slot);
                if (record != 0 && movesTo(record, count)) {
                    Slots.clear(slot);
                    noteExpiryIn(count, record);
                }
            }
        }
    }

    /** Moves what stands in a locked bucket's overflow to free slots of its first lines, and takes lines that are empty then away. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one core grows the index at a time
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
        // volatile: whoever looked for a slot in its old place and not in its new one will look again.
        packings++;
        NativeMemory.putLongRelease(last + Slots.OVERFLOW_OFFSET, 0);
        while (overflow != 0) {
            long next = NativeMemory.getLong(overflow + Slots.OVERFLOW_OFFSET);
            buckets.freeOverflow(overflow);
            quota.giveBack(BYTES);
            overflow = next;
        }
    }

    private static void clearAll(long bucket) {
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + Slots.OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                Slots.clear(line + SLOTS_OFFSET + (long) i * Slots.BYTES);
            }
        }
    }

    private boolean movesTo(long record, long number) {
        long hash = hash(record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record));
        return number(hash, number + 1) == number;
    }

    private static long number(long hash, long count) {
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
