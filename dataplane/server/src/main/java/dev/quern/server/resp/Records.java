package dev.quern.server.resp;

import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.RangeCursor;
import dev.quern.kvstore.RangeQuery;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.RecordVisitor;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreException;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Transaction;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a connection's commands reach its table's records: each operation by itself; several of one command as one step, between
 * {@link #begin} and {@link #commit}; and all commands of an EXEC as one, between {@link #beginAll} and {@link #commitAll}, where steps are
 * part of the whole. Thread: the core's.
 */
final class Records {
    private final RespConnection connection;
    private @Nullable Transaction step;
    private boolean all;
    private int refusal;
    private long resultLong;

    Records(RespConnection connection) {
        this.connection = connection;
    }

    private StoreCore store() {
        return connection.core().enter();
    }

    private Table table() {
        return connection.table();
    }

    long find(long key, int keyLength) {
        return step == null ? table().find(store(), key, keyLength) : step.find(table(), key, keyLength);
    }

    /** @param conditions of {@link PutCondition} */
    int put(long key, int keyLength, long value, int valueLength, long expiryMs, int conditions) {
        Transaction transaction = step;
        if (transaction == null) {
            return table().put(store(), key, keyLength, value, valueLength, expiryMs, conditions);
        }
        long expiry = expiryMs;
        if (conditions != PutCondition.NONE && keyLength > 0) {
            long before = transaction.find(table(), key, keyLength);
            boolean absent = before == Record.NONE;
            if ((conditions & (absent ? PutCondition.IF_PRESENT : PutCondition.IF_ABSENT)) != 0) {
                return absent ? StoreStatus.NOT_FOUND : StoreStatus.EXISTS;
            }
            if ((conditions & PutCondition.KEEP_EXPIRY) != 0 && !absent) {
                expiry = Record.expiryMs(before);
            }
        }
        return refused(transaction.put(table(), key, keyLength, value, valueLength, expiry));
    }

    /** A step through the table; what lies in the visitor is good until the command's end. */
    long scan(long cursor, int recordsMax, RecordVisitor visitor) {
        return step == null
                ? table().scan(store(), cursor, recordsMax, visitor)
                : step.scan(table(), cursor, recordsMax, visitor);
    }

    /** How many records the table has; other cores' writes may count a moment late, also in an EXEC. */
    long size() {
        return step == null ? table().size() : step.size(table());
    }

    int delete(long key, int keyLength) {
        return step == null ? table().delete(store(), key, keyLength) : refused(step.delete(table(), key, keyLength));
    }

    int increment(long key, int keyLength, long delta) {
        Transaction transaction = step;
        if (transaction == null) {
            StoreCore store = store();
            int status = table().increment(store, key, keyLength, delta);
            resultLong = store.resultLong();
            return status;
        }
        int status = transaction.increment(table(), key, keyLength, delta);
        resultLong = transaction.resultLong();
        return refused(status);
    }

    /** What the last good {@link #increment} left. */
    long resultLong() {
        return resultLong;
    }

    int expire(long key, int keyLength, long expiryMs) {
        Transaction transaction = step;
        if (transaction == null) {
            return table().expire(store(), key, keyLength, expiryMs);
        }
        long record = transaction.find(table(), key, keyLength);
        if (record == Record.NONE) {
            return StoreStatus.NOT_FOUND;
        }
        long value = Record.valueAddress(record);
        int length = Record.valueLength(record);
        return refused(
                Record.isStructured(record)
                        ? transaction.putStructured(table(), key, keyLength, value, length, expiryMs)
                        : transaction.put(table(), key, keyLength, value, length, expiryMs));
    }

    /** As {@link #put}, a structure's record. Only within a step. */
    int putStructured(long key, int keyLength, long value, int valueLength, long expiryMs) {
        return refused(running().putStructured(table(), key, keyLength, value, valueLength, expiryMs));
    }

    /** The record of a structure's element. Only within a step. */
    long findElement(ElementKey key) {
        Table elements = connection.tenant().structures().elements();
        return elements == null ? Record.NONE : running().find(elements, key.address(), key.length());
    }

    /** Only within a step. */
    int putElement(ElementKey key, long value, int valueLength) {
        Table elements;
        try {
            elements = connection.tenant().structures().elementsToWrite();
        } catch (StoreException noMemory) {
            return refused(StoreStatus.OVER_QUOTA);
        }
        return refused(running().put(elements, key.address(), key.length(), value, valueLength, Record.NO_EXPIRY));
    }

    /** Only within a step. */
    int deleteElement(ElementKey key) {
        Table elements = connection.tenant().structures().elements();
        return elements == null
                ? StoreStatus.NOT_FOUND
                : refused(running().delete(elements, key.address(), key.length()));
    }

    /** Begins a walk over elements; false when there are none. Only within a step. */
    boolean range(RangeQuery query, RangeCursor cursor) {
        Table elements = connection.tenant().structures().elements();
        if (elements == null) {
            return false;
        }
        running().range(elements, query, cursor);
        return true;
    }

    private Transaction running() {
        return Objects.requireNonNull(step);
    }

    /** A write without room makes an EXEC fail as a whole: a command may have written half of what it should. */
    private int refused(int status) {
        if (status == StoreStatus.OVER_QUOTA || status == StoreStatus.TRANSACTION_TOO_LARGE) {
            refusal = status;
        }
        return status;
    }

    /** Starts a command's step. */
    void begin() {
        if (!all) {
            step = store().begin(connection.tenant());
        }
    }

    /** Ends a command's step: OK, CONFLICT (begin again) or what the store refuses it for. */
    int commit() {
        return all ? StoreStatus.OK : end();
    }

    /** Ends a command's step that has written nothing, or nothing that shall be kept. */
    void abort() {
        if (!all) {
            drop();
        }
    }

    /** Starts an EXEC. */
    void beginAll() {
        refusal = StoreStatus.OK;
        all = true;
        step = store().begin(connection.tenant());
    }

    /** Ends an EXEC: OK, CONFLICT (begin again), or why nothing of it was written. */
    int commitAll() {
        all = false;
        if (refusal != StoreStatus.OK) {
            drop();
            return refusal;
        }
        return end();
    }

    /** Ends an EXEC of which nothing shall be written. */
    void abortAll() {
        all = false;
        drop();
    }

    /** What a WATCH remembers of a key: its version, 0 for no record; within an EXEC, as the transaction sees it. */
    long version(Table watched, long key, int keyLength) {
        long record = step == null ? watched.find(store(), key, keyLength) : step.find(watched, key, keyLength);
        return record == Record.NONE ? 0 : Record.version(record);
    }

    private int end() {
        int status = Objects.requireNonNull(step).commit();
        step = null;
        return status;
    }

    private void drop() {
        Transaction dropped = step;
        step = null;
        if (dropped != null) {
            dropped.abort();
        }
    }
}
