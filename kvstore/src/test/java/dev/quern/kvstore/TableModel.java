package dev.quern.kvstore;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a table should hold and answer: a plain map under the test's clock. Keys are numbers here. */
final class TableModel {
    /** What the model does not know until it is read: a transaction's writes. */
    static final long VERSION_UNKNOWN = -1;

    /** One record; its version may be unknown. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Entry(byte[] value, long expiryMs, long version) {
        /** The number that the value's text is, or null. */
        @Nullable
        Long number() {
            String text = new String(value, StandardCharsets.ISO_8859_1);
            return text.matches("0|-?[1-9][0-9]{0,17}") ? Long.valueOf(text) : null;
        }
    }

    private final Map<Integer, Entry> entries = new HashMap<>();

    TableModel() {}

    /** A copy, for a transaction to work on. */
    TableModel(TableModel other) {
        entries.putAll(other.entries);
    }

    /** The record that is there now, or null. */
    @Nullable
    Entry get(int key, long nowMs) {
        Entry entry = entries.get(key);
        return entry == null || (entry.expiryMs != Record.NO_EXPIRY && entry.expiryMs <= nowMs) ? null : entry;
    }

    void put(int key, byte[] value, long expiryMs, long version) {
        entries.put(key, new Entry(value, expiryMs, version));
    }

    void remove(int key) {
        entries.remove(key);
    }

    void clear() {
        entries.clear();
    }

    void become(TableModel other) {
        entries.clear();
        entries.putAll(other.entries);
    }

    /** The keys that are there now. */
    Set<Integer> keys(long nowMs) {
        Set<Integer> keys = new TreeSet<>();
        for (int key : entries.keySet()) {
            if (get(key, nowMs) != null) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** Adds to a number as a table does; the status it gives, with the sum written when it is OK. */
    int increment(int key, long delta, long nowMs, long version) {
        Entry old = get(key, nowMs);
        Long number = old == null ? Long.valueOf(0) : old.number();
        if (number == null) {
            return StoreStatus.NOT_A_NUMBER;
        }
        byte[] sum = Long.toString(number + delta).getBytes(StandardCharsets.ISO_8859_1);
        put(key, sum, old == null ? Record.NO_EXPIRY : old.expiryMs, version);
        return StoreStatus.OK;
    }
}
