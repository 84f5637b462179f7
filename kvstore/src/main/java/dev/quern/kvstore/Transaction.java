package dev.quern.kvstore;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.BucketWalk;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.Slots;
import dev.quern.kvstore.memory.RecordLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes of one tenant's records that happen all at once or not at all, optimistically (after Silo, SOSP '13). Reads go
 * through to the store, own writes first; writes are kept back. {@link #commit} locks the buckets that change, checks that nothing
 * that was read has changed since, and publishes. Committed transactions and single operations have a serial order that respects real
 * time; each {@link Table#find} is an operation of its own.
 *
 * <p>A core has one, begun by {@link StoreCore#begin}. Thread: the core's, inside its epoch from begin to commit or abort.
 */
public final class Transaction {
    /** A transaction that evicts spares what it read, lest it conflict with itself; so many buckets, so that this stays short. */
    private static final int READS_SPARED_MAX = 1024;

    private final StoreCore core;
    private final ReadSet reads = new ReadSet();
    private final WriteSet writes = new WriteSet();
    private final ReplacedWrites replaced = new ReplacedWrites();
    private boolean isMarked;
    private @Nullable Tenant tenant;
    /** The last that was read; a conflict is booked there. */
    private @Nullable Table readTable;

    private long clearsAtBegin;
    private boolean isTooLarge;
    /** A scan met a bucket that was no longer part of the index. */
    private boolean isOutdated;

    /** Ids of structures that it began or went on with, and then gave up again. */
    private final List<Long> dropped = new ArrayList<>();

    private long resultLong;
    private long resultRecord;
    private long writeCount;
    private long writeCountAtBegin;

    Transaction(StoreCore core) {
        this.core = core;
    }

    void begin(Tenant owner) {
        if (!core.isEntered()) {
            throw new IllegalStateException("begin a transaction inside the core's epoch: enter first");
        }
        if (isOpen()) {
            abort();
        }
        tenant = owner;
        writeCountAtBegin = writeCount;
        core.noteFound();
        clearsAtBegin = owner.clears();
    }

    /** The record of a key as this transaction sees it, or {@link Record#NONE}. */
    public long find(Table table, long keyAddress, int keyLength) {
        Index index = indexOf(table);
        long hash = index.hash(keyAddress, keyLength);
        int own = writes.size() == 0 ? -1 : writes.find(table, hash, keyAddress, keyLength);
        if (own >= 0) {
            return writes.isDelete(own) ? Record.NONE : writes.record(own);
        }
        return findStored(table, index, hash, keyAddress, keyLength);
    }

    /** The record of a key without regard to own writes. */
    private long findStored(Table table, Index index, long hash, long keyAddress, int keyLength) {
        core.awaitWritesSeen();
        for (; ; ) {
            long bucket = index.bucketOf(hash, keyAddress, keyLength);
            long version = BucketLock.stableVersion(bucket);
            long record = index.search(bucket, hash, keyAddress, keyLength);
            if (index.isBucketOf(bucket, hash, keyAddress, keyLength)
                    && BucketLock.isUnchanged(bucket, version, core.index())) {
                if (!reads.add(bucket, version)) {
                    isTooLarge = true;
                }
                boolean isThere = record != Record.NONE && !Record.isExpired(record, core.nowMs());
                readTable = table;
                if (isThere) {
                    table.countHit(core, record);
                    return record;
                }
                table.counts().of(core).misses++;
                return Record.NONE;
            }
        }
    }

    /**
     * Shows some records as this transaction sees them, as {@link Table#scan} does; those that it adds itself come in the last step. Every
     * bucket that is passed counts as read: a commit says CONFLICT when a record came or went there meanwhile.
     *
     * @return the next step's cursor, or 0 when all were seen
     */
    public long scan(Table table, long cursor, int recordsMax, RecordVisitor visitor) {
        Index index = indexOf(table);
        core.awaitWritesSeen();
        BucketWalk walk = index.walk(cursor);
        int bucketsMax = Math.max(1, recordsMax);
        int[] seen = new int[1];
        for (int steps = 0; steps < bucketsMax && seen[0] < bucketsMax && !walk.isDone(); steps++) {
            long bucket = walk.next();
            if (bucket == 0) {
                break;
            }
            long version = BucketLock.stableVersion(bucket);
            index.forEach(bucket, (slot, record) -> {
                long shown = Record.isExpired(record, core.nowMs()) ? Record.NONE : ownOr(table, index, record);
                if (shown != Record.NONE) {
                    seen[0]++;
                    visitor.visit(shown);
                }
            });
            // Others took its place before its count was read, so that the count will not tell.
            isOutdated |= !index.isInPlace(bucket);
            noteRead(table, bucket, version);
        }
        if (walk.isDone()) {
            showAdded(table, visitor);
        }
        return walk.cursor();
    }

    /** What this transaction makes of a stored record: itself when it does not write it. */
    private long ownOr(Table table, Index index, long stored) {
        if (writes.size() == 0) {
            return stored;
        }
        long key = Record.keyAddress(stored);
        int keyLength = Record.keyLength(stored);
        int own = writes.find(table, index.hash(key, keyLength), key, keyLength);
        if (own < 0) {
            return stored;
        }
        return writes.isDelete(own) ? Record.NONE : writes.record(own);
    }

    private void showAdded(Table table, RecordVisitor visitor) {
        for (int i = 0; i < writes.size(); i++) {
            if (writes.isOf(i, table) && !writes.isDelete(i) && !isStored(table, i)) {
                visitor.visit(writes.record(i));
            }
        }
    }

    private boolean isStored(Table table, int write) {
        long key = Record.keyAddress(writes.record(write));
        int keyLength = Record.keyLength(writes.record(write));
        return findStored(table, table.index(), writes.hash(write), key, keyLength) != Record.NONE;
    }

    /** {@link Table#size} with what this transaction adds and takes away. Others' writes do not make it conflict. */
    public long size(Table table) {
        indexOf(table);
        long size = table.size();
        for (int i = 0; i < writes.size(); i++) {
            if (writes.isOf(i, table)) {
                boolean isStored = isStored(table, i);
                if (isStored && writes.isDelete(i)) {
                    size--;
                } else if (!isStored && !writes.isDelete(i)) {
                    size++;
                }
            }
        }
        return size;
    }

    /**
     * Begins a walk over a range of an ordered table, as this transaction sees it. Good until the commit or the abort.
     *
     * @throws IllegalArgumentException when the table is a hash table
     */
    public void range(Table table, RangeQuery query, RangeCursor cursor) {
        indexOf(table);
        cursor.open(table, query, this);
    }

    /** A cursor for this core's transactions, to be opened by {@link #range} in this one and in later ones. */
    public RangeCursor newRangeCursor() {
        return new RangeCursor(core);
    }

    /** For a cursor that took up a bucket's records. */
    void noteRead(Table table, long bucket, long version) {
        indexOf(table);
        if (!reads.add(bucket, version)) {
            isTooLarge = true;
        }
        readTable = table;
    }

    /** Shows a cursor what this transaction will write to a table. */
    void showWrites(Table table, RangeCursor cursor) {
        for (int i = 0; i < writes.size(); i++) {
            if (writes.isOf(i, table)) {
                cursor.show(writes.record(i), writes.isDelete(i));
            }
        }
    }

    /** Rises with every write. */
    long writeCount() {
        return writeCount;
    }

    private Index indexOf(Table table) {
        if (table.tenant() != tenant) {
            throw new IllegalArgumentException(table + " is not one of " + tenant + "'s");
        }
        return table.index();
    }

    /**
     * Will write a record, of bytes and no structure.
     *
     * @param expiryMs unix milliseconds, or {@link Record#NO_EXPIRY}
     * @return OK; OVER_QUOTA, TOO_LARGE, BAD_KEY, TRANSACTION_TOO_LARGE
     */
    public int put(Table table, long keyAddress, int keyLength, long valueAddress, int valueLength, long expiryMs) {
        return put(table, keyAddress, keyLength, valueAddress, valueLength, expiryMs, false);
    }

    /** As {@link #put}, with a value of a structure, see {@link Structures}: {@link Record#isStructured} will tell. */
    public int putStructured(
            Table table, long keyAddress, int keyLength, long valueAddress, int valueLength, long expiryMs) {
        return put(table, keyAddress, keyLength, valueAddress, valueLength, expiryMs, true);
    }

    private int put(
            Table table,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            boolean isStructured) {
        int bad = Table.check(keyLength, valueLength);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        indexOf(table);
        int bytes = RecordLayout.bytes(keyLength, valueLength, true);
        table.makeRoom(core, bytes);
        long record = core.allocateFull(table.tenant(), keyAddress, keyLength, valueAddress, valueLength, expiryMs);
        if (record == Record.NONE && table.makeRoomNow(core, bytes)) {
            record = core.allocateFull(table.tenant(), keyAddress, keyLength, valueAddress, valueLength, expiryMs);
        }
        if (record == Record.NONE) {
            return StoreStatus.OVER_QUOTA;
        }
        if (isStructured) {
            RecordLayout.markStructured(record);
        }
        return write(table, record, false);
    }

    /** Whether it was begun and neither committed nor aborted. */
    boolean isOpen() {
        return tenant != null;
    }

    /** Whether the bucket of this record is among those that were read, or the first {@link #READS_SPARED_MAX} of them. */
    boolean hasRead(Table table, long record) {
        if (tenant == null) {
            return false;
        }
        Index index = table.index();
        long key = Record.keyAddress(record);
        int keyLength = Record.keyLength(record);
        long hash = index.hash(key, keyLength);
        return reads.contains(index.bucketOf(hash, key, keyLength), READS_SPARED_MAX);
    }

    /** Will take a record away: OK, NOT_FOUND when there is none; OVER_QUOTA, TOO_LARGE, BAD_KEY, TRANSACTION_TOO_LARGE. */
    public int delete(Table table, long keyAddress, int keyLength) {
        int bad = Table.check(keyLength, 0);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        if (find(table, keyAddress, keyLength) == Record.NONE) {
            return StoreStatus.NOT_FOUND;
        }
        long record = core.allocate(table.tenant(), keyAddress, keyLength, 0, Record.NO_EXPIRY);
        return record == Record.NONE ? StoreStatus.OVER_QUOTA : write(table, record, true);
    }

    /**
     * Will add to a number in decimal text; an absent record counts as 0, and the record's expiry stays.
     *
     * @return OK, with {@link #resultLong}; NOT_A_NUMBER, OVERFLOW, OVER_QUOTA, TOO_LARGE, BAD_KEY, TRANSACTION_TOO_LARGE
     */
    public int increment(Table table, long keyAddress, int keyLength, long delta) {
        int bad = Table.check(keyLength, 0);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        long old = find(table, keyAddress, keyLength);
        if (old != Record.NONE && !Decimal.isNumber(Record.valueAddress(old), Record.valueLength(old))) {
            return StoreStatus.NOT_A_NUMBER;
        }
        long number = old == Record.NONE ? 0 : Decimal.parse(Record.valueAddress(old), Record.valueLength(old));
        long sum = number + delta;
        if (((number ^ sum) & (delta ^ sum)) < 0) {
            return StoreStatus.OVERFLOW;
        }
        int length = Decimal.write(sum, core.scratch());
        long expiryMs = old == Record.NONE ? Record.NO_EXPIRY : Record.expiryMs(old);
        int status = put(table, keyAddress, keyLength, core.scratch(), length, expiryMs);
        if (status == StoreStatus.OK) {
            resultLong = sum;
        }
        return status;
    }

    /** The number that the last good {@link #increment} will leave. */
    public long resultLong() {
        return resultLong;
    }

    /**
     * The record that the last good {@link #put} or {@link #increment} will leave. Its version is known after the commit, until the core
     * leaves its epoch: 0 when a later write of this transaction came in its place.
     */
    public long resultRecord() {
        return resultRecord;
    }

    private int write(Table table, long record, boolean isDelete) {
        writeCount++;
        resultRecord = record;
        Index index = indexOf(table);
        long key = Record.keyAddress(record);
        int keyLength = Record.keyLength(record);
        long hash = index.hash(key, keyLength);
        int own = writes.find(table, hash, key, keyLength);
        if (own >= 0) {
            long structure = Structures.idOf(writes.record(own));
            if (structure != 0 && (isDelete || Structures.idOf(record) != structure)) {
                dropped.add(structure);
            }
            if (isMarked) {
                replaced.add(own, writes.record(own), writes.isDelete(own));
            } else {
                // Whoever reads through this transaction may still hold the address of what it wrote before.
                core.retire(table.tenant(), writes.record(own));
            }
            writes.replace(own, record, isDelete);
            return StoreStatus.OK;
        }
        if (writes.size() == Limits.TRANSACTION_WRITES_MAX) {
            core.free(table.tenant(), record);
            isTooLarge = true;
            return StoreStatus.TRANSACTION_TOO_LARGE;
        }
        writes.add(table, index, hash, record, isDelete);
        return StoreStatus.OK;
    }

    /** How many reads it remembers, of records that are there or not; those of one bucket in a row count as one. */
    public int readCount() {
        return reads.size();
    }

    /** What was to be written until now, for {@link #rollBack}. Good until the commit or the abort, or a roll back to an earlier one. */
    public long mark() {
        isMarked = true;
        return (long) writes.size() << Integer.SIZE | replaced.size();
    }

    /** Drops what was to be written since the mark. What was read stays part of the transaction. */
    public void rollBack(long mark) {
        int size = (int) (mark >>> Integer.SIZE);
        for (int i = replaced.size() - 1; i >= (int) mark; i--) {
            int place = replaced.place(i);
            // Whoever reads through this transaction may still hold the addresses of what is dropped.
            core.retire(writes.table(place).tenant(), writes.record(place));
            writes.replace(place, replaced.record(i), replaced.isDelete(i));
        }
        replaced.truncate((int) mark);
        for (int i = size; i < writes.size(); i++) {
            core.retire(writes.table(i).tenant(), writes.record(i));
        }
        writes.truncate(size);
        writeCount++;
    }

    /**
     * Drops everything that was to be written, and says whether all that was read still holds.
     *
     * @return OK; CONFLICT, TRANSACTION_TOO_LARGE
     */
    public int abandon() {
        int status = isTooLarge ? StoreStatus.TRANSACTION_TOO_LARGE : isValid() ? StoreStatus.OK : conflict();
        return finish(status);
    }

    /**
     * Makes all writes visible at once.
     *
     * @return OK; or, with nothing written, CONFLICT (begin again), OVER_QUOTA, TRANSACTION_TOO_LARGE
     */
    public int commit() {
        if (isTooLarge) {
            abort();
            return StoreStatus.TRANSACTION_TOO_LARGE;
        }
        if (writes.size() == 0) {
            return finish(isValid() ? StoreStatus.OK : conflict());
        }
        int status = tryCommit();
        if (status == StoreStatus.OVER_QUOTA && writes.table(0).makeRoomNow(core, 0)) {
            status = tryCommit();
        }
        return finish(status);
    }

    private int tryCommit() {
        if (!writes.reserveEvictions(core)) {
            return StoreStatus.OVER_QUOTA;
        }
        writes.lockAll(core.index());
        if (!isValid()) {
            writes.unlockAll();
            return conflict();
        }
        if (!writes.reserveAll()) {
            writes.unlockAll();
            return StoreStatus.OVER_QUOTA;
        }
        publish();
        return StoreStatus.OK;
    }

    /**
     * Whether nothing that was read has changed. A table that was cleared meanwhile left its old buckets as they were, so the tenant
     * counts that apart.
     */
    private boolean isValid() {
        return !isOutdated && tenant != null && tenant.clears() == clearsAtBegin && reads.isUnchanged(core.index());
    }

    private void publish() {
        int count = writes.size();
        for (int i = 0; i < count; i++) {
            long slot = writes.slot(i);
            long old = slot == 0 ? Record.NONE : Slots.recordAt(slot);
            long record = writes.record(i);
            Table table = writes.table(i);
            long version = core.nextVersion(BucketLock.changes(writes.bucket(i)));
            core.setResult(version, core.resultLong());
            if (writes.isDelete(i)) {
                if (slot != 0) {
                    Slots.clear(slot);
                    table.ended(old);
                }
                table.counts().book(core, old, Record.NONE);
                core.free(table.tenant(), record);
            } else {
                Record.setVersion(record, version);
                table.publishing(core, old, record);
                Slots.publish(slot, writes.hash(i), record);
                writes.index(i).noteExpiry(writes.bucket(i), writes.hash(i), record);
                table.counts().book(core, old, record);
                table.queue(core, writes.hash(i), old, record);
            }
            // From here on the place holds what is to be retired once the locks are gone.
            writes.replace(i, old, writes.isDelete(i) || old != Record.NONE);
        }
        writes.unlockAllAt(core.lastSequence());
        core.noteWrite();
        for (int i = 0; i < dropped.size(); i++) {
            writes.table(0).tenant().structures().end(dropped.get(i));
        }
        for (int i = 0; i < count; i++) {
            Table table = writes.table(i);
            if (writes.record(i) != Record.NONE) {
                core.retire(table.tenant(), writes.record(i));
            } else {
                table.grow(core, writes.index(i), writes.bucket(i));
            }
        }
        writes.clear();
    }

    /** What was replaced since a mark has not been published, nor will be. Before the write set is cleared. */
    private void freeReplaced() {
        Tenant owner = tenant;
        for (int i = 0; owner != null && i < replaced.size(); i++) {
            core.free(owner, replaced.record(i));
        }
        replaced.truncate(0);
        isMarked = false;
    }

    private int conflict() {
        Table table = readTable;
        if (table != null) {
            table.counts().of(core).conflicts++;
        }
        return StoreStatus.CONFLICT;
    }

    private int finish(int status) {
        abort();
        return status;
    }

    /** Drops everything that was to be written. */
    public void abort() {
        if (writeCount != writeCountAtBegin) {
            freeReplaced();
            for (int i = 0; i < writes.size(); i++) {
                core.free(writes.table(i).tenant(), writes.record(i));
            }
            writes.clear();
            dropped.clear();
        }
        isMarked = false;
        reads.clear();
        tenant = null;
        readTable = null;
        isTooLarge = false;
        isOutdated = false;
    }
}
