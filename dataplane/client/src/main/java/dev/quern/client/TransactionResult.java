package dev.quern.client;

import dev.quern.protocol.MultiEntryLayout;
import dev.quern.protocol.MultiReplyLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link ClientTransaction} did, operation by operation, in the order in which they were added. Immutable. */
public final class TransactionResult {
    /** A {@link #failedOperation}: none did. */
    public static final int NONE = -1;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(int status, long version, long number, byte[] value) {}

    private final boolean committed;
    private final int failure;
    private final int failed;
    private final List<Entry> entries;

    private TransactionResult(boolean committed, int failure, int failed, List<Entry> entries) {
        this.committed = committed;
        this.failure = failure;
        this.failed = failed;
        this.entries = entries;
    }

    static TransactionResult conflict() {
        return new TransactionResult(false, Status.CONFLICT, NONE, List.of());
    }

    static TransactionResult of(Reply reply) {
        MemorySegment memory = reply.memory();
        int count = MultiReplyLayout.count(memory, reply.body());
        int failed = MultiReplyLayout.failed(memory, reply.body());
        List<Entry> entries = new ArrayList<>(count);
        long at = reply.body() + MultiReplyLayout.ENTRIES_OFFSET;
        for (int i = 0; i < count; i++) {
            int length = MultiEntryLayout.valueLength(memory, at);
            entries.add(new Entry(
                    MultiEntryLayout.status(memory, at),
                    MultiEntryLayout.version(memory, at),
                    MultiEntryLayout.number(memory, at),
                    Wire.bytes(memory, at + MultiEntryLayout.VALUE_OFFSET, length)));
            at += MultiEntryLayout.VALUE_OFFSET + length;
        }
        boolean committed = failed == MultiReplyLayout.COMMITTED;
        return new TransactionResult(
                committed,
                committed ? Status.OK : entries.get(failed).status(),
                committed ? NONE : failed,
                List.copyOf(entries));
    }

    /** Whether everything was written; otherwise nothing was. */
    public boolean committed() {
        return committed;
    }

    /**
     * Why nothing was written, a code from {@link Status}: that of the {@link #failedOperation}, or CONFLICT when other writers kept coming
     * first; OK when it was committed.
     */
    public int failure() {
        return failure;
    }

    /** The operation because of which nothing was written, from 0; {@link #NONE} when there is none. */
    public int failedOperation() {
        return failed;
    }

    /** What a get read, null when there was no record; a record that this transaction wrote itself has version 0. */
    public @Nullable Value value(int operation) {
        Entry entry = entry(operation);
        return entry.status() == Status.OK ? new Value(entry.version(), entry.value()) : null;
    }

    /**
     * Of a committed write: the version of the record that it left, for a later {@link ClientTransaction#check}. 0 when a later operation
     * replaced or deleted that record, and of a delete.
     */
    public long version(int operation) {
        return entry(operation).version();
    }

    /** An increment's sum. */
    public long number(int operation) {
        return entry(operation).number();
    }

    /** Whether a get, a delete or an expire found its record. */
    public boolean found(int operation) {
        return entry(operation).status() != Status.NOT_FOUND;
    }

    /** @throws IndexOutOfBoundsException when the operation was not reached */
    private Entry entry(int operation) {
        return entries.get(operation);
    }

    @Override
    public String toString() {
        return committed
                ? "committed: " + entries.size() + " operations"
                : "not committed: operation " + failed + ", " + Status.name(failure);
    }
}
