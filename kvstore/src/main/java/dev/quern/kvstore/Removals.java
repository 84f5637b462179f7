package dev.quern.kvstore;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.Slots;

/**
 * Takes records away that nobody deleted: expired ones, evicted ones, and those of an index that a clear replaced. Thread: the given
 * core's; expired and cleared ones by one core at a time, see {@link Sweeper}.
 */
final class Removals {
    private final Table table;

    Removals(Table table) {
        this.table = table;
    }

    /** Whether a pass for expired records is under way. */
    boolean isSweeping() {
        return table.index().isInExpiryPass();
    }

    /** Gives memory back of which the index has no need any more. Returns how much was done. */
    int tidy(StoreCore core, long nowMs, int bucketsMax) {
        Index current = table.index();
        if (current.isTidy(nowMs, table.counts())) {
            return 0;
        }
        core.enter(nowMs);
        int done = current.tidy(nowMs, table.counts(), bucketsMax, core.index());
        core.exit();
        return done;
    }

    /** Takes away what has expired in a few buckets. Returns how much was done: 0 when nothing has expired. */
    int sweepExpired(StoreCore core, long nowMs, int bucketsMax) {
        Index current = table.index();
        if (current.isExpiryIdle(nowMs)) {
            return 0;
        }
        int[] expired = new int[1];
        core.enter(nowMs);
        current.sweepExpired(nowMs, bucketsMax, record -> {
            if (takeAway(core, current, record)) {
                table.counts().of(core).expiries++;
                expired[0]++;
            }
        });
        core.exit();
        return expired[0] + 1;
    }

    /** Evicts a record if it is still there; returns the bytes of it, else 0. */
    int evict(StoreCore core, long record) {
        int bytes = Record.bytes(record);
        if (!takeAway(core, table.index(), record)) {
            return 0;
        }
        if (Record.isExpired(record, core.nowMs())) {
            table.counts().of(core).expiries++;
        } else {
            table.counts().of(core).evictions++;
        }
        return bytes;
    }

    /** Takes out and retires this very record; false when it was replaced or is gone. */
    private boolean takeAway(StoreCore core, Index current, long record) {
        long key = Record.keyAddress(record);
        int keyLength = Record.keyLength(record);
        long hash = current.hash(key, keyLength);
        long bucket = current.lockFor(hash, key, keyLength, core.index());
        long slot = current.slotOf(bucket, hash, key, keyLength);
        if (slot == 0 || Slots.recordAt(slot) != record) {
            BucketLock.unlock(bucket);
            return false;
        }
        Slots.clear(slot);
        BucketLock.unlockAt(bucket, BucketLock.changes(bucket) + 1);
        table.counts().book(core, record, Record.NONE);
        table.ended(record);
        core.retire(table.tenant(), record);
        return true;
    }

    /** Frees every record of a bucket of a replaced index, which nobody sees any more. */
    int freeAll(StoreCore core, Index replaced, long bucket) {
        int[] freed = new int[1];
        replaced.forEach(bucket, (slot, record) -> {
            Slots.clear(slot);
            table.counts().book(core, record, Record.NONE);
            table.ended(record);
            core.free(table.tenant(), record);
            freed[0]++;
        });
        table.counts().unclear(freed[0]);
        return freed[0];
    }
}
