package dev.quern.kvstore.eviction;

/**
 * What a queue holds of a record: its key's hash, in which 8 bits that neither a bucket's number nor a slot's tag comes from make room
 * for a mark. A record carries the mark of the entry that stands for it and hands it on when it is replaced, so that an entry stays
 * good through updates, and the entry of a record that was deleted does not pass for that of its key's next one.
 */
public final class Entry {
    /** Marks are below this. */
    static final int MARKS = 256;

    /** The least mark: an entry is never 0. */
    static final int MARK_MIN = 1;

    private static final int MARK_SHIFT = 40;
    private static final long MARK_MASK = 0xFFL << MARK_SHIFT;

    private Entry() {}

    static long of(long hash, int mark) {
        return hash & ~MARK_MASK | (long) mark << MARK_SHIFT;
    }

    public static int mark(long entry) {
        return (int) ((entry & MARK_MASK) >>> MARK_SHIFT);
    }

    /** The hash without the bits that the mark took: good for finding the bucket and the slot's tag. */
    public static long hash(long entry) {
        return entry & ~MARK_MASK;
    }

    /** Whether a key of this hash is the entry's. */
    public static boolean isOf(long entry, long hash) {
        return ((entry ^ hash) & ~MARK_MASK) == 0;
    }
}
