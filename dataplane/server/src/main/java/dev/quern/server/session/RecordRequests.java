package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Table;
import dev.quern.protocol.CompareAndSetLayout;
import dev.quern.protocol.ExpireLayout;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.IncrementReplyLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.TimeToLiveReplyLayout;
import dev.quern.protocol.ValueReplyLayout;
import dev.quern.protocol.WrittenReplyLayout;
import dev.quern.server.loop.Core;

/**
 * Requests for one record, done by single operations of the store. Bodies have been checked. Thread: the core's, inside the store's epoch;
 * allocates nothing for a get or a put.
 */
final class RecordRequests {
    private final Core core;
    private final StoreCore storeCore;
    private final Reply reply;
    private final boolean onlyShort;

    /** @param onlyShort whether long values are left for later */
    RecordRequests(Core core, Reply reply, boolean onlyShort) {
        this.core = core;
        this.storeCore = core.storeCore();
        this.reply = reply;
        this.onlyShort = onlyShort;
    }

    /** Whether requests of this kind are done here. */
    static boolean does(int opcode) {
        return switch (opcode) {
            case Opcode.GET,
                    Opcode.PUT,
                    Opcode.DELETE,
                    Opcode.COMPARE_AND_SET,
                    Opcode.INCREMENT,
                    Opcode.EXPIRE,
                    Opcode.TIME_TO_LIVE -> true;
            default -> false;
        };
    }

    /** Does it and answers; false, and nothing was done, when it is to be done later. */
    boolean execute(Table table, int opcode, long body, int length) {
        switch (opcode) {
            case Opcode.GET -> {
                return get(table, body, length);
            }
            case Opcode.PUT -> put(table, body, length);
            case Opcode.DELETE -> reply.status(table.delete(storeCore, body, length));
            case Opcode.COMPARE_AND_SET -> compareAndSet(table, body, length);
            case Opcode.INCREMENT -> increment(table, body, length);
            case Opcode.EXPIRE ->
                reply.status(table.expire(
                        storeCore,
                        body + ExpireLayout.KEY_OFFSET,
                        length - ExpireLayout.KEY_OFFSET,
                        Expiry.at(core, ExpireLayout.ttlMs(NativeMemory.ALL, body))));
            case Opcode.TIME_TO_LIVE -> timeToLive(table, body, length);
            default -> reply.status(Status.UNKNOWN_OPCODE);
        }
        return true;
    }

    private boolean get(Table table, long key, int keyLength) {
        long record = table.find(storeCore, key, keyLength);
        if (record == Record.NONE) {
            reply.empty(Status.NOT_FOUND);
            return true;
        }
        int valueLength = Record.valueLength(record);
        int bodyLength = ValueReplyLayout.VALUE_OFFSET + valueLength;
        if (!reply.fits(bodyLength)) {
            boolean isDone = !onlyShort || bodyLength <= SessionLimits.SHORT_REPLY_BYTES_MAX;
            if (isDone) {
                getLarge(record, bodyLength);
            }
            if (onlyShort && isDone) {
                core.servedShort(SessionLimits.PIECE_GETS);
            }
            return isDone;
        }
        fillValue(reply.begin(Status.OK, bodyLength), record, valueLength);
        reply.end();
        return true;
    }

    private void getLarge(long record, int bodyLength) {
        LargeBody large = reply.beginLarge(Status.OK, bodyLength);
        if (large != null) {
            fillValue(large.address(), record, bodyLength - ValueReplyLayout.VALUE_OFFSET);
            reply.endLarge(large);
        }
    }

    private static void fillValue(long body, long record, int valueLength) {
        ValueReplyLayout.write(NativeMemory.ALL, body, Record.version(record));
        NativeMemory.copy(Record.valueAddress(record), body + ValueReplyLayout.VALUE_OFFSET, valueLength);
    }

    private void put(Table table, long body, int length) {
        long ttlMs = PutLayout.ttlMs(NativeMemory.ALL, body);
        int keyLength = PutLayout.keyLength(NativeMemory.ALL, body);
        long key = body + PutLayout.KEY_OFFSET;
        int conditions = storeConditions(PutLayout.conditions(NativeMemory.ALL, body));
        if (ttlMs == PutLayout.TTL_KEEP) {
            conditions |= PutCondition.KEEP_EXPIRY;
            ttlMs = PutLayout.TTL_NONE;
        }
        written(table.put(
                storeCore,
                key,
                keyLength,
                key + keyLength,
                length - PutLayout.KEY_OFFSET - keyLength,
                Expiry.at(core, ttlMs),
                conditions));
    }

    private static int storeConditions(int conditions) {
        return (conditions & PutLayout.IF_ABSENT) != 0
                ? PutCondition.IF_ABSENT
                : (conditions & PutLayout.IF_PRESENT) != 0 ? PutCondition.IF_PRESENT : PutCondition.NONE;
    }

    private void compareAndSet(Table table, long body, int length) {
        int keyLength = CompareAndSetLayout.keyLength(NativeMemory.ALL, body);
        long key = body + CompareAndSetLayout.KEY_OFFSET;
        written(table.compareAndSet(
                storeCore,
                key,
                keyLength,
                CompareAndSetLayout.expectedVersion(NativeMemory.ALL, body),
                key + keyLength,
                length - CompareAndSetLayout.KEY_OFFSET - keyLength,
                Expiry.at(core, CompareAndSetLayout.ttlMs(NativeMemory.ALL, body))));
    }

    private void written(int status) {
        if (status != Status.OK) {
            reply.status(status);
            return;
        }
        WrittenReplyLayout.write(
                NativeMemory.ALL, reply.begin(Status.OK, WrittenReplyLayout.BYTES), storeCore.resultVersion());
        reply.end();
    }

    private void increment(Table table, long body, int length) {
        int status = table.increment(
                storeCore,
                body + IncrementLayout.KEY_OFFSET,
                length - IncrementLayout.KEY_OFFSET,
                IncrementLayout.delta(NativeMemory.ALL, body));
        if (status != Status.OK) {
            reply.status(status);
            return;
        }
        IncrementReplyLayout.write(
                NativeMemory.ALL,
                reply.begin(Status.OK, IncrementReplyLayout.BYTES),
                storeCore.resultLong(),
                storeCore.resultVersion());
        reply.end();
    }

    private void timeToLive(Table table, long key, int keyLength) {
        long record = table.find(storeCore, key, keyLength);
        if (record == Record.NONE) {
            reply.empty(Status.NOT_FOUND);
            return;
        }
        long expiryMs = Record.expiryMs(record);
        long leftMs = expiryMs == Record.NO_EXPIRY ? -1 : Math.max(0, expiryMs - core.nowMs());
        TimeToLiveReplyLayout.write(NativeMemory.ALL, reply.begin(Status.OK, TimeToLiveReplyLayout.BYTES), leftMs);
        reply.end();
    }
}
