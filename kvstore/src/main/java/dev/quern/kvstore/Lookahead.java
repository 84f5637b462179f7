package dev.quern.kvstore;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.Index;

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

    private final long[] hashes = new long[KEYS_MAX];
    private final long[] buckets = new long[KEYS_MAX];
    private final long[] records = new long[KEYS_MAX];
    private final Index[] indexes = new Index[KEYS_MAX];
    private int count;

    /** What was loaded, so that the compiler cannot leave a load out. */
    private long loaded;

    /** Notes a key. Those past 64, or of a length that no key has, are passed over. */
    public void add(Table table, long keyAddress, int keyLength) {
        if (count == KEYS_MAX || keyLength < Limits.KEY_BYTES_MIN || keyLength > Limits.KEY_BYTES_MAX) {
            return;
        }
        Index index = table.index();
        long hash = index.hash(keyAddress, keyLength);
        hashes[count] = hash;
        buckets[count] = index.bucketOf(hash, keyAddress, keyLength);
        indexes[count] = index;
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
            found += record == 0 ? 0 : 1;
        }
        for (int i = 0; i < found; i++) {
            // Small values end in the next lines.
            long record = records[i];
            sum += NativeMemory.getLong(record)
                    + NativeMemory.getLong(near(record, CACHE_LINE_BYTES))
                    + NativeMemory.getLong(near(record, 2 * CACHE_LINE_BYTES));
        }
        loaded = sum;
        count = 0;
    }

    /** So many bytes behind a record's beginning; the beginning again where another page begins before that. */
    private static long near(long record, int offset) {
        long place = record + offset;
        return (place ^ record) < Mmap.PAGE_BYTES ? place : record;
    }
}
