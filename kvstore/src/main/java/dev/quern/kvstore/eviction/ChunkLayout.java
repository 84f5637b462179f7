package dev.quern.kvstore.eviction;

/** A piece of a queue in the tenant's memory: its links and counts, then entries. */
final class ChunkLayout {
    static final int BYTES = 1024;

    /** u64: the address of the next newer chunk; 0 for none yet. */
    static final int NEXT_OFFSET = 0;

    /** u32: how many entries were added; written by the owner. */
    static final int ADDED_OFFSET = NEXT_OFFSET + Long.BYTES;

    /** u32: how many of them were taken; written under the queue's lock. */
    static final int TAKEN_OFFSET = ADDED_OFFSET + Integer.BYTES;

    /** u64: its place among all chunks of the table, in the order of their first entries. */
    static final int ORDER_OFFSET = TAKEN_OFFSET + Integer.BYTES;

    static final int ENTRIES_OFFSET = ORDER_OFFSET + Long.BYTES;
    static final int ENTRIES = (BYTES - ENTRIES_OFFSET) / Long.BYTES;

    private ChunkLayout() {}

    static long entry(long chunk, int index) {
        return chunk + ENTRIES_OFFSET + (long) index * Long.BYTES;
    }
}
