package dev.quern.kvstore;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.memory.RecordLayout;

/**
 * Brings into the processor's caches what a burst of requests is about to need, so that their waits for memory overlap instead of
 * adding up (as in MICA, NSDI '14): first every key's bucket, then every record. It changes nothing and promises nothing.
 *
 * <p>The loads that wait stand in loops of their own with hardly anything between them, as a processor looks only some two hundred
 * instructions ahead.
 *
 * <p>Thread: the core's, inside its epoch from the first {@link #add} to {@link #load}, without a write between them.
 */
public final class Lookahead {
    private static final int KEYS_MAX = 64;
    private static final int CACHE_LINE_BYTES = 64;

    /** Of a record that is to be copied, loaded ahead at the most; what is longer comes by the processor's own prefetching, which by then is at speed. */
    private static final int WHOLE_BYTES_MAX = 2048;

    /** Loaded ahead of records that are to be copied, all in all: more would push out of the second cache what was loaded first. */
    private static final int WHOLE_BYTES_TOTAL_MAX = 96 * 1024;

    private final long[] hashes = new long[KEYS_MAX];
    private final long[] buckets = new long[KEYS_MAX];
    private final long[] records = new long[KEYS_MAX];
    private final Index[] indexes = new Index[KEYS_MAX];
    private final boolean[] whole = new boolean[KEYS_MAX];
    private int count;

    /** What was loaded, so that the compiler cannot leave a load out. */
    private long loaded;

    /**
     * Notes a key. Those past 64, or of a length that no key has, are passed over.
     *
     * @param isWhole whether all of the record will be read, and not only where it begins
     */
    public void add(Table table, long keyAddress, int keyLength, boolean isWhole) {
        if (count == KEYS_MAX || keyLength < Limits.KEY_BYTES_MIN || keyLength > Limits.KEY_BYTES_MAX) {
            return;
        }
        Index index = table.index();
        long hash = index.hash(keyAddress, keyLength);
        hashes[count] = hash;
        buckets[count] = index.bucketOf(hash, keyAddress, keyLength);
        indexes[count] = index;
        whole[count] = isWhole;
        count++;
    }

    /**
     * What a lookup in a table reads before it comes to a bucket; for several tables in a row, ahead of their keys. The sum means nothing, and is there to be
     * used, so that the compiler cannot leave a load out.
     */
    public static long approach(Table table, StoreCore core) {
        return table.index().approach() + table.counts().of(core).hits;
    }

    /** Begins to load what the keys noted need, and forgets the keys. */
    public void load() {
        long sum = loaded;
        for (int i = 0; i < count; i++) {
            sum += NativeMemory.getLong(buckets[i]);
        }
        int found = 0;
        for (int i = 0; i < count; i++) {
            long record = indexes[i].likely(buckets[i], hashes[i]);
            records[found] = record;
            whole[found] = whole[i];
            found += record == 0 ? 0 : 1;
        }
        for (int i = 0; i < found; i++) {
            // Small values end in the next lines.
            long record = records[i];
            sum += NativeMemory.getLong(record)
                    + NativeMemory.getLong(near(record, CACHE_LINE_BYTES))
                    + NativeMemory.getLong(near(record, 2 * CACHE_LINE_BYTES));
        }
        loaded = sum + loadRest(found);
        count = 0;
    }

    /** The lines behind the first ones of what is to be copied. */
    private long loadRest(int found) {
        long sum = 0;
        int left = WHOLE_BYTES_TOTAL_MAX;
        for (int i = 0; i < found && left > 0; i++) {
            if (whole[i]) {
                long record = records[i];
                int bytes = Math.min(RecordLayout.bytes(record), WHOLE_BYTES_MAX);
                for (int at = 3 * CACHE_LINE_BYTES; at < bytes; at += CACHE_LINE_BYTES) {
                    sum += NativeMemory.getLong(record + at);
                }
                left -= bytes;
            }
        }
        return sum;
    }

    /** So many bytes behind a record's beginning; the beginning again where another page begins before that. */
    private static long near(long record, int offset) {
        long place = record + offset;
        return (place ^ record) < Mmap.PAGE_BYTES ? place : record;
    }
}
