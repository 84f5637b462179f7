package dev.quern.kvstore;

import java.util.Arrays;

/** Writes of a transaction in whose place it put others since it was marked, in order. Thread: the owning core. */
final class ReplacedWrites {
    private static final int CAPACITY_FIRST = 16;

    private int size;
    private int[] places = new int[CAPACITY_FIRST];
    private long[] records = new long[CAPACITY_FIRST];
    private boolean[] deletes = new boolean[CAPACITY_FIRST];

    int size() {
        return size;
    }

    void add(int place, long record, boolean isDelete) {
        if (size == records.length) {
            int capacity = size * 2;
            places = Arrays.copyOf(places, capacity);
            records = Arrays.copyOf(records, capacity);
            deletes = Arrays.copyOf(deletes, capacity);
        }
        places[size] = place;
        records[size] = record;
        deletes[size] = isDelete;
        size++;
    }

    /** Forgets the last ones, so that so many are left. */
    void truncate(int newSize) {
        size = newSize;
    }

    /** Where in the write set. */
    int place(int index) {
        return places[index];
    }

    long record(int index) {
        return records[index];
    }

    boolean isDelete(int index) {
        return deletes[index];
    }
}
