package dev.quern.kvstore;

import dev.quern.kvstore.index.BucketLock;
import java.util.Arrays;

/** The buckets that a transaction looked into, each with its count of changes at that time. Thread: the owning core. */
final class ReadSet {
    private static final int CAPACITY_FIRST = 256;

    private long[] buckets = new long[CAPACITY_FIRST];
    private long[] versions = new long[CAPACITY_FIRST];
    private int size;

    void clear() {
        size = 0;
    }

    /** False when {@link Limits#TRANSACTION_READS_MAX} is reached. */
    boolean add(long bucket, long version) {
        if (size > 0 && buckets[size - 1] == bucket && versions[size - 1] == version) {
            return true;
        }
        if (size == buckets.length) {
            if (size >= Limits.TRANSACTION_READS_MAX) {
                return false;
            }
            buckets = Arrays.copyOf(buckets, size * 2);
            versions = Arrays.copyOf(versions, size * 2);
        }
        buckets[size] = bucket;
        versions[size] = version;
        size++;
        return true;
    }

    int size() {
        return size;
    }

    /** Whether a bucket is among the first so many that were read. */
    boolean contains(long bucket, int countMax) {
        for (int i = 0; i < Math.min(size, countMax); i++) {
            if (buckets[i] == bucket) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing that was read has changed, apart from what this core is about to change itself. */
    boolean isUnchanged(int owner) {
        for (int i = 0; i < size; i++) {
            if (!BucketLock.isUnchanged(buckets[i], versions[i], owner)) {
                return false;
            }
        }
        return true;
    }
}
