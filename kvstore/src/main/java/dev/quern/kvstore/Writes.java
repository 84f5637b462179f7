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
    private final Table table;
    private final Tenant tenant;
    private final @Nullable TableEviction eviction;

    Writes(Table table) {
        this.table = table;
        tenant = table.tenant();
        eviction = table.eviction();
    }

    int put(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions) {
        int bad = Table.check(keyLength, valueLength);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, valueLength, true);
        table.makeRoom(core, bytes);
        int status = tryPut(core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions);
        return status == StoreStatus.OVER_QUOTA && table.makeRoomNow(core, bytes)
                ? tryPut(core, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions)
                : status;
    }

    private int tryPut(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions) {
        long record = core.allocateFull(tenant, keyAddress, keyLength, valueAddress, valueLength, expiryMs, conditions);
        if (record == Record.NONE || cannotQueue(core, record)) {
            return StoreStatus.OVER_QUOTA;
        }
        Index current = table.index();
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, keyAddress, keyLength, core.index());
        long slot = current.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : Slots.recordAt(slot);
        boolean isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        int refused = refusal(conditions, isThere);
        if (refused != StoreStatus.OK) {
            BucketLock.unlock(bucket);
            core.free(tenant, record);
            return refused;
        }
        if (isThere && (conditions & PutCondition.KEEP_EXPIRY) != 0) {
            Record.setExpiryMs(record, Record.expiryMs(old));
        }
        return replace(core, current, hash, bucket, slot, old, record);
    }

    /** Whether a new record cannot be inserted because its eviction could not be queued; it is then freed. */
    private boolean cannotQueue(StoreCore core, long record) {
        if (eviction == null || eviction.reserve(core, 1)) {
            return false;
        }
        core.free(tenant, record);
        return true;
    }

    private static int refusal(int conditions, boolean isThere) {
        if (isThere && (conditions & PutCondition.IF_ABSENT) != 0) {
            return StoreStatus.EXISTS;
        }
        return !isThere && (conditions & PutCondition.IF_PRESENT) != 0 ? StoreStatus.NOT_FOUND : StoreStatus.OK;
    }

    /** Swings the slot of a locked bucket to a finished record, unlocks, and retires what was there. */
    private int replace(StoreCore core, Index current, long hash, long bucket, long slotOrNone, long old, long record) {
        long slot = slotOrNone == 0 ? current.reserveSlot(bucket) : slotOrNone;
        if (slot == 0) {
            BucketLock.unlock(bucket);
            core.free(tenant, record);
            return StoreStatus.OVER_QUOTA;
        }
        long version = core.nextVersion(BucketLock.changes(bucket));
        Record.setVersion(record, version);
        table.publishing(core, old, record);
        Slots.publish(slot, hash, record);
        BucketLock.unlockAt(bucket, core.lastSequence());
        core.noteWrite();
        core.setResult(version, core.resultLong());
        current.noteExpiry(bucket, hash, record);
        table.counts().book(core, old, record);
        table.queue(core, hash, old, record);
        if (old == Record.NONE) {
            table.grow(core, current, bucket);
        } else {
            core.retire(tenant, old);
        }
        return StoreStatus.OK;
    }

    int delete(StoreCore core, long keyAddress, int keyLength) {
        Index current = table.index();
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, keyAddress, keyLength, core.index());
        long slot = current.slotOf(bucket, hash, keyAddress, keyLength);
        if (slot == 0) {
            BucketLock.unlock(bucket);
            return StoreStatus.NOT_FOUND;
        }
        long old = Slots.recordAt(slot);
        boolean isThere = !Record.isExpired(old, core.nowMs());
        core.setResult(core.nextVersion(BucketLock.changes(bucket)), core.resultLong());
        Slots.clear(slot);
        BucketLock.unlockAt(bucket, core.lastSequence());
        core.noteWrite();
        table.counts().book(core, old, Record.NONE);
        table.ended(old);
        core.retire(tenant, old);
        return isThere ? StoreStatus.OK : StoreStatus.NOT_FOUND;
    }

    int compareAndSet(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long expectedVersion,
            long valueAddress,
            int valueLength,
            long expiryMs) {
        int bad = Table.check(keyLength, valueLength);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        int bytes = RecordLayout.bytes(keyLength, valueLength, true);
        table.makeRoom(core, bytes);
        int status =
                tryCompareAndSet(core, keyAddress, keyLength, expectedVersion, valueAddress, valueLength, expiryMs);
        return status == StoreStatus.OVER_QUOTA && table.makeRoomNow(core, bytes)
                ? tryCompareAndSet(core, keyAddress, keyLength, expectedVersion, valueAddress, valueLength, expiryMs)
                : status;
    }

    private int tryCompareAndSet(
            StoreCore core,
            long keyAddress,
            int keyLength,
            long expectedVersion,
            long valueAddress,
            int valueLength,
            long expiryMs) {
        long record = core.allocateFull(tenant, keyAddress, keyLength, valueAddress, valueLength, expiryMs);
        if (record == Record.NONE || cannotQueue(core, record)) {
            return StoreStatus.OVER_QUOTA;
        }
        Index current = table.index();
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, keyAddress, keyLength, core.index());
        long slot = current.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : Slots.recordAt(slot);
        boolean isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        if ((isThere ? Record.version(old) : 0) != expectedVersion) {
            BucketLock.unlock(bucket);
            core.free(tenant, record);
            table.counts().of(core).conflicts++;
            return StoreStatus.CONFLICT;
        }
        return replace(core, current, hash, bucket, slot, old, record);
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
        if (eviction != null && !eviction.reserve(core, 1)) {
            return StoreStatus.OVER_QUOTA;
        }
        Index current = table.index();
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, keyAddress, keyLength, core.index());
        long slot = current.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : Slots.recordAt(slot);
        boolean isThere = old != Record.NONE && !Record.isExpired(old, core.nowMs());
        if (isThere && !Decimal.isNumber(Record.valueAddress(old), Record.valueLength(old))) {
            BucketLock.unlock(bucket);
            return StoreStatus.NOT_A_NUMBER;
        }
        long number = isThere ? Decimal.parse(Record.valueAddress(old), Record.valueLength(old)) : 0;
        long sum = number + delta;
        if (((number ^ sum) & (delta ^ sum)) < 0) {
            BucketLock.unlock(bucket);
            return StoreStatus.OVERFLOW;
        }
        int length = Decimal.write(sum, core.scratch());
        long expiryMs = isThere ? Record.expiryMs(old) : Record.NO_EXPIRY;
        long record = core.allocateFull(tenant, keyAddress, keyLength, core.scratch(), length, expiryMs);
        if (record == Record.NONE) {
            BucketLock.unlock(bucket);
            return StoreStatus.OVER_QUOTA;
        }
        int status = replace(core, current, hash, bucket, slot, old, record);
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
        if (eviction != null && !eviction.reserve(core, 1)) {
            return StoreStatus.OVER_QUOTA;
        }
        Index current = table.index();
        long hash = current.hash(keyAddress, keyLength);
        long bucket = current.lockFor(hash, keyAddress, keyLength, core.index());
        long slot = current.slotOf(bucket, hash, keyAddress, keyLength);
        long old = slot == 0 ? Record.NONE : Slots.recordAt(slot);
        if (old == Record.NONE || Record.isExpired(old, core.nowMs())) {
            BucketLock.unlock(bucket);
            return StoreStatus.NOT_FOUND;
        }
        long record = core.allocateFull(
                tenant, keyAddress, keyLength, Record.valueAddress(old), Record.valueLength(old), expiryMs);
        if (record == Record.NONE) {
            BucketLock.unlock(bucket);
            return StoreStatus.OVER_QUOTA;
        }
        return replace(core, current, hash, bucket, slot, old, record);
    }
}
