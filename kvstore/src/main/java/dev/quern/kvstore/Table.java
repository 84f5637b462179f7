package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.index.BucketWalk;
import dev.quern.kvstore.index.HashIndex;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.OrderedIndex;
import java.io.IOException;
import java.lang.foreign.Arena;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import org.jspecify.annotations.Nullable;

/**
 * A table of records, hashed or in the order of their keys. The operations that take addresses run on the given core's thread, inside its
 * epoch; keys are {@link Limits#KEY_BYTES_MIN} to {@link Limits#KEY_BYTES_MAX} bytes, values up to {@link Limits#VALUE_BYTES_MAX}, and both
 * are only read.
 * What they return below 0 is a {@link StoreStatus}. Each is atomic, and ordered with transactions as if they ran one after another.
 * Any number of cores may work on a table at a time; reads wait for no writer of one record, and for a transaction that is changing
 * theirs the few stores that this takes.
 */
public final class Table {
    private final Tenant tenant;
    private final int id;
    private final String name;
    private final TableConfig config;
    private final @Nullable TableEviction eviction;
    private final TableCounts counts;
    private final Writes writes;
    private final Removals removals = new Removals(this);
    private volatile Index index;

    Table(Tenant tenant, int id, String name, TableConfig config) throws IOException {
        this.tenant = tenant;
        this.id = id;
        this.name = name;
        this.config = config;
        counts = new TableCounts(tenant.structures(), tenant.store().config().coresMax());
        index = newIndex();
        eviction = config.whenFull() == WhenFull.EVICT ? new TableEviction(this) : null;
        writes = new Writes(this);
    }

    private Index newIndex() throws IOException {
        Store store = tenant.store();
        StoreConfig its = store.config();
        return config.kind() == TableKind.HASH
                ? new HashIndex(
                        its.hashSeed(), tenant.arena().quota(), store.epochs(), its.hugePages(), store.commitAhead())
                : new OrderedIndex(its.hashSeed(), tenant.arena(), store.epochs(), its.poisonsReclaimed());
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
        return counts.records();
    }

    /** The table's counts. Any thread. */
    public TableStats stats() {
        return counts.sum(index.bytes());
    }

    TableCounts counts() {
        return counts;
    }

    Removals removals() {
        return removals;
    }

    Index index() {
        return index;
    }

    /** Null when it refuses what does not fit. */
    @Nullable
    TableEviction eviction() {
        return eviction;
    }

    /** Before a write of so many bytes, without a lock: evicts a little if memory is nearly used up, and keeps the queues short. */
    void makeRoom(StoreCore core, int bytes) {
        TenantEviction evicting = tenant.eviction();
        if (evicting != null) {
            evicting.makeRoom(core, this, bytes);
            if (eviction != null) {
                eviction.tidy(core);
            }
        }
    }

    /** After a write of so many bytes came to OVER_QUOTA, without a lock: evicts, and says whether to try again. */
    boolean makeRoomNow(StoreCore core, int bytes) {
        TenantEviction evicting = tenant.eviction();
        return evicting != null && evicting.makeRoomNow(core, this, bytes);
    }

    /** Books a request that found a record. */
    void countHit(StoreCore core, long record) {
        core.noteFound();
        counts.of(core).hits++;
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

    /** The record of a key, or {@link Record#NONE} when there is none or its time is over. */
    public long find(StoreCore core, long keyAddress, int keyLength) {
        core.awaitWritesSeen();
        Index current = index;
        long record = current.find(current.hash(keyAddress, keyLength), keyAddress, keyLength);
        if (record != Record.NONE && !Record.isExpired(record, core.nowMs())) {
            countHit(core, record);
            return record;
        }
        counts.of(core).misses++;
        return Record.NONE;
    }

    /**
     * Writes a record.
     *
     * @param expiryMs unix milliseconds at which it is gone, or {@link Record#NO_EXPIRY}
     * @param conditions bits of {@link PutCondition}
     * @return OK, with {@link StoreCore#resultVersion}; EXISTS or NOT_FOUND when a condition does not hold; OVER_QUOTA, TOO_LARGE,
     *     BAD_KEY. A table that evicts says OVER_QUOTA when what it could evict may still be read, by others or by this burst, which
     *     found records before: then try again in another burst.
     */
    public int put(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions) {
        return writes.put(
                core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions, Writes.ANY_VERSION);
    }

    /** Before a record is published, with its bucket locked. */
    void publishing(StoreCore core, long old, long record) {
        if (eviction != null) {
            eviction.publishing(core, old, record);
        }
    }

    /** After a record was published. */
    void queue(StoreCore core, long hash, long old, long record) {
        if (eviction != null) {
            eviction.queue(core, hash, old, record);
        }
    }

    /** After a record was taken out, and no other came in its place. */
    void ended(long record) {
        if (eviction != null) {
            Frequency.end(record);
        }
    }

    /** After an insertion into a bucket, without a lock: from time to time looks whether the index should grow, by at most one step. */
    void grow(StoreCore core, Index current, long bucket) {
        TableCounters mine = counts.of(core);
        if (++mine.insertions >= current.insertionsPerStep()) {
            mine.insertions = 0;
            current.grow(bucket, counts, core.index());
        }
    }

    /** Takes a record away: OK, or NOT_FOUND. */
    public int delete(StoreCore core, long keyAddress, int keyLength) {
        return writes.delete(core, keyAddress, keyLength);
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
        return writes.put(
                core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, PutCondition.NONE, expectedVersion);
    }

    /**
     * Adds to a number in decimal text; an absent record counts as 0, and the record's expiry stays.
     *
     * @return OK, with {@link StoreCore#resultLong} and {@link StoreCore#resultVersion}; NOT_A_NUMBER, OVERFLOW, OVER_QUOTA, TOO_LARGE,
     *     BAD_KEY
     */
    public int increment(StoreCore core, long keyAddress, int keyLength, long delta) {
        return writes.increment(core, keyAddress, keyLength, delta);
    }

    /**
     * Gives a record another expiry.
     *
     * @param expiryMs unix milliseconds, or {@link Record#NO_EXPIRY} for a record that stays
     * @return OK, NOT_FOUND, or OVER_QUOTA, as the record is written anew
     */
    public int expire(StoreCore core, long keyAddress, int keyLength, long expiryMs) {
        return writes.expire(core, keyAddress, keyLength, expiryMs);
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
        core.awaitWritesSeen();
        Index current = index;
        BucketWalk walk = current.walk(cursor);
        // A step that did nothing would return 0 at the start, which means that all were seen.
        int bucketsMax = Math.max(1, recordsMax);
        core.noteFound();
        int[] seen = new int[1];
        for (int steps = 0; steps < bucketsMax && seen[0] < bucketsMax && !walk.isDone(); steps++) {
            current.forEach(walk.next(), (slot, record) -> {
                if (!Record.isExpired(record, core.nowMs())) {
                    seen[0]++;
                    visitor.visit(record);
                }
            });
        }
        return walk.cursor();
    }

    /**
     * Shows the records of a range in order, in an ordered table. To go on later, give the last key seen to {@link RangeQuery#after}.
     *
     * @param recordsMax stops after so many
     * @return how many were shown; fewer than {@code recordsMax} when these were all
     * @throws IllegalArgumentException when this is a hash table
     */
    public int range(StoreCore core, RangeQuery query, int recordsMax, RecordVisitor visitor) {
        RangeCursor cursor = core.rangeCursor();
        cursor.open(this, query);
        int shown = 0;
        while (shown < recordsMax) {
            long record = cursor.next();
            if (record == Record.NONE) {
                break;
            }
            shown++;
            visitor.visit(record);
        }
        return shown;
    }

    /**
     * Takes all records away at once; their memory comes back in small steps by {@link StoreCore#maintain}.
     *
     * @throws StoreException when the system has no memory for the new, empty index
     */
    public synchronized void clear(StoreCore core) {
        Index replaced = index;
        Index empty;
        try {
            empty = newIndex();
        } catch (IOException refused) {
            throw new StoreException("no memory to clear table " + name + ": " + refused.getMessage(), refused);
        }
        long records = size();
        tenant.countClear();
        index = empty;
        tenant.countClear();
        counts.clear(records);
        tenant.store().sweeper().retire(this, replaced, records);
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
