package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Transaction;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.nio.charset.StandardCharsets;

/**
 * What calls of the store do once it is known where their keys and values lie. Believes addresses and lengths, and nothing else. One per
 * core; what it works on is set for each invocation. Thread: the core's.
 *
 * <p>Where the records are elsewhere, a subclass finds and writes them; in a JVM that loads none, these methods are as good as final.
 */
public class NativeCalls {
    private static final int TABLE_NAME_MAX = 64;
    static final int LOG_LINE_MAX = 1024;

    private final CallState state;

    /** For whoever sets the state. */
    protected NativeCalls(CallState state) {
        this.state = state;
    }

    /** The record of a key, or {@link Record#NONE}. */
    public long find(int table, long key, int keyLength) {
        return transaction().find(state.table(table), key, keyLength);
    }

    public int put(int table, long key, int keyLength, long value, int valueLength) {
        return putUntil(table, key, keyLength, value, valueLength, Record.NO_EXPIRY);
    }

    public int putTtl(int table, long key, int keyLength, long value, int valueLength, long ttlMs) {
        if (ttlMs <= 0) {
            throw new GuestTrap(Reason.TRAP, "put_ttl with ttl_ms=" + ttlMs + "; give a time above 0");
        }
        long expiryMs = ttlMs > Long.MAX_VALUE - state.nowMs() ? Record.NO_EXPIRY : state.nowMs() + ttlMs;
        return putUntil(table, key, keyLength, value, valueLength, expiryMs);
    }

    private int putUntil(int table, long key, int keyLength, long value, int valueLength, long expiryMs) {
        requireWritable("put");
        return write(table, key, keyLength, value, valueLength, expiryMs);
    }

    /**
     * Writes a record, where that is allowed.
     *
     * @param expiryMs unix milliseconds, or {@link Record#NO_EXPIRY}
     */
    protected int write(int table, long key, int keyLength, long value, int valueLength, long expiryMs) {
        return checked(transaction().put(state.table(table), key, keyLength, value, valueLength, expiryMs));
    }

    public int delete(int table, long key, int keyLength) {
        requireWritable("delete");
        return checked(transaction().delete(state.table(table), key, keyLength));
    }

    /** Adds; {@link #sum} is then what it came to. */
    public int increment(int table, long key, int keyLength, long delta) {
        requireWritable("incr");
        return checked(transaction().increment(state.table(table), key, keyLength, delta));
    }

    /** What the last {@link #increment} that was OK came to. */
    public long sum() {
        return transaction().resultLong();
    }

    /** Writes a value if the one there is as expected, byte for byte; an expected length of -1 stands for no record. */
    public int compareAndSet(
            int table, long key, int keyLength, long expected, int expectedLength, long value, int valueLength) {
        requireWritable("cas");
        long record = find(table, key, keyLength);
        boolean isExpected = expectedLength == -1
                ? record == Record.NONE
                : record != Record.NONE
                        && Record.valueLength(record) == expectedLength
                        && NativeMemory.equal(Record.valueAddress(record), expected, expectedLength);
        return isExpected ? put(table, key, keyLength, value, valueLength) : StoreStatus.CONFLICT;
    }

    /** The handle of a table by name, or NOT_FOUND. */
    public int table(long name, int nameLength) {
        if (!canNameATable(nameLength)) {
            return StoreStatus.NOT_FOUND;
        }
        Table table = state.tenant().table(new String(NativeMemory.toArray(name, nameLength), StandardCharsets.UTF_8));
        return table == null ? StoreStatus.NOT_FOUND : state.handle(table);
    }

    static boolean canNameATable(int nameLength) {
        return nameLength >= 1 && nameLength <= TABLE_NAME_MAX;
    }

    /** The invocation's arguments, where they lie. */
    public Arguments arguments() {
        return state.arguments();
    }

    /** Appends to the reply. */
    public int reply(long address, long length) {
        state.reply().append(address, length);
        return StoreStatus.OK;
    }

    /** Adds a line to the tenant's log; what is longer than a line is cut. */
    public void log(long address, long length) {
        if (state.log().admits()) {
            int kept = (int) Math.min(length, LOG_LINE_MAX);
            state.log().add(new String(NativeMemory.toArray(address, kept), StandardCharsets.UTF_8));
        }
    }

    public long nowMs() {
        return state.nowMs();
    }

    private Transaction transaction() {
        return state.transaction();
    }

    /** Ends a call that may not write. */
    protected final void requireWritable(String what) {
        if (state.isReadOnly()) {
            throw new GuestTrap(
                    Reason.READ_ONLY,
                    what + " in a read-only invocation; deploy without readOnly, or call it for writing");
        }
    }

    /** What the guest can decide about is a status; what it cannot ends the call. */
    private static int checked(int status) {
        if (status == StoreStatus.OVER_QUOTA) {
            throw new GuestTrap(Reason.OVER_QUOTA, StoreStatus.describe(status));
        }
        if (status == StoreStatus.TRANSACTION_TOO_LARGE) {
            throw new GuestTrap(Reason.TRANSACTION_TOO_LARGE, StoreStatus.describe(status));
        }
        return status;
    }
}
