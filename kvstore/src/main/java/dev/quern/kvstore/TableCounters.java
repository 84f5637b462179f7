package dev.quern.kvstore;

/** One core's counts for one table. Thread: written by the owning core; another may read a value that is a moment old. */
final class TableCounters {
    long records;
    long liveBytes;
    long blockBytes;
    long hits;
    long misses;
    long expiries;
    long evictions;
    long conflicts;

    /** Insertions since this core last looked whether the index should grow. */
    int insertions;
}
