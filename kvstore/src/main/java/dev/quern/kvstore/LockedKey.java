package dev.quern.kvstore;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.Slots;
import org.jspecify.annotations.Nullable;

/**
 * A key whose bucket a core has locked for a single write, and what was found there. A core has one, as it locks for one such write at a
 * time. Thread: the core's.
 */
final class LockedKey {
    private @Nullable Index index;
    private long hash;
    private long bucket;
    private long slot;
    private long old;
    private boolean isThere;

    /** Locks the bucket of a key, and looks the key up. */
    void lock(Table table, long keyAddress, int keyLength, StoreCore core) {
        Index current = table.index();
        hash = current.hash(keyAddress, keyLength);
        bucket = current.lockFor(hash, keyAddress, keyLength, core.index());
        slot = current.slotOf(bucket, hash, keyAddress, keyLength);
        old = slot == 0 ? Record.NONE : Slots.recordAt(slot);
        isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        index = current;
    }

    /** Unlocks the bucket, in which nothing was changed, and returns the status given. */
    int unlock(int status) {
        BucketLock.unlock(bucket);
        return status;
    }

    Index index() {
        Index locked = index;
        if (locked == null) {
            throw new IllegalStateException("no key was locked");
        }
        return locked;
    }

    long hash() {
        return hash;
    }

    long bucket() {
        return bucket;
    }

    /** The slot in which the key's record is, or 0. */
    long slot() {
        return slot;
    }

    /** The record in the slot, expired or not, or {@link Record#NONE}. */
    long old() {
        return old;
    }

    /** Whether there is a record whose time is not over. */
    boolean isThere() {
        return isThere;
    }

    /** That record's version, or 0. */
    long version() {
        return isThere ? Record.version(old) : 0;
    }
}
