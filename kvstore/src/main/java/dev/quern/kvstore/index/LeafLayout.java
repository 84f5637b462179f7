package dev.quern.kvstore.index;

/**
 * A leaf: four cache lines, more of them linked behind when it is over-full. The lock and the link stand where every bucket has them; then
 * whether the leaf was replaced, when the first of its records expires, and the slots, in no order. Of a linked line the link and the slots
 * are used.
 */
final class LeafLayout {
    static final int BYTES = 256;
    static final int LOCK_OFFSET = BucketLock.OFFSET;
    static final int OVERFLOW_OFFSET = LOCK_OFFSET + BucketLock.BYTES;

    /** u64: 1 once other leaves have taken its place. */
    static final int REPLACED_OFFSET = OVERFLOW_OFFSET + Long.BYTES;

    /** i64: unix milliseconds, not after the first expiry of a record. */
    static final int SOONEST_MS_OFFSET = REPLACED_OFFSET + Long.BYTES;

    static final int SLOTS_OFFSET = SOONEST_MS_OFFSET + Long.BYTES;
    static final int SLOTS = (BYTES - SLOTS_OFFSET) / Slots.BYTES;

    static {
        if (SLOTS != 28 || OVERFLOW_OFFSET != Slots.OVERFLOW_OFFSET) {
            throw new ExceptionInInitializerError("a leaf is four cache lines: four words and 28 slots");
        }
    }

    private LeafLayout() {}
}
