package dev.quern.client;

import dev.quern.protocol.CheckLayout;
import dev.quern.protocol.CheckRangeLayout;
import dev.quern.protocol.CompareAndSetLayout;
import dev.quern.protocol.ExpireLayout;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MultiLayout;
import dev.quern.protocol.MultiOperationLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.RangeDigest;
import dev.quern.protocol.RangeLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads and writes of any of the tenant's records that happen all at once or not at all, in one request. Collect the operations, then
 * {@link #commit}; the server does them in their order, each seeing what those before it wrote. From {@link QuernClient#transaction}.
 *
 * <p>What depends on values that were read before is optimistic: read, compute, and commit the writes with a {@link #check} for
 * everything that was read; begin again when it was not committed.
 *
 * <pre>{@code
 * TransactionResult result;
 * do {
 *     Value from = accounts.getVersioned(a);
 *     Value to = accounts.getVersioned(b);
 *     result = client.await(client.transaction()
 *             .compareAndSet(table, a, from.version(), minus(from, 10))
 *             .compareAndSet(table, b, to.version(), plus(to, 10))
 *             .commit());
 * } while (!result.committed());
 * }</pre>
 *
 * <p>Thread: one at a time. Arrays passed in are not copied: leave them alone until the future completes. Keys and values that cannot be are
 * refused at once by {@link QuernException.BadRequest}.
 */
public final class ClientTransaction {
    /** Writes an operation's body of a length that was announced. */
    private interface Body {
        void write(MemorySegment memory, long body);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Operation(int opcode, TableHandle table, byte[] key, int bodyLength, Body body) {}

    private final QuernClient client;
    private final long timeoutNs;
    private final List<Operation> operations = new ArrayList<>();
    private long length = MultiLayout.BYTES_MIN;
    private boolean committed;

    ClientTransaction(QuernClient client, long timeoutNs) {
        this.client = client;
        this.timeoutNs = timeoutNs;
    }

    /** Goes on only if the record still has this version ({@link Value#version}), or is absent where it is 0. */
    public ClientTransaction check(ClientTable table, byte[] key, long expectedVersion) {
        return add(Opcode.CHECK, table, key, CheckLayout.KEY_OFFSET + key.length, (memory, body) -> {
            CheckLayout.write(memory, body, expectedVersion);
            Wire.putBytes(memory, body + CheckLayout.KEY_OFFSET, key);
        });
    }

    /**
     * Goes on only if a range of an ordered table holds what it held: so many records, and those of which {@link RangeDigest} came to this.
     */
    public ClientTransaction checkRange(ClientTable table, KeyRange range, int expectedCount, long expectedDigest) {
        byte[] low = range.low();
        byte[] high = range.high();
        int flags = (range.isBackwards() ? RangeLayout.FLAG_BACKWARDS : 0)
                | (range.isLowIncluded() ? RangeLayout.FLAG_LOW_INCLUDED : 0)
                | (range.isHighIncluded() ? RangeLayout.FLAG_HIGH_INCLUDED : 0);
        return append(
                Opcode.CHECK_RANGE,
                table,
                low.length == 0 ? high : low,
                CheckRangeLayout.KEYS_OFFSET + low.length + high.length,
                (memory, body) -> {
                    CheckRangeLayout.write(memory, body, expectedDigest, expectedCount, flags, low.length, high.length);
                    Wire.putBytes(memory, Wire.putBytes(memory, body + CheckRangeLayout.KEYS_OFFSET, low), high);
                });
    }

    /** Reads a record: {@link TransactionResult#value} has it, null when there is none. */
    public ClientTransaction get(ClientTable table, byte[] key) {
        return add(Opcode.GET, table, key, key.length, (memory, body) -> Wire.putBytes(memory, body, key));
    }

    /** Writes a record that never expires. */
    public ClientTransaction put(ClientTable table, byte[] key, byte[] value) {
        return put(table, key, value, PutOptions.ALWAYS);
    }

    /** Writes a record; when the options' condition does not hold, nothing of the transaction is written. */
    public ClientTransaction put(ClientTable table, byte[] key, byte[] value, PutOptions options) {
        TableRequests.checkValue(value);
        return add(Opcode.PUT, table, key, PutLayout.bytes(key.length, value.length), (memory, body) -> {
            PutLayout.write(memory, body, options.ttlMs(), key.length, options.conditions());
            Wire.putBytes(memory, Wire.putBytes(memory, body + PutLayout.KEY_OFFSET, key), value);
        });
    }

    /** Deletes a record, if there is one: {@link TransactionResult#found} tells. */
    public ClientTransaction delete(ClientTable table, byte[] key) {
        return add(Opcode.DELETE, table, key, key.length, (memory, body) -> Wire.putBytes(memory, body, key));
    }

    /** Writes a record, which will not expire, if it still has this version, or is absent where it is 0; as check and put. */
    public ClientTransaction compareAndSet(ClientTable table, byte[] key, long expectedVersion, byte[] value) {
        return compareAndSet(table, key, expectedVersion, value, PutLayout.TTL_NONE);
    }

    /** As {@link #compareAndSet(ClientTable, byte[], long, byte[])}, for a record that expires. */
    public ClientTransaction compareAndSet(
            ClientTable table, byte[] key, long expectedVersion, byte[] value, Duration ttl) {
        return compareAndSet(table, key, expectedVersion, value, ClientTable.ttlMs(ttl));
    }

    private ClientTransaction compareAndSet(
            ClientTable table, byte[] key, long expectedVersion, byte[] value, long ttlMs) {
        TableRequests.checkValue(value);
        int bytes = CompareAndSetLayout.bytes(key.length, value.length);
        return add(Opcode.COMPARE_AND_SET, table, key, bytes, (memory, body) -> {
            CompareAndSetLayout.write(memory, body, expectedVersion, ttlMs, key.length);
            Wire.putBytes(memory, Wire.putBytes(memory, body + CompareAndSetLayout.KEY_OFFSET, key), value);
        });
    }

    /** Adds to a decimal counter, from 0 when there is none: {@link TransactionResult#number} has the sum. */
    public ClientTransaction increment(ClientTable table, byte[] key, long delta) {
        return add(Opcode.INCREMENT, table, key, IncrementLayout.KEY_OFFSET + key.length, (memory, body) -> {
            IncrementLayout.write(memory, body, delta);
            Wire.putBytes(memory, body + IncrementLayout.KEY_OFFSET, key);
        });
    }

    /** Lets a record expire, if there is one: {@link TransactionResult#found} tells. */
    public ClientTransaction expire(ClientTable table, byte[] key, Duration ttl) {
        return expire(table, key, ClientTable.ttlMs(ttl));
    }

    /** Takes a record's expiry away, if there is a record: {@link TransactionResult#found} tells. */
    public ClientTransaction persist(ClientTable table, byte[] key) {
        return expire(table, key, PutLayout.TTL_NONE);
    }

    private ClientTransaction expire(ClientTable table, byte[] key, long ttlMs) {
        return add(Opcode.EXPIRE, table, key, ExpireLayout.KEY_OFFSET + key.length, (memory, body) -> {
            ExpireLayout.write(memory, body, ttlMs);
            Wire.putBytes(memory, body + ExpireLayout.KEY_OFFSET, key);
        });
    }

    private ClientTransaction add(int opcode, ClientTable table, byte[] key, int bodyLength, Body body) {
        TableRequests.checkKey(key);
        return append(opcode, table, key, bodyLength, body);
    }

    private ClientTransaction append(int opcode, ClientTable table, byte[] key, int bodyLength, Body body) {
        TableRequests.require(table.client() == client, "a transaction's tables are of one client");
        TableRequests.require(
                operations.size() < Limits.MULTI_OPERATIONS_MAX,
                "a transaction has at most " + Limits.MULTI_OPERATIONS_MAX + " operations");
        TableRequests.require(
                length + MultiOperationLayout.BYTES_MIN + bodyLength <= Limits.BODY_BYTES_MAX,
                "a transaction's operations take at most " + Limits.BODY_BYTES_MAX + " bytes together");
        length += MultiOperationLayout.BYTES_MIN + bodyLength;
        operations.add(new Operation(opcode, table.handle(), key, bodyLength, body));
        return this;
    }

    /** Operations collected so far: the index that the next one will have in the {@link TransactionResult}. */
    public int size() {
        return operations.size();
    }

    /**
     * Sends the operations; once. Completes with what they did, also when nothing was written because of one of them or because other
     * writers kept coming first; exceptionally as any request. The future of a transaction that ended with
     * {@link QuernException.Timeout} or {@link QuernException.OutcomeUnknown} was committed once or not at all.
     */
    public CompletableFuture<TransactionResult> commit() {
        if (committed) {
            throw new IllegalStateException("a transaction is committed once: collect its operations anew");
        }
        committed = true;
        return client.submit(new Request<>(
                Opcode.MULTI,
                false,
                operations.isEmpty()
                        ? TableHandle.DEFAULT
                        : operations.getFirst().table(),
                operations.isEmpty()
                        ? Request.ROUTE_ANY
                        : TableRequests.hash(operations.getFirst().key()),
                timeoutNs,
                (int) length,
                this::write,
                this::result));
    }

    private void write(MemorySegment memory, long body) {
        MultiLayout.write(memory, body, operations.size());
        long at = body + MultiLayout.OPERATIONS_OFFSET;
        for (Operation operation : operations) {
            MultiOperationLayout.write(
                    memory, at, operation.opcode(), operation.table().id(), operation.bodyLength());
            operation.body().write(memory, at + MultiOperationLayout.BODY_OFFSET);
            at += MultiOperationLayout.BODY_OFFSET + operation.bodyLength();
        }
    }

    private TransactionResult result(Reply reply) {
        if (reply.status() == Status.CONFLICT) {
            return TransactionResult.conflict();
        }
        if (!reply.ok()) {
            throw reply.exception("transaction");
        }
        return TransactionResult.of(reply);
    }
}
