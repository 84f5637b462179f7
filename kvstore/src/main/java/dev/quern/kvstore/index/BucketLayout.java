package dev.quern.kvstore.index;

/**
 * A bucket: one cache line. The first word is the writers' lock and counts the bucket's changes; the second links a further bucket
 * for the rare one that is over-full; the rest are slots. A slot is 0 when empty, else a record's address with 16 bits of the key's
 * hash above it.
 */
final class BucketLayout {
    static final int BYTES = 64;
    static final int LOCK_OFFSET = 0;
    static final int OVERFLOW_OFFSET = LOCK_OFFSET + Long.BYTES;
    static final int SLOTS_OFFSET = OVERFLOW_OFFSET + Long.BYTES;
    static final int SLOTS = (BYTES - SLOTS_OFFSET) / Long.BYTES;

    /** Lock word: bit 0 set while locked, then the locker, then the count of changes. */
    static final int OWNER_SHIFT = 1;

    static final int OWNER_BITS = 10;
    static final int VERSION_SHIFT = OWNER_SHIFT + OWNER_BITS;
    static final long LOCKED = 1;
    static final long OWNER_MASK = (1L << OWNER_BITS) - 1 << OWNER_SHIFT;

    static final int ADDRESS_BITS = 48;
    static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;

    static {
        if (SLOTS != 6 || BYTES % Long.BYTES != 0) {
            throw new ExceptionInInitializerError("a bucket is a cache line of two words and six slots");
        }
    }

    private BucketLayout() {}
}
