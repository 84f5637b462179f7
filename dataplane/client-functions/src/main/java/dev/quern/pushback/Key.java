package dev.quern.pushback;

import java.util.Arrays;

/**
 * A record's key and its table, ordered as ordered tables are.
 *
 * @param table its place in {@link Tables}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by contents
record Key(int table, byte[] bytes) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
        return table == other.table ? Arrays.compareUnsigned(bytes, other.bytes) : Integer.compare(table, other.table);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && table == key.table && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes) * 31 + table;
    }
}
