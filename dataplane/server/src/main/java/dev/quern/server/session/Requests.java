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
 * Does what requests ask: those of one record here, against the store; the others are handed on. Bodies have been checked by
 * {@link dev.quern.protocol.BodyCheck}. Thread: the core's, inside the store's epoch; allocates nothing for a get or a put.
 */
final class Requests implements AutoCloseable {
    private static final long NS_PER_US = 1_000;

    private final Core core;
    private final StoreCore storeCore;
    private final Reply reply;
    private final Collections collections;
    private final Transactions transactions;
    private final FunctionRequests functions;
    private long burstNs;
    private long clockNs;

    Requests(Core core, Reply reply) {
        this.core = core;
        this.storeCore = core.storeCore();
        this.reply = reply;
        this.collections = new Collections(core, reply);
        this.transactions = new Transactions(core, reply);
        this.functions = new FunctionRequests(core, reply);
    }

    void beginBurst() {
        burstNs = core.nowNs();
        clockNs = burstNs;
    }

    /** @param kept whether the outcome is remembered; its slot has begun then */
    void execute(
            Session session,
            int opcode,
            int tableId,
            int sequence,
            int deadlineUs,
            long body,
            int length,
            boolean kept) {
        reply.to(session, opcode, sequence, kept);
        if (deadlineUs != 0 && clockNs - burstNs > Integer.toUnsignedLong(deadlineUs) * NS_PER_US) {
            reply.status(Status.DEADLINE);
            return;
        }
        if (opcode >= Opcode.GET && opcode <= Opcode.SCAN || opcode == Opcode.RANGE || opcode == Opcode.INVOKE) {
            Table table = session.tenant().table(tableId);
            if (table == null) {
                reply.status(Status.UNKNOWN_TABLE);
            } else {
                onTable(session, table, opcode, deadlineUs, body, length);
            }
            return;
        }
        switch (opcode) {
            case Opcode.MULTI -> transactions.multi(session.tenant(), body);
            case Opcode.PING -> reply.body(Status.OK, body, length);
            case Opcode.STATS -> collections.stats(session.tenant());
            case Opcode.TABLE_OPEN -> collections.tableOpen(session.tenant(), body, length);
            case Opcode.DEPLOY -> functions.deploy(session, sequence, body, length);
            case Opcode.FUNCTION_LIST -> functions.list(session.tenant());
            case Opcode.FUNCTION_DESCRIBE -> functions.describe(session.tenant(), body, length);
            case Opcode.FUNCTION_REMOVE -> functions.remove(session, sequence, body, length);
            default -> reply.status(Status.UNKNOWN_OPCODE);
        }
    }

    private void onTable(Session session, Table table, int opcode, int deadlineUs, long body, int length) {
        switch (opcode) {
            case Opcode.GET -> get(table, body, length);
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
            case Opcode.MULTI_GET -> collections.multiGet(table, body);
            case Opcode.SCAN -> collections.scan(table, body);
            case Opcode.RANGE -> collections.range(table, body);
            case Opcode.INVOKE -> {
                functions.invoke(session.tenant(), table, deadlineUs, body, length, clockNs);
                // A function may have run for long: whoever waits behind it is measured against the clock again.
                clockNs = System.nanoTime();
            }
            default -> reply.status(Status.UNKNOWN_OPCODE);
        }
    }

    private void get(Table table, long key, int keyLength) {
        long record = table.find(storeCore, key, keyLength);
        if (record == Record.NONE) {
            reply.empty(Status.NOT_FOUND);
            return;
        }
        int valueLength = Record.valueLength(record);
        int bodyLength = ValueReplyLayout.VALUE_OFFSET + valueLength;
        if (!reply.fits(bodyLength)) {
            getLarge(record, bodyLength);
            return;
        }
        fillValue(reply.begin(Status.OK, bodyLength), record, valueLength);
        reply.end();
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

    @Override
    public void close() {
        collections.close();
        transactions.close();
        functions.close();
    }
}
