package dev.quern.kvstore;

import dev.quern.kvstore.memory.SizeClasses;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A table's counts by core, and their sums. Each core writes its own; sums may be asked for on any thread. */
final class TableCounts implements LongSupplier {
    private final Structures structures;
    private final @Nullable TableCounters[] counters;
    private volatile int countersUsed;

    /** Records of replaced indexes that the cores' counts still hold. */
    private volatile long clearedRecords;

    TableCounts(Structures structures, int coresMax) {
        this.structures = structures;
        counters = new TableCounters[coresMax];
    }

    /** The core's own. */
    TableCounters of(StoreCore core) {
        TableCounters mine = counters[core.index()];
        return mine != null ? mine : create(core);
    }

    private synchronized TableCounters create(StoreCore core) {
        TableCounters mine = new TableCounters();
        counters[core.index()] = mine;
        countersUsed = Math.max(countersUsed, core.index() + 1);
        return mine;
    }

    /** Books a change from one record to another that has been made; either may be none. */
    void book(StoreCore core, long old, long record) {
        TableCounters mine = of(core);
        if (old != Record.NONE) {
            mine.records--;
            int bytes = Record.bytes(old);
            mine.liveBytes -= bytes;
            mine.blockBytes -= SizeClasses.blockBytes(bytes);
            if (Record.isStructured(old)) {
                structures.replaced(old, record);
            }
        }
        if (record != Record.NONE) {
            mine.records++;
            int bytes = Record.bytes(record);
            mine.liveBytes += bytes;
            mine.blockBytes += SizeClasses.blockBytes(bytes);
        }
    }

    /** How many records there are; may be a moment old. */
    long records() {
        long records = 0;
        for (int core = 0; core < countersUsed; core++) {
            TableCounters its = counters[core];
            records += its == null ? 0 : its.records;
        }
        return Math.max(0, records - clearedRecords);
    }

    @Override
    public long getAsLong() {
        return records();
    }

    /** So many were taken away at once, and are booked one by one as the sweeper frees them. */
    synchronized void clear(long records) {
        clearedRecords += records;
    }

    /** The sweeper freed some of what was cleared, or found at the end that there was less or more than was counted. */
    synchronized void unclear(long records) {
        clearedRecords -= records;
    }

    TableStats sum(long indexBytes) {
        long liveBytes = 0;
        long blockBytes = 0;
        long hits = 0;
        long misses = 0;
        long expiries = 0;
        long evictions = 0;
        long conflicts = 0;
        for (TableCounters core : counters) {
            if (core != null) {
                liveBytes += core.liveBytes;
                blockBytes += core.blockBytes;
                hits += core.hits;
                misses += core.misses;
                expiries += core.expiries;
                evictions += core.evictions;
                conflicts += core.conflicts;
            }
        }
        return new TableStats(
                records(),
                Math.max(0, liveBytes),
                Math.max(0, blockBytes),
                indexBytes,
                hits,
                misses,
                expiries,
                evictions,
                conflicts);
    }
}
