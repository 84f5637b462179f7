package dev.quern.kvstore.index;

/**
 * A bucket: one cache line. The first word is the writers' lock and counts the bucket's changes, see {@link BucketLock}; the second
 * links a further line for the rare bucket that is over-full; the rest are slots, see {@link Slots}.
 */
final class BucketLayout {
    static final int BYTES = 64;
    static final int LOCK_OFFSET = BucketLock.OFFSET;
    static final int OVERFLOW_OFFSET = LOCK_OFFSET + BucketLock.BYTES;
    static final int SLOTS_OFFSET = OVERFLOW_OFFSET + Long.BYTES;
    static final int SLOTS = (BYTES - SLOTS_OFFSET) / Slots.BYTES;

    static {
        if (SLOTS != 6 || BYTES % Long.BYTES != 0 || OVERFLOW_OFFSET != Slots.OVERFLOW_OFFSET) {
            throw new ExceptionInInitializerError("a bucket is a cache line of two words and six slots");
        }
    }

    private BucketLayout() {}
}
