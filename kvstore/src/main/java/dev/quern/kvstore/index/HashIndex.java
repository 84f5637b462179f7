package dev.quern.kvstore.index;

import static dev.quern.kvstore.index.BucketLayout.ADDRESS_BITS;
import static dev.quern.kvstore.index.BucketLayout.ADDRESS_MASK;
import static dev.quern.kvstore.index.BucketLayout.BYTES;
import static dev.quern.kvstore.index.BucketLayout.LOCKED;
import static dev.quern.kvstore.index.BucketLayout.OVERFLOW_OFFSET;
import static dev.quern.kvstore.index.BucketLayout.OWNER_MASK;
import static dev.quern.kvstore.index.BucketLayout.OWNER_SHIFT;
import static dev.quern.kvstore.index.BucketLayout.SLOTS;
import static dev.quern.kvstore.index.BucketLayout.SLOTS_OFFSET;
import static dev.quern.kvstore.index.BucketLayout.VERSION_SHIFT;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.eviction.Entry;
import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.memory.Quota;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import net.openhft.hashing.LongHashFunction;

/**
 * Finds records by key: linear hashing (Litwin, VLDB 1980) over cache-line buckets. It grows by splitting one bucket at a time, so
 * that no operation waits for a rehash. Readers take no lock: they look again only when a miss may be due to a split beside them.
 * Writers lock the one bucket that they change.
 *
 * <p>Safe on any thread whose core has entered the epoch. Owners in locks are core indexes.
 */
public final class HashIndex {
    /** Stands in a slot that a writer will fill: no address, so that readers pass over it. */
    private static final long RESERVED = 1;

    private static final int SPINS_BEFORE_YIELD = 1000;

    /** Grown when there are more than 7 records to 2 buckets. */
    private static final int LOAD_RECORDS = 7;

    private static final int LOAD_BUCKETS = 2;

    private final LongHashFunction hashing;
    private final Quota quota;
    private final Buckets buckets;
    private final AtomicBoolean growing = new AtomicBoolean();
    private final ExpiryTimes expiryTimes = new ExpiryTimes();
    private volatile long bucketCount = Buckets.FIRST;

    /**
     * An empty index.
     *
     * @param seed of the hash, so that nobody outside can choose keys that collide
     * @param quota is charged for every bucket
     * @throws IOException when the system has no memory to give
     */
    public HashIndex(long seed, Quota quota) throws IOException {
        hashing = LongHashFunction.xx3(seed);
        this.quota = quota;
        buckets = new Buckets();
    }

    /** The index's own memory in bytes. */
    public long bytes() {
        return (bucketCount + buckets.overflowCount()) * BYTES;
    }

    public long hash(long keyAddress, int keyLength) {
        return hashing.hashMemory(keyAddress, keyLength);
    }

    /** The record of this key, or 0. */
    public long find(long hash, long keyAddress, int keyLength) {
        for (; ; ) {
            long count = bucketCount;
            long record = search(buckets.address(number(hash, count)), hash, keyAddress, keyLength);
            // A split publishes the new count before it empties the old place: an unchanged count makes a miss certain.
            if (record != 0 || count == bucketCount) {
                return record;
            }
        }
    }

    /** The record that an entry of an eviction queue stands for, or 0 when it has gone. */
    public long findQueued(long entry) {
        for (; ; ) {
            long count = bucketCount;
            long record = searchQueued(buckets.address(number(entry, count)), entry);
            if (record != 0 || count == bucketCount) {
                return record;
            }
        }
    }

    private long searchQueued(long bucket, long entry) {
        long tag = entry >>> ADDRESS_BITS;
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = NativeMemory.getLongAcquire(line + SLOTS_OFFSET + (long) i * Long.BYTES);
                long record = slot & ADDRESS_MASK;
                if (slot >>> ADDRESS_BITS == tag
                        && record > RESERVED
                        && Frequency.mark(record) == Entry.mark(entry)
                        && Entry.isOf(entry, hash(record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record)))) {
                    return record;
                }
            }
        }
        return 0;
    }

    /** When records may expire, by the numbers of their buckets. */
    public ExpiryTimes expiryTimes() {
        return expiryTimes;
    }

    /** Notes when a record will expire if it will. After it was published. */
    public void noteExpiry(long hash, long record) {
        if (RecordLayout.hasExpiry(record)) {
            noteExpiryIn(number(hash, bucketCount), record);
        }
    }

    /** As {@link #noteExpiry}, for a record that was found in the bucket of that number. */
    public void noteExpiryIn(long bucket, long record) {
        if (RecordLayout.hasExpiry(record)) {
            long expiryMs = NativeMemory.getLong(RecordLayout.expiryAddress(record));
            if (expiryMs != 0) {
                expiryTimes.note(bucket, expiryMs);
            }
        }
    }

    /** How many buckets a scan walks. Records only ever move to higher numbers. */
    public long bucketCount() {
        return bucketCount;
    }

    /** The bucket of that number. */
    public long bucketAt(long number) {
        return buckets.address(number);
    }

    /** The bucket in which this hash belongs right now. */
    public long bucketOf(long hash) {
        return buckets.address(number(hash, bucketCount));
    }

    /** The record of this key in a bucket and what is linked to it, or 0. One load of each slot: another core may change it. */
    public static long search(long bucket, long hash, long keyAddress, int keyLength) {
        long tag = hash >>> ADDRESS_BITS;
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                // acquire: pairs with the release in publish, so that the record is whole
                long slot = NativeMemory.getLongAcquire(line + SLOTS_OFFSET + (long) i * Long.BYTES);
                if (slot >>> ADDRESS_BITS == tag && holds(slot & ADDRESS_MASK, keyAddress, keyLength)) {
                    return slot & ADDRESS_MASK;
                }
            }
        }
        return 0;
    }

    /** Something of the bucket's memory, to have it near. */
    public static long firstWord(long bucket) {
        return NativeMemory.getLong(bucket);
    }

    /** Something of the memory of the first record that may be this key's, to have it near; 0 when the bucket's own slots have none. */
    public static long touch(long bucket, long hash) {
        long tag = hash >>> ADDRESS_BITS;
        for (int i = 0; i < SLOTS; i++) {
            long slot = NativeMemory.getLongAcquire(bucket + SLOTS_OFFSET + (long) i * Long.BYTES);
            long record = slot & ADDRESS_MASK;
            if (slot >>> ADDRESS_BITS == tag && record > RESERVED) {
                return NativeMemory.getLong(record) + NativeMemory.getLong(secondLine(record));
            }
        }
        return 0;
    }

    /** The line behind a record's first, where small values end; the first again when that one is the last of its page. */
    private static long secondLine(long record) {
        long next = record + BYTES;
        return (next ^ record) < Mmap.PAGE_BYTES ? next : record;
    }

    /** The address of the slot that holds this key, or 0. For the core that locked the bucket. */
    public static long slotOf(long bucket, long hash, long keyAddress, int keyLength) {
        long tag = hash >>> ADDRESS_BITS;
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long at = line + SLOTS_OFFSET + (long) i * Long.BYTES;
                long slot = NativeMemory.getLong(at);
                if (slot >>> ADDRESS_BITS == tag && holds(slot & ADDRESS_MASK, keyAddress, keyLength)) {
                    return at;
                }
            }
        }
        return 0;
    }

    private static boolean holds(long record, long keyAddress, int keyLength) {
        return record > RESERVED
                && RecordLayout.keyLength(record) == keyLength
                && NativeMemory.equal(record + RecordLayout.KEY_OFFSET, keyAddress, keyLength);
    }

    /**
     * An empty slot of a bucket, marked so that a second call finds another one; readers see it as empty. For the core that locked the
     * bucket, which must {@link #publish} into it or {@link #clear} it.
     *
     * @return the slot's address, or 0 when the quota does not allow the bucket to grow
     */
    public long reserveSlot(long bucket) {
        long last = bucket;
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long at = line + SLOTS_OFFSET + (long) i * Long.BYTES;
                if (NativeMemory.getLong(at) == 0) {
                    NativeMemory.putLong(at, RESERVED);
                    return at;
                }
            }
            last = line;
        }
        long overflow = addOverflow();
        if (overflow == 0) {
            return 0;
        }
        NativeMemory.putLong(overflow + SLOTS_OFFSET, RESERVED);
        NativeMemory.putLongRelease(last + OVERFLOW_OFFSET, overflow);
        return overflow + SLOTS_OFFSET;
    }

    private long addOverflow() {
        if (!quota.draw(BYTES)) {
            return 0;
        }
        try {
            return buckets.newOverflow();
        } catch (IOException refused) {
            // The system is out of memory: to the caller the same as out of quota, which has a status.
            quota.giveBack(BYTES);
            return 0;
        }
    }

    /** The record in a slot, or 0. */
    public static long recordAt(long slot) {
        long record = NativeMemory.getLongAcquire(slot) & ADDRESS_MASK;
        return record > RESERVED ? record : 0;
    }

    /** Lets readers see a finished record. For the core that locked the bucket. */
    public static void publish(long slot, long hash, long record) {
        // release: pairs with the acquire in search
        NativeMemory.putLongRelease(slot, hash >>> ADDRESS_BITS << ADDRESS_BITS | record);
    }

    /** Empties a slot. For the core that locked the bucket. */
    public static void clear(long slot) {
        NativeMemory.putLongRelease(slot, 0);
    }

    /** Locks the bucket in which this hash belongs. */
    public long lockFor(long hash, int owner) {
        for (; ; ) {
            long bucket = bucketOf(hash);
            lock(bucket, owner);
            if (bucket == bucketOf(hash)) {
                return bucket;
            }
            unlock(bucket, false);
        }
    }

    /** Locks a bucket; waits for the core that has it, which holds it for a few stores only. */
    public static void lock(long bucket, int owner) {
        int spins = 0;
        for (; ; ) {
            long word = NativeMemory.getLongAcquire(bucket);
            if ((word & LOCKED) == 0
                    && NativeMemory.compareAndSetLong(bucket, word, word | (long) owner << OWNER_SHIFT | LOCKED)) {
                return;
            }
            pause(++spins);
        }
    }

    private static boolean tryLock(long bucket, int owner) {
        long word = NativeMemory.getLongAcquire(bucket);
        return (word & LOCKED) == 0
                && NativeMemory.compareAndSetLong(bucket, word, word | (long) owner << OWNER_SHIFT | LOCKED);
    }

    /** Unlocks a bucket that this core locked, and counts a change if there was one. */
    public static void unlock(long bucket, boolean changed) {
        long version = (NativeMemory.getLong(bucket) >>> VERSION_SHIFT) + (changed ? 1 : 0);
        // release: all stores to the bucket are seen before it is free
        NativeMemory.putLongRelease(bucket, version << VERSION_SHIFT);
    }

    /** Unlocks a bucket that this core changed, with a count above its {@link #changes}. */
    public static void unlockAt(long bucket, long count) {
        // release: all stores to the bucket are seen before it is free
        NativeMemory.putLongRelease(bucket, count << VERSION_SHIFT);
    }

    /** A locked bucket's count of changes: at least the sequence of every version that was ever written in it. */
    public static long changes(long bucket) {
        return NativeMemory.getLong(bucket) >>> VERSION_SHIFT;
    }

    /** The bucket's count of changes, once nobody is changing it. */
    public static long stableVersion(long bucket) {
        int spins = 0;
        for (; ; ) {
            long word = NativeMemory.getLongAcquire(bucket);
            if ((word & LOCKED) == 0) {
                return word >>> VERSION_SHIFT;
            }
            pause(++spins);
        }
    }

    /** Whether nobody has changed the bucket since it showed that count, and nobody but {@code owner} is changing it. */
    public static boolean isUnchanged(long bucket, long version, int owner) {
        long word = NativeMemory.getLongVolatile(bucket);
        boolean free = (word & LOCKED) == 0 || (word & OWNER_MASK) == (long) owner << OWNER_SHIFT;
        return free && word >>> VERSION_SHIFT == version;
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint, and right without it
    private static void pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            // The owner may have lost its processor to us.
            Thread.yield();
        }
    }

    /** Sees every record of a bucket. */
    public static void forEach(long bucket, SlotVisitor visitor) {
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = line + SLOTS_OFFSET + (long) i * Long.BYTES;
                long record = recordAt(slot);
                if (record != 0) {
                    visitor.visit(slot, record);
                }
            }
        }
    }

    /** Sees a slot and the record in it. */
    @FunctionalInterface
    public interface SlotVisitor {
        void visit(long slot, long record);
    }

    /** Splits one bucket if there are too many records for the buckets there are, and nobody else is at it. */
    public void growFor(long records, int owner) {
        if (records * LOAD_BUCKETS <= bucketCount * LOAD_RECORDS || !growing.compareAndSet(false, true)) {
            return;
        }
        try {
            split(owner);
        } catch (IOException refused) {
            // No memory for more buckets: the index stays right, and becomes slower.
            return;
        } finally {
            growing.set(false);
        }
    }

    private void split(int owner) throws IOException {
        long count = bucketCount;
        buckets.ensure(count);
        long source = buckets.address(count - Long.highestOneBit(count));
        long target = buckets.address(count);
        if (!quota.draw(BYTES)) {
            return;
        }
        if (!tryLock(source, owner)) {
            quota.giveBack(BYTES);
            return;
        }
        lock(target, owner);
        boolean moved = copyMoving(source, target, count);
        if (moved) {
            bucketCount = count + 1;
            forEach(source, (slot, record) -> {
                if (movesTo(record, count)) {
                    clear(slot);
                    noteExpiryIn(count, record);
                }
            });
        } else {
            forEach(target, (slot, record) -> clear(slot));
            quota.giveBack(BYTES);
        }
        if (moved) {
            // What moved takes its count along, so that a key's versions go on rising.
            long changes = Math.max(changes(source), changes(target)) + 1;
            unlockAt(target, changes);
            unlockAt(source, changes);
        } else {
            unlock(target, false);
            unlock(source, false);
        }
    }

    private boolean copyMoving(long source, long target, long count) {
        for (long line = source; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < SLOTS; i++) {
                long slot = NativeMemory.getLong(line + SLOTS_OFFSET + (long) i * Long.BYTES);
                long record = slot & ADDRESS_MASK;
                if (record > RESERVED && movesTo(record, count)) {
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

    private boolean movesTo(long record, long number) {
        long hash = hash(record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record));
        return number(hash, number + 1) == number;
    }

    private static long number(long hash, long count) {
        long low = Long.highestOneBit(count);
        long number = hash & (low << 1) - 1;
        return number < count ? number : number & low - 1;
    }

    /** Gives all memory back; nobody may read any more. */
    public void close() {
        try {
            buckets.close();
        } catch (IOException failed) {
            throw new IllegalStateException("an index's own memory could not be unmapped", failed);
        }
        quota.giveBack(bytes() - (long) Buckets.FIRST * BYTES);
    }
}
