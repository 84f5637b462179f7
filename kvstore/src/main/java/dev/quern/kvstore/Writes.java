package dev.quern.kvstore;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.Slots;
import dev.quern.kvstore.memory.RecordLayout;
import org.jspecify.annotations.Nullable;

/**
 * The single writes of a table: each locks the bucket of its key, looks at what is there, and swings one slot. What they promise stands
 * at {@link Table}. Thread: the given core's, inside its epoch.
 */
final class Writes {
    /** No record's version: whatever is there may be replaced. */
    static final long ANY_VERSION = -1;

    private final Table table;
    private final Tenant tenant;
    private final @Nullable TableEviction eviction;

    Writes(Table table) {
        this.table = table;
        tenant = table.tenant();
        eviction = table.eviction();
    }

    /**
     * See {@link Table#put} and {@link Table#compareAndSet}.
     *
     * @param expectedVersion of the record that is there, 0 for none; or {@link #ANY_VERSION}
     */
    int put(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions,
            long expectedVersion) {
        int bad = Table.check(keyLength, valueLength);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, valueLength, true);
        table.makeRoom(core, bytes);
        int status =
                tryPut(core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions, expectedVersion);
        return status == StoreStatus.OVER_QUOTA && table.makeRoomNow(core, bytes)
                ? tryPut(core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions, expectedVersion)
                : status;
    }

    private int tryPut(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions,
            long expectedVersion) {
        // Before the lock: others wait for it.
        long record = core.allocateFull(tenant, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions);
        if (record == Record.NONE) {
            return StoreStatus.OVER_QUOTA;
        }
        if (cannotQueue(core)) {
            core.free(tenant, record);
            return StoreStatus.OVER_QUOTA;
        }
        LockedKey key = core.lock(table, keyAddress, keyLength);
        int refused = refusal(key, conditions, expectedVersion);
        if (refused != StoreStatus.OK) {
            if (refused == StoreStatus.CONFLICT) {
                table.counts().of(core).conflicts++;
            }
            core.free(tenant, record);
            return key.unlock(refused);
        }
        if (key.isThere() && (conditions & PutCondition.KEEP_EXPIRY) != 0) {
            Record.setExpiryMs(record, Record.expiryMs(key.old()));
        }
        return replace(core, key, record);
    }

    /** Whether nothing can be inserted because its eviction could not be queued. */
    private boolean cannotQueue(StoreCore core) {
        return eviction != null && !eviction.reserve(core, 1);
    }

    private static int refusal(LockedKey key, int conditions, long expectedVersion) {
        if (key.isThere() && (conditions & PutCondition.IF_ABSENT) != 0) {
            return StoreStatus.EXISTS;
        }
        if (!key.isThere() && (conditions & PutCondition.IF_PRESENT) != 0) {
            return StoreStatus.NOT_FOUND;
        }
        return expectedVersion == ANY_VERSION || key.version() == expectedVersion
                ? StoreStatus.OK
                : StoreStatus.CONFLICT;
    }

    /** Swings the slot of a locked key to a finished record, unlocks, and retires what was there. */
    private int replace(StoreCore core, LockedKey key, long record) {
        Index index = key.index();
        long bucket = key.bucket();
        long hash = key.hash();
        long old = key.old();
        long slot = key.slot() == 0 ? index.reserveSlot(bucket) : key.slot();
        if (slot == 0) {
            core.free(tenant, record);
            return key.unlock(StoreStatus.OVER_QUOTA);
        }
        long version = core.nextVersion(BucketLock.changes(bucket));
        Record.setVersion(record, version);
        table.publishing(core, old, record);
        Slots.publish(slot, hash, record);
        BucketLock.unlockAt(bucket, core.lastSequence());
        core.noteWrite();
        core.setResult(version, core.resultLong());
        index.noteExpiry(bucket, hash, record);
        table.counts().book(core, old, record);
        table.queue(core, hash, old, record);
        if (old == Record.NONE) {
            table.grow(core, index, bucket);
        } else {
            core.retire(tenant, old);
        }
        return StoreStatus.OK;
    }

    int delete(StoreCore core, long keyAddress, int keyLength) {
        LockedKey key = core.lock(table, keyAddress, keyLength);
        if (key.slot() == 0) {
            return key.unlock(StoreStatus.NOT_FOUND);
        }
        long old = key.old();
        core.setResult(core.nextVersion(BucketLock.changes(key.bucket())), core.resultLong());
        Slots.clear(key.slot());
        BucketLock.unlockAt(key.bucket(), core.lastSequence());
        core.noteWrite();
        table.counts().book(core, old, Record.NONE);
        table.ended(old);
        core.retire(tenant, old);
        return key.isThere() ? StoreStatus.OK : StoreStatus.NOT_FOUND;
    }

    int increment(StoreCore core, long keyAddress, int keyLength, long delta) {
        int bad = Table.check(keyLength, 0);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, Decimal.LENGTH_MAX, true);
        table.makeRoom(core, bytes);
        int status = tryIncrement(core, keyAddress, keyLength, delta);
        return status == StoreStatus.OVER_QUOTA && table.makeRoomNow(core, bytes)
                ? tryIncrement(core, keyAddress, keyLength, delta)
                : status;
    }

    private int tryIncrement(StoreCore core, long keyAddress, int keyLength, long delta) {
        if (cannotQueue(core)) {
            return StoreStatus.OVER_QUOTA;
        }
        LockedKey key = core.lock(table, keyAddress, keyLength);
        long old = key.old();
        boolean isThere = key.isThere();
        if (isThere && !Decimal.isNumber(Record.valueAddress(old), Record.valueLength(old))) {
            return key.unlock(StoreStatus.NOT_A_NUMBER);
        }
        long number = isThere ? Decimal.parse(Record.valueAddress(old), Record.valueLength(old)) : 0;
        long sum = number + delta;
        if (((number ^ sum) & (delta ^ sum)) < 0) {
            return key.unlock(StoreStatus.OVERFLOW);
        }
        int length = Decimal.write(sum, core.scratch());
        long expiryMs = isThere ? Record.expiryMs(old) : Record.NO_EXPIRY;
        long record = core.allocateFull(tenant, keyAddress, keyLength, core.scratch(), length, expiryMs);
        if (record == Record.NONE) {
            return key.unlock(StoreStatus.OVER_QUOTA);
        }
        int status = replace(core, key, record);
        if (status == StoreStatus.OK) {
            core.setResult(core.resultVersion(), sum);
        }
        return status;
    }

    int expire(StoreCore core, long keyAddress, int keyLength, long expiryMs) {
        table.makeRoom(core, 0);
        int status = tryExpire(core, keyAddress, keyLength, expiryMs);
        if (status != StoreStatus.OVER_QUOTA) {
            return status;
        }
        Index current = table.index();
        long record = current.find(current.hash(keyAddress, keyLength), keyAddress, keyLength);
        return record != Record.NONE && table.makeRoomNow(core, Record.bytes(record))
                ? tryExpire(core, keyAddress, keyLength, expiryMs)
                : status;
    }

    private int tryExpire(StoreCore core, long keyAddress, int keyLength, long expiryMs) {
        if (cannotQueue(core)) {
            return StoreStatus.OVER_QUOTA;
        }
        LockedKey key = core.lock(table, keyAddress, keyLength);
        if (!key.isThere()) {
            return key.unlock(StoreStatus.NOT_FOUND);
        }
        long old = key.old();
        long record = core.allocateFull(
                tenant, keyAddress, keyLength, Record.valueAddress(old), Record.valueLength(old), expiryMs);
        if (record == Record.NONE) {
            return key.unlock(StoreStatus.OVER_QUOTA);
        }
        Record.copyStructured(old, record);
        return replace(core, key, record);
    }
}
