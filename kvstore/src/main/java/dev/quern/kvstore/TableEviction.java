package dev.quern.kvstore;

import dev.quern.kvstore.eviction.Frequency;
import dev.quern.kvstore.eviction.QueuedRecords;
import dev.quern.kvstore.eviction.S3Fifo;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a table that evicts has besides its index: the policy, and for each core the policy's view of the table. */
final class TableEviction {
    /** The least that a record takes of the quota, so that the policy knows how many there can be. */
    private static final int RECORD_BYTES_MIN = RecordLayout.bytes(Limits.KEY_BYTES_MIN, 0, false);

    /** How many of the index's buckets are looked at each time that queues are. */
    private static final int BUCKETS_PER_STEP = 16;

    /** The table as one core sees it. */
    private final class View implements QueuedRecords {
        private final StoreCore core;
        private boolean isTidyingDue;

        View(StoreCore core) {
            this.core = core;
        }

        @Override
        public long find(long entry) {
            return table.index().findQueued(entry);
        }

        @Override
        public boolean isStale(long entry) {
            return table.index().isStale(entry);
        }

        @Override
        public long hash(long record) {
            return table.index().hash(Record.keyAddress(record), Record.keyLength(record));
        }

        @Override
        public int frequency(long record) {
            return Record.isExpired(record, core.nowMs()) ? EXPIRED : Frequency.of(record);
        }

        @Override
        public void setFrequency(long record, int frequency) {
            Frequency.set(record, frequency);
        }

        @Override
        public boolean mayEvict(long record) {
            return !core.isBeingRead(table, record);
        }

        @Override
        public int evict(long record) {
            return table.removals().evict(core, record);
        }
    }

    private final Table table;
    private final S3Fifo policy;
    private final boolean keepsEntries;
    private final @Nullable View[] views;

    TableEviction(Table table) throws IOException {
        this.table = table;
        keepsEntries = table.index().keepsEntries();
        Tenant tenant = table.tenant();
        int cores = tenant.store().config().coresMax();
        views = new View[cores];
        policy = new S3Fifo(cores, tenant.arena().quota(), tenant.quotaBytes() / RECORD_BYTES_MIN);
    }

    private View view(StoreCore core) {
        View mine = views[core.index()];
        if (mine == null || mine.core != core) {
            mine = new View(core);
            views[core.index()] = mine;
        }
        return mine;
    }

    /** Makes sure that so many records can be queued; false when the quota does not allow it. */
    boolean reserve(StoreCore core, int records) {
        return policy.reserve(core.index(), core.allocator(table.tenant()), records);
    }

    /** Before a record is published, with the lock of its bucket. */
    void publishing(StoreCore core, long old, long record) {
        if (old == Record.NONE) {
            Frequency.begin(record, policy.nextMark(core.index()));
        } else {
            Frequency.inherit(record, old, keepsEntries ? Frequency.mark(old) : policy.nextMark(core.index()));
        }
    }

    /** After a record was published, so that who meets its entry finds it. */
    void queue(StoreCore core, long hash, long old, long record) {
        if (old == Record.NONE) {
            noteChunk(core, policy.insert(core.index(), table.index().queueEntry(hash, record), hash));
        } else if (!keepsEntries) {
            Frequency.end(old);
            long entry = table.index().queueEntry(hash, record);
            noteChunk(core, policy.replace(core.index(), entry, Frequency.of(record)));
        }
    }

    private void noteChunk(StoreCore core, boolean wasBegun) {
        if (wasBegun) {
            view(core).isTidyingDue = true;
        }
    }

    /**
     * Now and then drops a few entries of records that have gone if there are too many, and lets the index join what eviction left sparse,
     * but not under a transaction, whose reads that would change. Without a lock.
     */
    void tidy(StoreCore core) {
        View mine = view(core);
        if (mine.isTidyingDue) {
            mine.isTidyingDue = false;
            compact(core);
            if (!core.isInTransaction()) {
                table.removals().tidy(core, core.nowMs(), BUCKETS_PER_STEP);
            }
        }
    }

    /** Whether there are not too many entries of records that have gone. */
    boolean isTidy() {
        return policy.isTidy(table.size());
    }

    /** Drops a few entries of records that have gone if there are too many. Without a lock. */
    void compact(StoreCore core) {
        policy.compact(core.index(), core.allocator(table.tenant()), view(core), table.size());
    }

    /** Evicts and retires up to about so many bytes, without a lock. Returns how many it retired. */
    long evict(StoreCore core, long bytes, int entriesMax) {
        return policy.evict(core.index(), core.allocator(table.tenant()), view(core), bytes, entriesMax);
    }

    /** How many entries are queued. */
    long entries() {
        return policy.entries();
    }

    void close() {
        try {
            policy.close();
        } catch (IOException failed) {
            throw new StoreException(table + ": " + failed.getMessage(), failed);
        }
    }
}
