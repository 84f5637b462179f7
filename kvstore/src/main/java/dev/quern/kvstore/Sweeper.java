package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.BucketWalk;
import dev.quern.kvstore.index.Index;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes away in small steps what nobody asks for any more: expired records, the records of indexes that a {@link Table#clear}
 * replaced, and what closed cores left. Any core may take a step; one at a time does.
 */
final class Sweeper {
    /** A table in which nothing expires now costs a look at a number. */
    private static final int TABLES_PER_STEP = 64;

    /** What lies in a bucket, about: elements are taken away one by one. */
    private static final int ELEMENTS_PER_BUCKET = 4;

    /** A structure that ended; its elements are to go. */
    private record Ended(Table elements, long id, long endedAt) {}

    /** An index that a clear replaced, and how far its records are taken away. */
    private static final class Replaced {
        final Table table;
        final Index index;
        final long records;
        final long retiredAt;
        final BucketWalk walk;
        long sweptRecords;

        Replaced(Table table, Index index, long records, long retiredAt) {
            this.table = table;
            this.index = index;
            walk = index.walk(0);
            this.records = records;
            this.retiredAt = retiredAt;
        }
    }

    private final Store store;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Queue<Replaced> arriving = new ConcurrentLinkedQueue<>();
    private final Queue<Replaced> waiting = new ArrayDeque<>();
    /** As many at most as there were structures, each of which took more memory than this. */
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

    private final RangeQuery endedElements = new RangeQuery();
    private final Queue<StoreCore> leavers = new ConcurrentLinkedQueue<>();
    private int tenantId;
    private int tableId;

    /** The last millisecond in which a step looked at as many tables as it may and found nothing to do. */
    private long lookedInVainMs = Long.MIN_VALUE;

    Sweeper(Store store) {
        this.store = store;
    }

    /** Takes an index that was just replaced; cores that are inside their epoch may still use it. Any thread. */
    void retire(Table table, Index replaced, long records) {
        long epoch = store.epochs().epochOfRetirement();
        arriving.add(new Replaced(table, replaced, records, epoch));
        // Whoever enters from here on does not see it, and so may take its records away.
        store.epochs().end(epoch);
    }

    /** Takes a closed core whose retired memory others may still read. Any thread. */
    void adopt(StoreCore closed) {
        leavers.add(closed);
    }

    /** Takes the elements of a structure that ended; the transaction that ends it may still be publishing some. Any thread. */
    void end(Table elements, long id) {
        long epoch = store.epochs().epochOfRetirement();
        ended.add(new Ended(elements, id, epoch));
        store.epochs().end(epoch);
    }

    /** Retired bytes of closed cores. Any thread. */
    long leftBytes() {
        long bytes = 0;
        for (StoreCore leaver : leavers) {
            bytes += leaver.retiredBytes();
        }
        return bytes;
    }

    /** Looks at up to so many buckets; the core is outside of its epoch. Returns how many records it took away. */
    int step(StoreCore core, long nowMs, int bucketsMax) {
        if (!busy.compareAndSet(false, true)) {
            return 0;
        }
        try {
            receive();
            StoreCore leaver = leavers.peek();
            if (leaver != null && leaver.reclaimAfterClose(bucketsMax)) {
                leavers.remove();
            }
            int swept = sweepEnded(core, nowMs, bucketsMax * ELEMENTS_PER_BUCKET);
            if (swept > 0) {
                return swept;
            }
            Replaced next = waiting.peek();
            if (next != null && next.retiredAt < store.epochs().advance()) {
                return sweepReplaced(core, next, bucketsMax);
            }
            return sweepExpired(core, nowMs, bucketsMax);
        } finally {
            busy.set(false);
        }
    }

    /**
     * For a core that wants memory of a tenant and finds none: takes records away that were cleared, the tenant's own only.
     *
     * @return how much was done; 0 when there is nothing that was cleared; below 0 when another core is at it or may still see it
     */
    int reclaim(StoreCore core, Tenant tenant, int bucketsMax) {
        if (!busy.compareAndSet(false, true)) {
            return -1;
        }
        try {
            receive();
            long oldest = waiting.isEmpty() ? 0 : store.epochs().advance();
            int done = 0;
            for (Replaced replaced : waiting) {
                if (replaced.table.tenant() == tenant) {
                    if (replaced.retiredAt < oldest) {
                        return sweepReplaced(core, replaced, bucketsMax);
                    }
                    done = -1;
                }
            }
            return done;
        } finally {
            busy.set(false);
        }
    }

    /** Takes elements of structures that ended away. No memory is needed for that. */
    private int sweepEnded(StoreCore core, long nowMs, int elementsMax) {
        Ended next = ended.peek();
        if (next == null) {
            return 0;
        }
        long oldest = store.epochs().advance();
        int left = elementsMax;
        core.enter(nowMs);
        for (; next != null && next.endedAt() < oldest && left > 0; next = ended.peek()) {
            Table elements = next.elements();
            NativeMemory.putLong(core.scratch(), Long.reverseBytes(next.id()));
            endedElements.prefix(core.scratch(), Structures.ID_BYTES);
            int taken = elements.range(
                    core,
                    endedElements,
                    left,
                    element -> elements.delete(core, Record.keyAddress(element), Record.keyLength(element)));
            if (taken < left) {
                ended.remove();
            }
            left -= taken + 1;
        }
        core.exit();
        return elementsMax - left;
    }

    private void receive() {
        for (Replaced arrived = arriving.poll(); arrived != null; arrived = arriving.poll()) {
            waiting.add(arrived);
        }
    }

    private int sweepReplaced(StoreCore core, Replaced replaced, int bucketsMax) {
        Index index = replaced.index;
        int freed = 0;
        for (int i = 0; i < bucketsMax && !replaced.walk.isDone(); i++) {
            freed += replaced.table.removals().freeAll(core, index, replaced.walk.next());
        }
        replaced.sweptRecords += freed;
        if (replaced.walk.isDone()) {
            replaced.table.counts().unclear(replaced.records - replaced.sweptRecords);
            index.close();
            waiting.remove(replaced);
        }
        return freed + 1;
    }

    /**
     * Goes from table to table until there is something to do in one. Where there was nothing in as many tables as a step looks at, the next of them have
     * until the next millisecond: each waits for memory, and with thousands of tables an idle core would be busy with that when a request comes.
     */
    private int sweepExpired(StoreCore core, long nowMs, int bucketsMax) {
        if (nowMs == lookedInVainMs) {
            return 0;
        }
        boolean isSweeping = false;
        for (int looked = 0; looked < TABLES_PER_STEP; looked++) {
            Tenant tenant = store.tenant(tenantId);
            if (tenant == null) {
                tenantId = 0;
                return 0;
            }
            Table table = tenant.tableToSweep(tableId);
            if (table == null) {
                tableId = 0;
                tenantId++;
                continue;
            }
            int done = table.removals().sweepExpired(core, nowMs, bucketsMax)
                    + table.removals().tidy(core, nowMs, bucketsMax);
            isSweeping = table.removals().isSweeping();
            if (!isSweeping) {
                tableId++;
            }
            if (done > 0) {
                return done;
            }
        }
        if (!isSweeping) {
            lookedInVainMs = nowMs;
        }
        return 0;
    }

    /** Gives the memory of replaced indexes back; the store's arenas go as a whole. */
    void close() {
        for (Replaced left : arriving) {
            left.index.close();
        }
        for (Replaced left : waiting) {
            left.index.close();
        }
        arriving.clear();
        waiting.clear();
    }
}
