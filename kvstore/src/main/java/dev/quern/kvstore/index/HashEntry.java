package dev.quern.kvstore.index;

/**
 * What an eviction queue holds of a record in a hash index: its key's hash, in which 8 bits that neither a bucket's number nor a slot's tag
 * comes from make room for the record's mark. A record that replaces another one gets its mark, so that the entry stays good; the entry of
 * a record that was deleted does not pass for that of its key's next one, whose mark is another.
 */
final class HashEntry {
    private static final int MARK_SHIFT = 40;
    private static final long MARK_MASK = 0xFFL << MARK_SHIFT;

    private HashEntry() {}

    static long of(long hash, int mark) {
        return hash & ~MARK_MASK | (long) mark << MARK_SHIFT;
    }

    static int mark(long entry) {
        return (int) ((entry & MARK_MASK) >>> MARK_SHIFT);
    }

    /** Whether a key of this hash is the entry's. */
    static boolean isOf(long entry, long hash) {
        return ((entry ^ hash) & ~MARK_MASK) == 0;
    }
}
