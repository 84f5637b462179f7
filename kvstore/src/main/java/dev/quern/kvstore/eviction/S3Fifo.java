package dev.quern.kvstore.eviction;

import dev.quern.kvstore.memory.CoreAllocator;
import dev.quern.kvstore.memory.Quota;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP '23), with queues of its own for every core. A record
 * begins in a small queue. When it comes to the queue's end it goes to the main queue if it was asked for twice, else it is evicted and
 * its fingerprint remembered; a key that comes back while it is remembered begins in the main queue. There a record goes round once
 * for each time that it was asked for, up to three. A hit costs at most one store, and none once the record is known to be popular.
 *
 * <p>What an entry is, the records know. Where an entry goes on standing for its key when the record is replaced, it stays where it is;
 * else the new record is queued again. Entries of records that have gone are dropped when they are met.
 */
public final class S3Fifo {
    /** Asked for so often, a record goes from the small queue to the main one. */
    private static final int FREQUENCY_TO_STAY = 2;

    private static final int SMALL_SHARE = 10;

    /** Entries may outnumber records by as many as there are records, and so many more, before queues are compacted. */
    private static final int STALE_MIN = 4 * ChunkLayout.ENTRIES;

    private static final int COMPACTED_CHUNKS_PER_STEP = 4;

    /** How often a victim is tried that others replace at that very moment, when there is no memory to queue it again. */
    private static final int EVICTION_ATTEMPTS_MAX = 64;

    /** What one core adds to; others take from it. */
    private static final class Shard {
        private final EntryQueue small;
        private final EntryQueue main;
        private int mark = Frequency.MARK_MIN;
        private int evictionsUntold;

        /** Whose queues it compacted when it last did so for others. */
        private int compactedLast;

        Shard(AtomicLong smallChunks, AtomicLong mainChunks) {
            small = new EntryQueue(smallChunks);
            main = new EntryQueue(mainChunks);
        }

        EntryQueue queue(boolean isSmall) {
            return isSmall ? small : main;
        }

        void compact(CoreAllocator allocator, QueuedRecords records) {
            small.compact(allocator, records, COMPACTED_CHUNKS_PER_STEP);
            main.compact(allocator, records, COMPACTED_CHUNKS_PER_STEP);
        }
    }

    private final Ghost ghost;
    private final @Nullable Shard[] shards;
    private final AtomicLong smallChunks = new AtomicLong();
    private final AtomicLong mainChunks = new AtomicLong();
    private volatile int shardsUsed;

    /**
     * Starts without records.
     *
     * @param coresMax above every core's index
     * @param quota is charged for queues and fingerprints
     * @param recordsMax how many records the quota has room for
     * @throws IOException when the system has no address space to give
     */
    public S3Fifo(int coresMax, Quota quota, long recordsMax) throws IOException {
        shards = new Shard[coresMax];
        ghost = new Ghost(quota, recordsMax);
    }

    private Shard shard(int core) {
        Shard mine = shards[core];
        return mine != null ? mine : newShard(core);
    }

    private synchronized Shard newShard(int core) {
        Shard mine = new Shard(smallChunks, mainChunks);
        shards[core] = mine;
        shardsUsed = Math.max(shardsUsed, core + 1);
        return mine;
    }

    /** Makes sure that a core can add so many entries; false when the quota does not allow it. Thread: the core's. */
    public boolean reserve(int core, CoreAllocator allocator, int entries) {
        Shard mine = shard(core);
        return mine.small.reserve(allocator, entries) && mine.main.reserve(allocator, entries);
    }

    /** A mark for a record that is about to get an entry of its own, never 0. Thread: the core's. */
    public int nextMark(int core) {
        Shard mine = shard(core);
        int mark = mine.mark;
        mine.mark = mark + 1 == Frequency.MARKS ? Frequency.MARK_MIN : mark + 1;
        return mark;
    }

    /** Queues a record that was inserted, for which there is room. Returns whether it may be time to {@link #compact}. The core's. */
    public boolean insert(int core, long entry, long hash) {
        return add(core, entry, ghost.remove(hash));
    }

    /** Queues a record that replaced another one, whose entry does not stand for it. Else as {@link #insert}. */
    public boolean replace(int core, long entry, int frequency) {
        return add(core, entry, frequency >= FREQUENCY_TO_STAY);
    }

    private boolean add(int core, long entry, boolean stays) {
        boolean beganChunk = shard(core).queue(!stays).add(entry);
        if (beganChunk && ghost.isTooSmallFor(entries())) {
            ghost.growFor(entries());
        }
        return beganChunk;
    }

    /** Entries in all queues, those of records that have gone included. Any thread. */
    public long entries() {
        return entries(true) + entries(false);
    }

    private long entries(boolean small) {
        long entries = 0;
        for (int core = 0; core < shardsUsed; core++) {
            Shard its = shards[core];
            entries += its == null ? 0 : its.queue(small).size();
        }
        return entries;
    }

    /** Whether entries of records that have gone are not too many. Any thread. */
    public boolean isTidy(long recordCount) {
        return entries() <= 2 * recordCount + STALE_MIN;
    }

    /**
     * Drops entries of records that have gone, a little at a time, when they are too many: from this core's queues, and in turn from every
     * core's, as one may have been closed. The core's, in its epoch.
     */
    public void compact(int core, CoreAllocator allocator, QueuedRecords records, long recordCount) {
        if (isTidy(recordCount)) {
            return;
        }
        Shard mine = shard(core);
        mine.compact(allocator, records);
        mine.compactedLast = (mine.compactedLast + 1) % shardsUsed;
        Shard other = shards[mine.compactedLast];
        if (other != null && mine.compactedLast != core) {
            other.compact(allocator, records);
        }
    }

    /**
     * Evicts until so many bytes were retired, or so many entries were looked at, or there are none. The core's, in its epoch.
     *
     * @return the bytes that were retired
     */
    public long evict(int core, CoreAllocator allocator, QueuedRecords records, long bytes, int entriesMax) {
        long evicted = 0;
        for (int i = 0; i < entriesMax && evicted < bytes; i++) {
            long small = entries(true);
            long main = entries(false);
            boolean fromSmall = main == 0 || small * SMALL_SHARE >= small + main;
            EntryQueue queue = oldest(fromSmall);
            if (queue == null) {
                break;
            }
            long entry = queue.take(allocator);
            if (entry != 0) {
                evicted += leave(fromSmall, core, allocator, records, entry, small + main);
            }
        }
        return evicted;
    }

    /** Of all cores' queues the one whose end is the oldest. */
    private @Nullable EntryQueue oldest(boolean small) {
        EntryQueue oldest = null;
        for (int core = 0; core < shardsUsed; core++) {
            Shard its = shards[core];
            if (its != null) {
                EntryQueue queue = its.queue(small);
                if (queue.size() > 0 && (oldest == null || queue.headOrder() < oldest.headOrder())) {
                    oldest = queue;
                }
            }
        }
        return oldest;
    }

    /** What comes to a queue's end goes to the main queue or is evicted; returns the bytes that were retired. */
    private int leave(boolean small, int core, CoreAllocator allocator, QueuedRecords records, long entry, long all) {
        long record = records.find(entry);
        if (record == 0) {
            return 0;
        }
        int frequency = records.frequency(record);
        int frequencyToStay = small ? FREQUENCY_TO_STAY : 1;
        int frequencyLeft = small ? 0 : Math.max(0, frequency - 1);
        boolean stays = frequency >= frequencyToStay || frequency >= 0 && !records.mayEvict(record);
        if (stays && moveToMain(core, allocator, records, entry, record, frequencyLeft)) {
            return 0;
        }
        int bytes = evictOne(core, allocator, records, entry, record);
        if (small && bytes > 0 && frequency >= 0) {
            remember(core, records.hash(record), all);
        }
        return bytes;
    }

    private void remember(int core, long hash, long all) {
        ghost.add(hash);
        Shard mine = shard(core);
        if (++mine.evictionsUntold == Ghost.BATCH) {
            mine.evictionsUntold = 0;
            // As many as the main queue has when the small one has its share, which takes a while at first.
            ghost.countBatch(all - all / SMALL_SHARE);
        }
    }

    private boolean moveToMain(
            int core, CoreAllocator allocator, QueuedRecords records, long entry, long record, int frequency) {
        EntryQueue main = shard(core).main;
        if (!main.reserve(allocator, 1)) {
            return false;
        }
        records.setFrequency(record, frequency);
        main.add(entry);
        return true;
    }

    /** Evicts; a record that was replaced at this very moment is in use, and goes to the main queue. */
    private int evictOne(int core, CoreAllocator allocator, QueuedRecords records, long entry, long first) {
        long record = first;
        for (int attempt = 0; attempt < EVICTION_ATTEMPTS_MAX && record != 0; attempt++) {
            int bytes = records.evict(record);
            if (bytes > 0) {
                return bytes;
            }
            record = records.find(entry);
            if (record != 0 && moveToMain(core, allocator, records, entry, record, 0)) {
                return 0;
            }
        }
        return 0;
    }

    /** Bytes charged for fingerprints; the queues' are those of the blocks that hold them. */
    public long ghostBytes() {
        return ghost.bytes();
    }

    /** Gives the fingerprints' memory back; the queues' goes with the tenant's. Nobody may ask any more. */
    public void close() throws IOException {
        ghost.close();
    }
}
