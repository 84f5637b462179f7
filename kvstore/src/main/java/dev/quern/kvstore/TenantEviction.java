package dev.quern.kvstore;

import dev.quern.kvstore.memory.Epochs;
import dev.quern.kvstore.memory.Quota;
import dev.quern.kvstore.memory.SizeClasses;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Makes room in a tenant's memory by evicting from those of its tables that evict. It begins a little before the quota is used up, as
 * what is evicted can be used again only when its readers have gone. Safe on any core that holds no lock of a bucket.
 */
final class TenantEviction {
    /** Kept free for what is evicted and may still be read, in percent of the quota. */
    private static final int SLACK_PERCENT = 3;

    /** Beyond what is needed now, a write evicts at most this much more, so that it stays short. */
    private static final int CATCH_UP_BYTES = 1024;

    /** How many entries of the queues a write looks at: when there is some room left, and when there is none. */
    private static final int ENTRIES_PER_WRITE = 64;

    private static final int ENTRIES_WHEN_FULL = 1024;

    /** And for a large value one more for so many bytes of it: looking then takes about as long as writing. */
    private static final int BYTES_PER_ENTRY = 64;

    /** How often such a write evicts again when others took what it had made room of, or what went was smaller than it seemed. */
    private static final int ROUNDS_MAX = 4;

    /** How often a write that was refused lets others run, so that they leave their bursts. */
    private static final int YIELDS_MAX = 64;

    private final Quota quota;
    private final long slackBytes;

    /** By core, the epoch of a reader for which it waited in vain. */
    private final AtomicLongArray waitedFor;

    private volatile TableEviction[] tables = new TableEviction[0];

    TenantEviction(Quota quota, int coresMax) {
        waitedFor = new AtomicLongArray(coresMax);
        this.quota = quota;
        slackBytes = quota.limitBytes() / 100 * SLACK_PERCENT;
    }

    /** One caller at a time. */
    void add(TableEviction table) {
        TableEviction[] more = Arrays.copyOf(tables, tables.length + 1);
        more[more.length - 1] = table;
        tables = more;
    }

    /** By how much the tenant's memory is past the mark, without what this core can soon give back. */
    private long bytesOver(StoreCore core, Tenant tenant) {
        long over = quota.drawnBytes() - (quota.limitBytes() - slackBytes);
        return over <= 0 ? 0 : over - core.allocator(tenant).creditBytes() - core.retiredBytes();
    }

    /** Before a write of so many bytes: evicts about twice as many if memory is nearly used up. */
    void makeRoom(StoreCore core, Table writing, int bytes) {
        long over = bytesOver(core, writing.tenant());
        if (over > 0) {
            evict(
                    core,
                    writing.eviction(),
                    Math.min(over, 2L * Math.min(bytes, slackBytes) + CATCH_UP_BYTES),
                    ENTRIES_PER_WRITE);
        }
    }

    /**
     * After a write of so many bytes was refused: evicts as many, unless enough is waiting for its readers already, and gives these a
     * moment. This core is one of them, unless its burst gave no address out.
     *
     * @return whether it is worth trying again
     */
    boolean makeRoomNow(StoreCore core, Table writing, int bytes) {
        if (bytes > quota.limitBytes() - slackBytes) {
            return false;
        }
        int needed = SizeClasses.blockBytes(bytes) + CATCH_UP_BYTES;
        boolean hasGained = false;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            if (core.retiredBytes() <= slackBytes + needed) {
                evict(core, writing.eviction(), needed, ENTRIES_WHEN_FULL + bytes / BYTES_PER_ENTRY);
            }
            core.renewIfNothingFound();
            if (core.reclaim() == 0 && !awaitReaders(core)) {
                return hasGained;
            }
            hasGained = true;
            if (bytesFree(core, writing.tenant()) >= needed) {
                return true;
            }
        }
        return hasGained;
    }

    /** What this core can draw and has drawn. */
    private long bytesFree(StoreCore core, Tenant tenant) {
        return quota.limitBytes() - quota.drawnBytes() + core.allocator(tenant).creditBytes();
    }

    /**
     * A core that lost its processor inside a burst holds up what all others evicted: lets it run. Not again for the same one, which may
     * be inside for long, nor when this core itself is the last.
     */
    @SuppressWarnings("ThreadPriorityCheck") // a hint, and right without it
    private boolean awaitReaders(StoreCore core) {
        Epochs epochs = core.store().epochs();
        long oldest = epochs.advanceBeside(core.index());
        if (oldest == epochs.current() || oldest == waitedFor.getPlain(core.index())) {
            return false;
        }
        for (int yields = 0; yields < YIELDS_MAX; yields++) {
            Thread.yield();
            if (core.reclaim() > 0) {
                return true;
            }
        }
        waitedFor.setPlain(core.index(), oldest);
        return false;
    }

    /** Evicts ahead of need, and tidies the queues up; the core is outside of its epoch. Returns how much was done. */
    int maintain(StoreCore core, Tenant tenant, long unixMs, int stepsMax) {
        long over = bytesOver(core, tenant);
        boolean isTidy = true;
        for (TableEviction table : tables) {
            isTidy &= table.isTidy();
        }
        if (over <= 0 && isTidy) {
            return 0;
        }
        core.enter(unixMs);
        try {
            long evicted = over > 0 ? evict(core, null, over, stepsMax) : 0;
            for (TableEviction table : tables) {
                table.compact(core);
            }
            return evicted > 0 ? 1 : 0;
        } finally {
            core.exit();
        }
    }

    /** From the table that is written if it evicts, else from the largest that does. */
    private long evict(StoreCore core, @Nullable TableEviction written, long bytes, int entriesMax) {
        long evicted = written == null ? 0 : written.evict(core, bytes, entriesMax);
        if (evicted > 0) {
            return evicted;
        }
        TableEviction largest = null;
        for (TableEviction table : tables) {
            if (largest == null || table.entries() > largest.entries()) {
                largest = table;
            }
        }
        return largest == null || largest.equals(written) ? 0 : largest.evict(core, bytes, entriesMax);
    }
}
