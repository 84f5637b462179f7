package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.Index;

/**
 * Brings into the processor's caches what a burst of requests is about to need, so that their waits for memory overlap instead of
 * adding up (as in MICA, NSDI '14): first every key's bucket, then every record. It changes nothing and promises nothing.
 *
 * <p>Thread: the core's, inside its epoch from the first {@link #add} to {@link #load}, without a write between them.
 */
public final class Lookahead {
    private static final int KEYS_MAX = 64;

    private final long[] hashes = new long[KEYS_MAX];
    private final long[] buckets = new long[KEYS_MAX];
    private final Index[] indexes = new Index[KEYS_MAX];
    private int count;

    /** What was loaded, so that the compiler cannot leave a load out. */
    private long loaded;

    /** Begins to load where a key would be found. Keys past 64, or of a length that no key has, are passed over. */
    public void add(Table table, long keyAddress, int keyLength) {
        if (count == KEYS_MAX || keyLength < Limits.KEY_BYTES_MIN || keyLength > Limits.KEY_BYTES_MAX) {
            return;
        }
        Index index = table.index();
        long hash = index.hash(keyAddress, keyLength);
        long bucket = index.bucketOf(hash, keyAddress, keyLength);
        loaded += NativeMemory.getLong(bucket);
        hashes[count] = hash;
        buckets[count] = bucket;
        indexes[count] = index;
        count++;
    }

    /** Begins to load the records of the keys added, and forgets the keys. */
    public void load() {
        long sum = loaded;
        for (int i = 0; i < count; i++) {
            sum += indexes[i].touch(buckets[i], hashes[i]);
        }
        loaded = sum;
        count = 0;
    }
}
