package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.Transaction;
import dev.quern.protocol.CheckLayout;
import dev.quern.protocol.CompareAndSetLayout;
import dev.quern.protocol.ExpireLayout;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MultiEntryLayout;
import dev.quern.protocol.MultiLayout;
import dev.quern.protocol.MultiOperationLayout;
import dev.quern.protocol.MultiReplyLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.Status;
import dev.quern.server.loop.Core;

/**
 * Does a MULTI: its operations in one transaction of the store, begun anew when other writers came between. Its body has been checked.
 * Thread: the core's, inside the store's epoch.
 */
final class Transactions implements AutoCloseable {
    private static final int NO_VALUE = 0;
    private static final long NO_VERSION = 0;
    private static final long NO_NUMBER = 0;

    private final Core core;
    private final Reply reply;
    private final BodyBuffer buffer = new BodyBuffer();
    private final RangeChecks ranges = new RangeChecks();
    /** The record that each operation writes, {@link Record#NONE} for those that write none. */
    private final long[] written = new long[Limits.MULTI_OPERATIONS_MAX];

    Transactions(Core core, Reply reply) {
        this.core = core;
        this.reply = reply;
    }

    void multi(Tenant tenant, long body) {
        int status = Status.CONFLICT;
        for (int attempt = 0; attempt <= SessionLimits.CONFLICT_RETRIES_MAX && status == Status.CONFLICT; attempt++) {
            status = attempt(tenant, body);
        }
        switch (status) {
            case Status.OK -> reply.body(Status.OK, buffer.address(), buffer.length());
            case Status.CONFLICT ->
                reply.error(
                        Status.CONFLICT,
                        "other writers came first " + (SessionLimits.CONFLICT_RETRIES_MAX + 1)
                                + " times; nothing was written: retry");
            case StoreStatus.TRANSACTION_TOO_LARGE -> reply.status(Status.TOO_LARGE);
            default -> reply.status(status);
        }
    }

    /** One try: OK when the buffer holds the reply, whether it was committed or an operation failed. */
    private int attempt(Tenant tenant, long body) {
        Transaction transaction = core.storeCore().begin(tenant);
        try {
            return run(transaction, tenant, body);
        } finally {
            transaction.abort(); // Without effect after a commit.
        }
    }

    private int run(Transaction transaction, Tenant tenant, long body) {
        buffer.clear();
        long ignored = buffer.append(MultiReplyLayout.BYTES_MIN);
        int count = MultiLayout.count(NativeMemory.ALL, body);
        long operation = body + MultiLayout.OPERATIONS_OFFSET;
        for (int index = 0; index < count; index++) {
            int opcode = MultiOperationLayout.opcode(NativeMemory.ALL, operation);
            int length = MultiOperationLayout.bodyLength(NativeMemory.ALL, operation);
            Table table = tenant.table(MultiOperationLayout.table(NativeMemory.ALL, operation));
            int status = table == null
                    ? done(Status.UNKNOWN_TABLE, 0)
                    : operate(transaction, table, opcode, operation + MultiOperationLayout.BODY_OFFSET, length);
            if (status == Status.REPLY_TOO_LARGE) {
                return status;
            }
            written[index] = status == Status.OK && writes(opcode) ? transaction.resultRecord() : Record.NONE;
            if (fails(opcode, status)) {
                // It rests on one record, which was as it says when it was read: there is nothing to validate.
                return finish(index + 1, index);
            }
            operation += MultiOperationLayout.BODY_OFFSET + length;
        }
        int status = transaction.commit();
        if (status != Status.OK) {
            return status;
        }
        tellVersions(count);
        return finish(count, MultiReplyLayout.COMMITTED);
    }

    private static boolean writes(int opcode) {
        return opcode == Opcode.PUT
                || opcode == Opcode.COMPARE_AND_SET
                || opcode == Opcode.INCREMENT
                || opcode == Opcode.EXPIRE;
    }

    /** After the commit, which gave them. */
    private void tellVersions(int count) {
        long entry = buffer.address() + MultiReplyLayout.ENTRIES_OFFSET;
        for (int index = 0; index < count; index++) {
            if (written[index] != Record.NONE) {
                MultiEntryLayout.setVersion(NativeMemory.ALL, entry, Record.version(written[index]));
            }
            entry += MultiEntryLayout.VALUE_OFFSET + MultiEntryLayout.valueLength(NativeMemory.ALL, entry);
        }
    }

    private static boolean fails(int opcode, int status) {
        boolean mayMiss = opcode == Opcode.GET || opcode == Opcode.DELETE || opcode == Opcode.EXPIRE;
        return status != Status.OK && !(mayMiss && status == Status.NOT_FOUND);
    }

    private int finish(int count, int failed) {
        MultiReplyLayout.write(NativeMemory.ALL, buffer.address(), count, failed);
        return Status.OK;
    }

    private int operate(Transaction transaction, Table table, int opcode, long body, int length) {
        return switch (opcode) {
            case Opcode.GET -> get(transaction, table, body, length);
            case Opcode.PUT -> done(put(transaction, table, body, length), NO_NUMBER);
            case Opcode.DELETE -> done(transaction.delete(table, body, length), 0);
            case Opcode.COMPARE_AND_SET -> done(compareAndSet(transaction, table, body, length), NO_NUMBER);
            case Opcode.EXPIRE -> done(expire(transaction, table, body, length), NO_NUMBER);
            case Opcode.INCREMENT -> {
                int status = transaction.increment(
                        table,
                        body + IncrementLayout.KEY_OFFSET,
                        length - IncrementLayout.KEY_OFFSET,
                        IncrementLayout.delta(NativeMemory.ALL, body));
                yield done(status, status == Status.OK ? transaction.resultLong() : 0);
            }
            case Opcode.CHECK_RANGE -> done(ranges.check(transaction, table, body), 0);
            default ->
                done(
                        check(
                                transaction,
                                table,
                                body + CheckLayout.KEY_OFFSET,
                                length - CheckLayout.KEY_OFFSET,
                                CheckLayout.expectedVersion(NativeMemory.ALL, body)),
                        0);
        };
    }

    private int get(Transaction transaction, Table table, long key, int keyLength) {
        long record = transaction.find(table, key, keyLength);
        if (record == Record.NONE) {
            return done(Status.NOT_FOUND, 0);
        }
        int valueLength = Record.valueLength(record);
        long entry = buffer.append(MultiEntryLayout.BYTES_MIN + valueLength);
        if (entry == 0) {
            return Status.REPLY_TOO_LARGE;
        }
        MultiEntryLayout.write(NativeMemory.ALL, entry, Status.OK, valueLength, Record.version(record), NO_NUMBER);
        NativeMemory.copy(Record.valueAddress(record), entry + MultiEntryLayout.VALUE_OFFSET, valueLength);
        return Status.OK;
    }

    private int put(Transaction transaction, Table table, long body, int length) {
        long ttlMs = PutLayout.ttlMs(NativeMemory.ALL, body);
        int conditions = PutLayout.conditions(NativeMemory.ALL, body);
        int keyLength = PutLayout.keyLength(NativeMemory.ALL, body);
        long key = body + PutLayout.KEY_OFFSET;
        long expiryMs = Expiry.at(core, ttlMs);
        if (conditions != 0 || ttlMs == PutLayout.TTL_KEEP) {
            long record = transaction.find(table, key, keyLength);
            if (record != Record.NONE && (conditions & PutLayout.IF_ABSENT) != 0) {
                return Status.EXISTS;
            }
            if (record == Record.NONE && (conditions & PutLayout.IF_PRESENT) != 0) {
                return Status.NOT_FOUND;
            }
            if (ttlMs == PutLayout.TTL_KEEP) {
                expiryMs = record == Record.NONE ? Record.NO_EXPIRY : Record.expiryMs(record);
            }
        }
        long value = key + keyLength;
        return transaction.put(table, key, keyLength, value, length - PutLayout.KEY_OFFSET - keyLength, expiryMs);
    }

    private int compareAndSet(Transaction transaction, Table table, long body, int length) {
        int keyLength = CompareAndSetLayout.keyLength(NativeMemory.ALL, body);
        long key = body + CompareAndSetLayout.KEY_OFFSET;
        int status =
                check(transaction, table, key, keyLength, CompareAndSetLayout.expectedVersion(NativeMemory.ALL, body));
        if (status != Status.OK) {
            return status;
        }
        long value = key + keyLength;
        return transaction.put(
                table,
                key,
                keyLength,
                value,
                length - CompareAndSetLayout.KEY_OFFSET - keyLength,
                Expiry.at(core, CompareAndSetLayout.ttlMs(NativeMemory.ALL, body)));
    }

    /** The record is written anew, with its value. */
    private int expire(Transaction transaction, Table table, long body, int length) {
        long key = body + ExpireLayout.KEY_OFFSET;
        int keyLength = length - ExpireLayout.KEY_OFFSET;
        long record = transaction.find(table, key, keyLength);
        return record == Record.NONE
                ? Status.NOT_FOUND
                : transaction.put(
                        table,
                        key,
                        keyLength,
                        Record.valueAddress(record),
                        Record.valueLength(record),
                        Expiry.at(core, ExpireLayout.ttlMs(NativeMemory.ALL, body)));
    }

    /** A record that this transaction wrote has no version yet, and so never the one expected. */
    private static int check(Transaction transaction, Table table, long key, int keyLength, long expectedVersion) {
        long record = transaction.find(table, key, keyLength);
        boolean holds = expectedVersion == 0
                ? record == Record.NONE
                : record != Record.NONE && Record.version(record) == expectedVersion;
        return holds ? Status.OK : Status.CONFLICT;
    }

    /** Adds an entry without a value; returns its status. */
    private int done(int status, long number) {
        int shown = status == StoreStatus.TRANSACTION_TOO_LARGE ? Status.TOO_LARGE : status;
        long entry = buffer.append(MultiEntryLayout.BYTES_MIN);
        if (entry == 0) {
            return Status.REPLY_TOO_LARGE;
        }
        MultiEntryLayout.write(NativeMemory.ALL, entry, shown, NO_VALUE, NO_VERSION, number);
        return shown;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
