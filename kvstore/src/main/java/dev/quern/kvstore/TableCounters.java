package dev.quern.kvstore;

/**
 * One core's counts for one table, with two cache lines of nothing on both sides, as the cores write theirs all the time. Thread: written
 * by the owning core; another may read a value that is a moment old.
 */
@SuppressWarnings("unused") // the padding is there to be in the way
final class TableCounters extends TableCounterFields {
    private long after00, after01, after02, after03, after04, after05, after06, after07;
    private long after08, after09, after10, after11, after12, after13, after14, after15;
}

/** Laid out before the fields of its subclasses. */
@SuppressWarnings("unused")
abstract class TableCounterPadding {
    private long before00, before01, before02, before03, before04, before05, before06, before07;
    private long before08, before09, before10, before11, before12, before13, before14, before15;
}

/** The counts. */
abstract class TableCounterFields extends TableCounterPadding {
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
