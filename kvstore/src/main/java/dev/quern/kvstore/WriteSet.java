package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.Slots;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction will write: for each key the record that will be there, built and not yet published, or that the record goes.
 * Found by hash. Thread: the owning core.
 */
final class WriteSet {
    private static final int CAPACITY_FIRST = 64;
    private static final int NONE = -1;

    private int size;
    private @Nullable Table[] tables = new Table[CAPACITY_FIRST];
    private Index[] indexes = new Index[CAPACITY_FIRST];
    private long[] hashes = new long[CAPACITY_FIRST];
    private long[] records = new long[CAPACITY_FIRST];
    private boolean[] deletes = new boolean[CAPACITY_FIRST];
    private long[] buckets = new long[CAPACITY_FIRST];
    private long[] slots = new long[CAPACITY_FIRST];
    private int[] next = new int[CAPACITY_FIRST];
    private int[] heads = new int[CAPACITY_FIRST];
    private long[] locked = new long[CAPACITY_FIRST];
    private int lockedCount;

    WriteSet() {
        Arrays.fill(heads, NONE);
    }

    int size() {
        return size;
    }

    void clear() {
        if (size > heads.length / 8) {
            Arrays.fill(heads, NONE);
        } else {
            for (int i = 0; i < size; i++) {
                heads[head(hashes[i])] = NONE;
            }
        }
        size = 0;
    }

    private int head(long hash) {
        return (int) (hash >>> 7) & heads.length - 1;
    }

    /** The place of this key, or below 0. */
    int find(Table table, long hash, long keyAddress, int keyLength) {
        for (int i = heads[head(hash)]; i != NONE; i = next[i]) {
            if (hashes[i] == hash
                    && tables[i] == table
                    && Record.keyLength(records[i]) == keyLength
                    && NativeMemory.equal(Record.keyAddress(records[i]), keyAddress, keyLength)) {
                return i;
            }
        }
        return NONE;
    }

    void add(Table table, Index index, long hash, long record, boolean isDelete) {
        if (size == records.length) {
            grow();
        }
        tables[size] = table;
        indexes[size] = index;
        hashes[size] = hash;
        records[size] = record;
        deletes[size] = isDelete;
        next[size] = heads[head(hash)];
        heads[head(hash)] = size;
        size++;
    }

    /** Forgets the last ones, so that so many are left. */
    void truncate(int newSize) {
        while (size > newSize) {
            size--;
            heads[head(hashes[size])] = next[size];
        }
    }

    void replace(int place, long record, boolean isDelete) {
        records[place] = record;
        deletes[place] = isDelete;
    }

    /** The record that carries the key: what will be there, or only the key of what goes. */
    long record(int place) {
        return records[place];
    }

    boolean isDelete(int place) {
        return deletes[place];
    }

    Table table(int place) {
        Table table = tables[place];
        if (table == null) {
            throw new IllegalStateException("no write at " + place);
        }
        return table;
    }

    @SuppressWarnings("ReferenceEquality") // a table is itself only
    boolean isOf(int place, Table table) {
        return tables[place] == table;
    }

    Index index(int place) {
        return indexes[place];
    }

    long hash(int place) {
        return hashes[place];
    }

    /** Where it was locked. */
    long bucket(int place) {
        return buckets[place];
    }

    long slot(int place) {
        return slots[place];
    }

    private long keyAddress(int place) {
        return Record.keyAddress(records[place]);
    }

    private int keyLength(int place) {
        return Record.keyLength(records[place]);
    }

    /** Locks every bucket that will change, in the order of their addresses, so that two commits never wait for each other. */
    void lockAll(int owner) {
        for (; ; ) {
            lockedCount = 0;
            for (int i = 0; i < size; i++) {
                buckets[i] = indexes[i].bucketOf(hashes[i], keyAddress(i), keyLength(i));
                locked[i] = buckets[i];
            }
            Arrays.sort(locked, 0, size);
            for (int i = 0; i < size; i++) {
                if (i == 0 || locked[i] != locked[i - 1]) {
                    BucketLock.lockToCommit(locked[i], owner);
                    locked[lockedCount++] = locked[i];
                }
            }
            if (areInPlace()) {
                return;
            }
            unlockAll();
        }
    }

    /** Whether no split moved a key to another bucket before ours was locked. */
    private boolean areInPlace() {
        for (int i = 0; i < size; i++) {
            if (!indexes[i].isBucketOf(buckets[i], hashes[i], keyAddress(i), keyLength(i))) {
                return false;
            }
        }
        return true;
    }

    /** With nothing changed. */
    void unlockAll() {
        for (int i = 0; i < lockedCount; i++) {
            BucketLock.unlock(locked[i]);
        }
        lockedCount = 0;
    }

    /** With a count of changes above that of every locked bucket. */
    void unlockAllAt(long count) {
        for (int i = 0; i < lockedCount; i++) {
            BucketLock.unlockAt(locked[i], count);
        }
        lockedCount = 0;
    }

    /** Makes sure that whatever is inserted into evicting tables can be queued; false when the quota does not allow it. */
    boolean reserveEvictions(StoreCore core) {
        for (int i = 0; i < size; i++) {
            TableEviction eviction = table(i).eviction();
            if (eviction != null && !deletes[i] && !eviction.reserve(core, size)) {
                return false;
            }
        }
        return true;
    }

    /** Finds or makes room for every write under the locks; false, with nothing changed, when the quota does not allow it. */
    boolean reserveAll() {
        for (int i = 0; i < size; i++) {
            slots[i] = indexes[i].slotOf(buckets[i], hashes[i], keyAddress(i), keyLength(i));
            if (slots[i] == 0 && !deletes[i]) {
                slots[i] = indexes[i].reserveSlot(buckets[i]);
                if (slots[i] == 0) {
                    giveBack(i);
                    return false;
                }
            }
        }
        return true;
    }

    private void giveBack(int count) {
        for (int i = 0; i < count; i++) {
            if (slots[i] != 0 && Slots.recordAt(slots[i]) == Record.NONE) {
                Slots.clear(slots[i]);
            }
        }
    }

    private void grow() {
        int capacity = size * 2;
        tables = Arrays.copyOf(tables, capacity);
        indexes = Arrays.copyOf(indexes, capacity);
        hashes = Arrays.copyOf(hashes, capacity);
        records = Arrays.copyOf(records, capacity);
        deletes = Arrays.copyOf(deletes, capacity);
        buckets = Arrays.copyOf(buckets, capacity);
        slots = Arrays.copyOf(slots, capacity);
        locked = Arrays.copyOf(locked, capacity);
        next = new int[capacity];
        heads = new int[capacity];
        Arrays.fill(heads, NONE);
        for (int i = 0; i < size; i++) {
            next[i] = heads[head(hashes[i])];
            heads[head(hashes[i])] = i;
        }
    }
}
