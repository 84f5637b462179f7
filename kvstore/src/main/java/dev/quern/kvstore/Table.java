package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.index.ExpiryTimes;
import dev.quern.kvstore.index.HashIndex;
import dev.quern.kvstore.memory.RecordLayout;
import dev.quern.kvstore.memory.SizeClasses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of records. The operations that take addresses run on the given core's thread, inside its epoch; keys are {@link
 * Limits#KEY_BYTES_MIN} to {@link Limits#KEY_BYTES_MAX} bytes, values up to {@link Limits#VALUE_BYTES_MAX}, and both are only read.
 * What they return below 0 is a {@link StoreStatus}. Each is atomic, and ordered with transactions as if they ran one after another.
 * Any number of cores may work on a table at a time; reads wait for nobody.
 */
public final class Table {
    private static final int INSERTIONS_PER_SPLIT = 2;

    private final Tenant tenant;
    private final int id;
    private final String name;
    private final TableConfig config;
    private final @Nullable TableEviction eviction;
    private final @Nullable TableCounters[] counters;
    private volatile int countersUsed;
    private volatile HashIndex index;

    /** Records of replaced indexes that the cores' counts still hold. */
    private volatile long clearedRecords;

    Table(Tenant tenant, int id, String name, TableConfig config) throws IOException {
        this.tenant = tenant;
        this.id = id;
        this.name = name;
        this.config = config;
        counters = new TableCounters[tenant.store().config().coresMax()];
        index = newIndex();
        eviction = config.whenFull() == WhenFull.EVICT ? new TableEviction(this) : null;
    }

    private HashIndex newIndex() throws IOException {
        long seed = tenant.store().config().hashSeed();
        return new HashIndex(seed, tenant.arena().quota());
    }

    public Tenant tenant() {
        return tenant;
    }

    /** Its place among the tenant's tables. */
    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    public TableConfig config() {
        return config;
    }

    /** How many records there are, expired ones included until they are swept; may be a moment old. Any thread. */
    public long size() {
        long records = 0;
        for (int core = 0; core < countersUsed; core++) {
            TableCounters its = counters[core];
            records += its == null ? 0 : its.records;
        }
        return Math.max(0, records - clearedRecords);
    }

    /** The table's counts. Any thread. */
    public TableStats stats() {
        long liveBytes = 0;
        long blockBytes = 0;
        long hits = 0;
        long misses = 0;
        long expiries = 0;
        long evictions = 0;
        long conflicts = 0;
        for (TableCounters core : counters) {
            if (core != null) {
                liveBytes += core.liveBytes;
                blockBytes += core.blockBytes;
                hits += core.hits;
                misses += core.misses;
                expiries += core.expiries;
                evictions += core.evictions;
                conflicts += core.conflicts;
            }
        }
        return new TableStats(
                size(),
                Math.max(0, liveBytes),
                Math.max(0, blockBytes),
                index.bytes(),
                hits,
                misses,
                expiries,
                evictions,
                conflicts);
    }

    TableCounters counters(StoreCore core) {
        TableCounters mine = counters[core.index()];
        return mine != null ? mine : newCounters(core);
    }

    private synchronized TableCounters newCounters(StoreCore core) {
        TableCounters mine = new TableCounters();
        counters[core.index()] = mine;
        countersUsed = Math.max(countersUsed, core.index() + 1);
        return mine;
    }

    HashIndex index() {
        return index;
    }

    /** Null when it refuses what does not fit. */
    @Nullable
    TableEviction eviction() {
        return eviction;
    }

    /** Before a write of so many bytes, without a lock: evicts a little if memory is nearly used up. */
    void makeRoom(StoreCore core, int bytes) {
        TenantEviction evicting = tenant.eviction();
        if (evicting != null) {
            evicting.makeRoom(core, this, bytes);
        }
    }

    /** After a write of so many bytes came to OVER_QUOTA, without a lock: evicts, and says whether to try again. */
    boolean makeRoomNow(StoreCore core, int bytes) {
        TenantEviction evicting = tenant.eviction();
        return evicting != null && evicting.makeRoomNow(core, this, bytes);
    }

    /** Books a request that found a record. */
    void countHit(StoreCore core, long record) {
        counters(core).hits++;
        if (eviction != null) {
            Frequency.count(record);
        }
    }

    /** The status of a key and value that are out of bounds, else OK. */
    static int check(int keyLength, int valueLength) {
        if (keyLength < Limits.KEY_BYTES_MIN) {
            return StoreStatus.BAD_KEY;
        }
        return keyLength > Limits.KEY_BYTES_MAX || valueLength < 0 || valueLength > Limits.VALUE_BYTES_MAX
                ? StoreStatus.TOO_LARGE
                : StoreStatus.OK;
    }

    /** The record of a key, or {@link Record#NONE} when there is none or its time is over. Never waits. */
    public long find(StoreCore core, long keyAddress, int keyLength) {
        HashIndex current = index;
        long record = current.find(current.hash(keyAddress, keyLength), keyAddress, keyLength);
        if (record != Record.NONE && !Record.isExpired(record, core.nowMs())) {
            countHit(core, record);
            return record;
        }
        counters(core).misses++;
        return Record.NONE;
    }

    /**
     * Writes a record.
     *
     * @param expiryMs unix milliseconds at which it is gone, or {@link Record#NO_EXPIRY}
     * @param conditions bits of {@link PutCondition}
     * @return OK, with {@link StoreCore#resultVersion}; EXISTS or NOT_FOUND when a condition does not hold; OVER_QUOTA, TOO_LARGE,
     *     BAD_KEY
     */
    public int put(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions) {
        int bad = check(keyLength, valueLength);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, valueLength, true);
        makeRoom(core, bytes);
        int status = tryPut(core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions);
        return status == StoreStatus.OVER_QUOTA && makeRoomNow(core, bytes)
                ? tryPut(core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions)
                : status;
    }

    private int tryPut(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions) {
        long record = core.allocateFull(tenant, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions);
        if (record == Record.NONE || cannotQueue(core, record)) {
            return StoreStatus.OVER_QUOTA;
        }
        HashIndex current = index;
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, core.index());
        long slot = HashIndex.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : HashIndex.recordAt(slot);
        boolean isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        int refused = refusal(conditions, isThere);
        if (refused != StoreStatus.OK) {
            HashIndex.unlock(bucket, false);
            core.free(tenant, record);
            return refused;
        }
        if (isThere && (conditions & PutCondition.KEEP_EXPIRY) != 0) {
            Record.setExpiryMs(record, Record.expiryMs(old));
        }
        return replace(core, current, hash, bucket, slot, old, record);
    }

    /** Whether a new record cannot be inserted because its eviction could not be queued; it is then freed. */
    private boolean cannotQueue(StoreCore core, long record) {
        if (eviction == null || eviction.reserve(core, 1)) {
            return false;
        }
        core.free(tenant, record);
        return true;
    }

    private static int refusal(int conditions, boolean isThere) {
        if (isThere && (conditions & PutCondition.IF_ABSENT) != 0) {
            return StoreStatus.EXISTS;
        }
        return !isThere && (conditions & PutCondition.IF_PRESENT) != 0 ? StoreStatus.NOT_FOUND : StoreStatus.OK;
    }

    /** Swings the slot of a locked bucket to a finished record, unlocks, and retires what was there. */
    private int replace(
            StoreCore core, HashIndex current, long hash, long bucket, long slotOrNone, long old, long record) {
        long slot = slotOrNone == 0 ? current.reserveSlot(bucket) : slotOrNone;
        if (slot == 0) {
            HashIndex.unlock(bucket, false);
            core.free(tenant, record);
            return StoreStatus.OVER_QUOTA;
        }
        long version = core.nextVersion(HashIndex.changes(bucket));
        Record.setVersion(record, version);
        publishing(core, old, record);
        HashIndex.publish(slot, hash, record);
        HashIndex.unlockAt(bucket, core.lastSequence());
        core.setResult(version, core.resultLong());
        current.noteExpiry(hash, record);
        count(core, old, record);
        if (old == Record.NONE) {
            // Seen by all before this core reads on, as retiring sees to when there is something to retire.
            VarHandle.fullFence();
            queue(core, hash, record);
            grow(core, current);
        } else {
            core.retire(tenant, old);
        }
        return StoreStatus.OK;
    }

    /** Before a record is published, with its bucket locked. */
    void publishing(StoreCore core, long old, long record) {
        if (eviction != null) {
            eviction.publishing(core, old, record);
        }
    }

    /** After a record was published that replaces none. */
    void queue(StoreCore core, long hash, long record) {
        if (eviction != null) {
            eviction.queue(core, hash, record);
        }
    }

    /** After an insertion, without a lock: at most one step. Every other time is often enough, as a split makes room for more than three. */
    void grow(StoreCore core, HashIndex current) {
        TableCounters mine = counters(core);
        if (++mine.insertions == INSERTIONS_PER_SPLIT) {
            mine.insertions = 0;
            current.growFor(size(), core.index());
            if (eviction != null) {
                eviction.tidy(core);
            }
        }
    }

    /** Books a change from one record to another; either may be none. */
    void count(StoreCore core, long old, long record) {
        TableCounters mine = counters(core);
        if (old != Record.NONE) {
            mine.records--;
            int bytes = Record.bytes(old);
            mine.liveBytes -= bytes;
            mine.blockBytes -= SizeClasses.blockBytes(bytes);
        }
        if (record != Record.NONE) {
            mine.records++;
            int bytes = Record.bytes(record);
            mine.liveBytes += bytes;
            mine.blockBytes += SizeClasses.blockBytes(bytes);
        }
    }

    /** Takes a record away: OK, or NOT_FOUND. */
    public int delete(StoreCore core, long keyAddress, int keyLength) {
        HashIndex current = index;
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, core.index());
        long slot = HashIndex.slotOf(bucket, hash, keyAddress, keyLength);
        if (slot == 0) {
            HashIndex.unlock(bucket, false);
            return StoreStatus.NOT_FOUND;
        }
        long old = HashIndex.recordAt(slot);
        boolean isThere = !Record.isExpired(old, core.nowMs());
        core.setResult(core.nextVersion(HashIndex.changes(bucket)), core.resultLong());
        HashIndex.clear(slot);
        HashIndex.unlockAt(bucket, core.lastSequence());
        count(core, old, Record.NONE);
        core.retire(tenant, old);
        return isThere ? StoreStatus.OK : StoreStatus.NOT_FOUND;
    }

    /**
     * Writes a record if the one there has the expected version.
     *
     * @param expectedVersion as {@link Record#version} gave it, or 0 when there must be none
     * @return OK, with {@link StoreCore#resultVersion}; CONFLICT when the version is another; OVER_QUOTA, TOO_LARGE, BAD_KEY
     */
    public int compareAndSet(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long expectedVersion,
            long valueAddress,
            int valueLength,
            long expiryMs) {
        int bad = check(keyLength, valueLength);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, valueLength, true);
        makeRoom(core, bytes);
        int status =
                tryCompareAndSet(core, keyAddress, keyLength, expectedVersion, valueAddress, valueLength, expiryMs);
        return status == StoreStatus.OVER_QUOTA && makeRoomNow(core, bytes)
                ? tryCompareAndSet(core, keyAddress, keyLength, expectedVersion, valueAddress, valueLength, expiryMs)
                : status;
    }

    private int tryCompareAndSet(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long expectedVersion,
            long valueAddress,
            int valueLength,
            long expiryMs) {
        long record = core.allocateFull(tenant, keyAddress, keyLength, valueAddress, valueLength, expiryMs);
        if (record == Record.NONE || cannotQueue(core, record)) {
            return StoreStatus.OVER_QUOTA;
        }
        HashIndex current = index;
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, core.index());
        long slot = HashIndex.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : HashIndex.recordAt(slot);
        boolean isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        if ((isThere ? Record.version(old) : 0) != expectedVersion) {
            HashIndex.unlock(bucket, false);
            core.free(tenant, record);
            counters(core).conflicts++;
            return StoreStatus.CONFLICT;
        }
        return replace(core, current, hash, bucket, slot, old, record);
    }

    /**
     * Adds to a number in decimal text; an absent record counts as 0, and the record's expiry stays.
     *
     * @return OK, with {@link StoreCore#resultLong} and {@link StoreCore#resultVersion}; NOT_A_NUMBER, OVERFLOW, OVER_QUOTA, TOO_LARGE,
     *     BAD_KEY
     */
    public int increment(StoreCore core, long keyAddress, int keyLength, long delta) {
        int bad = check(keyLength, 0);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, Decimal.LENGTH_MAX, true);
        makeRoom(core, bytes);
        int status = tryIncrement(core, keyAddress, keyLength, delta);
        return status == StoreStatus.OVER_QUOTA && makeRoomNow(core, bytes)
                ? tryIncrement(core, keyAddress, keyLength, delta)
                : status;
    }

    private int tryIncrement(StoreCore core, long keyAddress, int keyLength, long delta) {
        if (eviction != null && !eviction.reserve(core, 1)) {
            return StoreStatus.OVER_QUOTA;
        }
        HashIndex current = index;
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, core.index());
        long slot = HashIndex.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : HashIndex.recordAt(slot);
        boolean isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        if (isThere && !Decimal.isNumber(Record.valueAddress(old), Record.valueLength(old))) {
            HashIndex.unlock(bucket, false);
            return StoreStatus.NOT_A_NUMBER;
        }
        long number = isThere ? Decimal.parse(Record.valueAddress(old), Record.valueLength(old)) : 0;
        long sum = number + delta;
        if (((number ^ sum) & (delta ^ sum)) < 0) {
            HashIndex.unlock(bucket, false);
            return StoreStatus.OVERFLOW;
        }
        int length = Decimal.write(sum, core.scratch());
        long expiryMs = isThere ? Record.expiryMs(old) : Record.NO_EXPIRY;
        long record = core.allocateFull(tenant, keyAddress, keyLength, core.scratch(), length, expiryMs);
        if (record == Record.NONE) {
            HashIndex.unlock(bucket, false);
            return StoreStatus.OVER_QUOTA;
        }
        int status = replace(core, current, hash, bucket, slot, old, record);
        if (status == StoreStatus.OK) {
            core.setResult(core.resultVersion(), sum);
        }
        return status;
    }

    /**
     * Gives a record another expiry.
     *
     * @param expiryMs unix milliseconds, or {@link Record#NO_EXPIRY} for a record that stays
     * @return OK, NOT_FOUND, or OVER_QUOTA, as the record is written anew
     */
    public int expire(StoreCore core, long keyAddress, int keyLength, long expiryMs) {
        makeRoom(core, 0);
        int status = tryExpire(core, keyAddress, keyLength, expiryMs);
        if (status != StoreStatus.OVER_QUOTA) {
            return status;
        }
        HashIndex current = index;
        long record = current.find(current.hash(keyAddress, keyLength), keyAddress, keyLength);
        return record != Record.NONE && makeRoomNow(core, Record.bytes(record))
                ? tryExpire(core, keyAddress, keyLength, expiryMs)
                : status;
    }

    private int tryExpire(StoreCore core, long keyAddress, int keyLength, long expiryMs) {
        HashIndex current = index;
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, core.index());
        long slot = HashIndex.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : HashIndex.recordAt(slot);
        if (old == Record.NONE || Record.isExpired(old, core.nowMs())) {
            HashIndex.unlock(bucket, false);
            return StoreStatus.NOT_FOUND;
        }
        long record = core.allocateFull(
                tenant, keyAddress, keyLength, Record.valueAddress(old), Record.valueLength(old), expiryMs);
        if (record == Record.NONE) {
            HashIndex.unlock(bucket, false);
            return StoreStatus.OVER_QUOTA;
        }
        return replace(core, current, hash, bucket, slot, old, record);
    }

    /**
     * Shows some records, a bucket's at a time. A record that is there from the first step to the last is seen at least once, also when
     * the table grows meanwhile; one may be seen twice.
     *
     * @param cursor 0 to begin, then what the step before returned
     * @param recordsMax stops after the bucket in which this many were seen, or after as many buckets
     * @return the next step's cursor, or 0 when all were seen
     */
    public long scan(StoreCore core, long cursor, int recordsMax, RecordVisitor visitor) {
        HashIndex current = index;
        long bucket = Math.max(0, cursor);
        // A step that did nothing would return 0 at the start, which means that all were seen.
        int bucketsMax = Math.max(1, recordsMax);
        int[] seen = new int[1];
        for (int steps = 0; steps < bucketsMax && seen[0] < bucketsMax; steps++) {
            if (bucket >= current.bucketCount()) {
                return 0;
            }
            HashIndex.forEach(current.bucketAt(bucket), (slot, record) -> {
                if (!Record.isExpired(record, core.nowMs())) {
                    seen[0]++;
                    visitor.visit(record);
                }
            });
            bucket++;
        }
        return bucket < current.bucketCount() ? bucket : 0;
    }

    /**
     * Takes all records away at once; their memory comes back in small steps by {@link StoreCore#maintain}.
     *
     * @throws StoreException when the system has no memory for the new, empty index
     */
    public synchronized void clear(StoreCore core) {
        HashIndex replaced = index;
        HashIndex empty;
        try {
            empty = newIndex();
        } catch (IOException refused) {
            throw new StoreException("no memory to clear table " + name + ": " + refused.getMessage(), refused);
        }
        long records = size();
        tenant.countClear();
        index = empty;
        tenant.countClear();
        clearedRecords += records;
        tenant.store().sweeper().retire(this, replaced, records);
    }

    /** The sweeper freed some of what was cleared, or found at the end that there was less or more than was counted. */
    synchronized void uncountCleared(long records) {
        clearedRecords -= records;
    }

    /** Frees every record of a bucket of a replaced index, which nobody sees any more. */
    int freeAll(StoreCore core, long bucket) {
        int[] freed = new int[1];
        HashIndex.forEach(bucket, (slot, record) -> {
            HashIndex.clear(slot);
            count(core, record, Record.NONE);
            core.free(tenant, record);
            freed[0]++;
        });
        uncountCleared(freed[0]);
        return freed[0];
    }

    /** Whether a pass for expired records is under way. */
    boolean isSweeping() {
        return index.expiryTimes().isInPass();
    }

    /**
     * Takes away what has expired in a few buckets. One core at a time; see {@link Sweeper}. Returns how much was done: 0 when nothing
     * has expired.
     */
    int sweepExpired(StoreCore core, long nowMs, int bucketsMax) {
        HashIndex current = index;
        ExpiryTimes times = current.expiryTimes();
        if (times.isIdle(nowMs)) {
            return 0;
        }
        int[] expired = new int[1];
        core.enter(nowMs);
        times.sweep(nowMs, bucketsMax, bucket -> {
            if (bucket < current.bucketCount()) {
                HashIndex.forEach(current.bucketAt(bucket), (slot, record) -> {
                    if (Record.isExpired(record, nowMs)) {
                        expired[0] += takeExpired(core, current, record);
                    } else {
                        current.noteExpiryIn(bucket, record);
                    }
                });
            }
        });
        core.exit();
        return expired[0] + 1;
    }

    private int takeExpired(StoreCore core, HashIndex current, long record) {
        if (!takeAway(core, current, record)) {
            return 0;
        }
        counters(core).expiries++;
        return 1;
    }

    /** Evicts a record if it is still there; returns the bytes of it, else 0. */
    int evict(StoreCore core, long record) {
        int bytes = Record.bytes(record);
        if (!takeAway(core, index, record)) {
            return 0;
        }
        if (Record.isExpired(record, core.nowMs())) {
            counters(core).expiries++;
        } else {
            counters(core).evictions++;
        }
        return bytes;
    }

    /** Takes out and retires this very record; false when it was replaced or is gone. */
    private boolean takeAway(StoreCore core, HashIndex current, long record) {
        long key = Record.keyAddress(record);
        int keyLength = Record.keyLength(record);
        long hash = current.hash(key, keyLength);
        long bucket = current.lockFor(hash, core.index());
        long slot = HashIndex.slotOf(bucket, hash, key, keyLength);
        boolean isSame = slot != 0 && HashIndex.recordAt(slot) == record;
        if (isSame) {
            HashIndex.clear(slot);
        }
        HashIndex.unlock(bucket, isSame);
        if (isSame) {
            count(core, record, Record.NONE);
            core.retire(tenant, record);
        }
        return isSame;
    }

    /** The value of a key, copied, or null. Enters the core's epoch itself if need be; for callers that have arrays. */
    public byte @Nullable [] get(StoreCore core, byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(Math.max(1, key.length)).address();
            NativeMemory.copyFromArray(key, 0, address, key.length);
            boolean entered = enterIfOutside(core);
            try {
                long record = find(core, address, key.length);
                return record == Record.NONE ? null : Record.value(record);
            } finally {
                exitIf(core, entered);
            }
        }
    }

    /** Writes a record that stays; see {@link #put(StoreCore, long, int, long, int, long, int)}. For callers that have arrays. */
    public int put(StoreCore core, byte[] key, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(key.length + value.length + 1L).address();
            NativeMemory.copyFromArray(key, 0, address, key.length);
            NativeMemory.copyFromArray(value, 0, address + key.length, value.length);
            boolean entered = enterIfOutside(core);
            try {
                return put(
                        core,
                        address,
                        key.length,
                        address + key.length,
                        value.length,
                        Record.NO_EXPIRY,
                        PutCondition.NONE);
            } finally {
                exitIf(core, entered);
            }
        }
    }

    private static boolean enterIfOutside(StoreCore core) {
        if (core.isEntered()) {
            return false;
        }
        core.enter(System.currentTimeMillis());
        return true;
    }

    private static void exitIf(StoreCore core, boolean entered) {
        if (entered) {
            core.exit();
        }
    }

    /** A record's value as Chronicle Bytes, without a copy: for reading only, and until the core leaves its epoch. */
    public static Bytes<Void> value(long record) {
        PointerBytesStore store = BytesStore.nativePointer();
        store.set(Record.valueAddress(record), Record.valueLength(record));
        return store.bytesForRead();
    }

    void close() {
        if (eviction != null) {
            eviction.close();
        }
        index.close();
    }

    @Override
    public String toString() {
        return "table " + name + " of " + tenant;
    }
}
