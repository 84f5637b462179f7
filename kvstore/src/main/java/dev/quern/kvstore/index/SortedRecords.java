package dev.quern.kvstore.index;

import dev.quern.kvstore.memory.RecordLayout;
import java.util.Arrays;

/**
 * Slots' words, brought into the order of their records' keys: a leaf's, whose slots have none. Allocates only while it grows. Thread:
 * one at a time.
 */
public final class SortedRecords {
    private static final int CAPACITY_FIRST = 64;

    private long[] words = new long[CAPACITY_FIRST];
    private long[] merged = new long[CAPACITY_FIRST];
    private int count;

    public void clear() {
        count = 0;
    }

    public int count() {
        return count;
    }

    /** The record at that place. */
    public long record(int place) {
        return Slots.recordIn(words[place]);
    }

    long word(int place) {
        return words[place];
    }

    /** Puts a record behind all others. */
    public void add(long word) {
        if (count == words.length) {
            words = Arrays.copyOf(words, count * 2);
            merged = new long[count * 2];
        }
        words[count++] = word;
    }

    /** Puts a record at that place, and those from there on behind it. */
    public void insert(int place, long record) {
        add(record);
        System.arraycopy(words, place, words, place + 1, count - 1 - place);
        words[place] = record;
    }

    public void replace(int place, long record) {
        words[place] = record;
    }

    public void remove(int place) {
        count--;
        System.arraycopy(words, place + 1, words, place, count - place);
    }

    /** Keeps the first so many. */
    public void truncate(int newCount) {
        count = newCount;
    }

    /** The place of the first record that is not before this key; {@link #count} when there is none. Sorted. */
    public int placeOf(long keyAddress, int keyLength) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (compare(record(middle), keyAddress, keyLength) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Below 0, 0 or above 0, as a record's key is before, the same as or after another key. */
    public static int compare(long record, long keyAddress, int keyLength) {
        return KeyOrder.compare(
                record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record), keyAddress, keyLength);
    }

    private static int compareWords(long first, long second) {
        long record = Slots.recordIn(second);
        return compare(Slots.recordIn(first), record + RecordLayout.KEY_OFFSET, RecordLayout.keyLength(record));
    }

    /**
     * Sorts by key, and keeps one of several records of the same key: who gathers a leaf while others write may meet a key in the slot
     * that it left and in that to which it came back.
     */
    public void sort() {
        for (int width = 1; width < count; width *= 2) {
            for (int from = 0; from < count; from += 2 * width) {
                merge(from, Math.min(from + width, count), Math.min(from + 2 * width, count));
            }
            long[] swapped = words;
            words = merged;
            merged = swapped;
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (kept == 0 || compareWords(words[kept - 1], words[i]) != 0) {
                words[kept++] = words[i];
            }
        }
        count = kept;
    }

    private void merge(int from, int middle, int end) {
        int left = from;
        int right = middle;
        for (int to = from; to < end; to++) {
            boolean takesLeft = left < middle && (right == end || compareWords(words[left], words[right]) <= 0);
            merged[to] = takesLeft ? words[left++] : words[right++];
        }
    }
}
