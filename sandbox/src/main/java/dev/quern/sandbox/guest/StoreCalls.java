package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Transaction;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the intrinsics do, for whichever runtime calls them. One per core; what it works on is set for each invocation. Addresses and
 * lengths come from the guest and are believed in nothing. Thread: the core's.
 */
public final class StoreCalls {
    private static final int TABLE_NAME_MAX = 64;
    static final int LOG_LINE_MAX = 1024;

    /** What moves so many bytes takes some ten microseconds: time to look. */
    private static final int LOOK_BYTES = 64 << 10;

    private final CallState state;
    private final RangeCalls ranges;
    private final WasiCalls wasi;
    private final Pace pace;
    private @Nullable GuestTrap trap;

    /** @param pace told of the guest's ticks */
    public StoreCalls(CallState state, Pace pace) {
        this.state = state;
        this.pace = pace;
        ranges = new RangeCalls(state);
        wasi = new WasiCalls(state);
    }

    /** The guest ticks, between two of its instructions; now and then it stands still for a while, or ends. */
    public void tick() {
        pace.tick();
    }

    /** As {@link #tick}, when it is known to be time. */
    public void look() {
        pace.look();
    }

    /** An intrinsic did more than a few instructions do. At its end, as what it found is still there after others went first. */
    private void spent(long bytes) {
        if (bytes >= LOOK_BYTES) {
            pace.look();
        } else {
            pace.tick();
        }
    }

    /** The intrinsics that walk over ranges. */
    public RangeCalls ranges() {
        return ranges;
    }

    /** What modules made for WASI import. */
    public WasiCalls wasi() {
        return wasi;
    }

    /** The record's value: its length in the upper half, its address in the lower; or a status below 0. */
    public long get(WindowedMemory memory, int table, int key, int keyLength) {
        long keyAddress = memory.readable(Integer.toUnsignedLong(key), Integer.toUnsignedLong(keyLength));
        long record = transaction().find(state.table(table), keyAddress, keyLength);
        if (record == Record.NONE) {
            return StoreStatus.NOT_FOUND;
        }
        int length = Record.valueLength(record);
        long address = memory.toGuest(state.attempts(), Record.valueAddress(record), length, state.addressMax());
        if (address < WindowedMemory.WINDOW_START) {
            spent(length); // It had to be copied.
        }
        return (long) length << Integer.SIZE | address;
    }

    public int put(WindowedMemory memory, int table, int key, int keyLength, int value, int valueLength) {
        return putUntil(memory, table, key, keyLength, value, valueLength, Record.NO_EXPIRY);
    }

    public int putTtl(
            WindowedMemory memory, int table, int key, int keyLength, int value, int valueLength, long ttlMs) {
        if (ttlMs <= 0) {
            throw new GuestTrap(Reason.TRAP, "put_ttl with ttl_ms=" + ttlMs + "; give a time above 0");
        }
        long expiryMs = ttlMs > Long.MAX_VALUE - state.nowMs() ? Record.NO_EXPIRY : state.nowMs() + ttlMs;
        return putUntil(memory, table, key, keyLength, value, valueLength, expiryMs);
    }

    private int putUntil(
            WindowedMemory memory, int table, int key, int keyLength, int value, int valueLength, long expiryMs) {
        requireWritable("put");
        long keyAddress = memory.readable(Integer.toUnsignedLong(key), Integer.toUnsignedLong(keyLength));
        long valueAddress = memory.readable(Integer.toUnsignedLong(value), Integer.toUnsignedLong(valueLength));
        int status = checked(
                transaction().put(state.table(table), keyAddress, keyLength, valueAddress, valueLength, expiryMs));
        spent(valueLength);
        return status;
    }

    public int delete(WindowedMemory memory, int table, int key, int keyLength) {
        requireWritable("delete");
        long keyAddress = memory.readable(Integer.toUnsignedLong(key), Integer.toUnsignedLong(keyLength));
        return checked(transaction().delete(state.table(table), keyAddress, keyLength));
    }

    public int increment(WindowedMemory memory, int table, int key, int keyLength, long delta, int result) {
        requireWritable("incr");
        long keyAddress = memory.readable(Integer.toUnsignedLong(key), Integer.toUnsignedLong(keyLength));
        long resultAddress = memory.writable(Integer.toUnsignedLong(result), Long.BYTES);
        int status = checked(transaction().increment(state.table(table), keyAddress, keyLength, delta));
        if (status == StoreStatus.OK) {
            NativeMemory.putLong(resultAddress, transaction().resultLong());
        }
        return status;
    }

    /** Writes a value if the one there is as expected, byte for byte; an expected length of -1 stands for no record. */
    public int compareAndSet(
            WindowedMemory memory,
            int table,
            int key,
            int keyLength,
            int expected,
            int expectedLength,
            int value,
            int valueLength) {
        requireWritable("cas");
        long keyAddress = memory.readable(Integer.toUnsignedLong(key), Integer.toUnsignedLong(keyLength));
        long record = transaction().find(state.table(table), keyAddress, keyLength);
        spent(expectedLength);
        if (expectedLength == -1 ? record != Record.NONE : !holds(memory, record, expected, expectedLength)) {
            return StoreStatus.CONFLICT;
        }
        return put(memory, table, key, keyLength, value, valueLength);
    }

    private static boolean holds(WindowedMemory memory, long record, int expected, int expectedLength) {
        long address = memory.readable(Integer.toUnsignedLong(expected), Integer.toUnsignedLong(expectedLength));
        return record != Record.NONE
                && Record.valueLength(record) == expectedLength
                && NativeMemory.equal(Record.valueAddress(record), address, expectedLength);
    }

    /** The handle of a table by name, or NOT_FOUND. */
    public int table(WindowedMemory memory, int name, int nameLength) {
        if (nameLength < 1 || nameLength > TABLE_NAME_MAX) {
            return StoreStatus.NOT_FOUND;
        }
        long address = memory.readable(Integer.toUnsignedLong(name), nameLength);
        Table table =
                state.tenant().table(new String(NativeMemory.toArray(address, nameLength), StandardCharsets.UTF_8));
        return table == null ? StoreStatus.NOT_FOUND : state.handle(table);
    }

    public int argumentCount() {
        return state.arguments().count();
    }

    /** The length of an argument, or NOT_FOUND. */
    public int argumentLength(int index) {
        return state.arguments().length(index);
    }

    /** Copies an argument, or as much of it as there is room for; returns its full length, or NOT_FOUND. */
    public int argument(WindowedMemory memory, int index, int target, int capacity) {
        int length = state.arguments().length(index);
        if (length > 0) {
            int copied = Math.min(length, Math.max(0, capacity));
            long address = memory.writable(Integer.toUnsignedLong(target), copied);
            NativeMemory.copy(state.arguments().address(index), address, copied);
            spent(copied);
        }
        return length;
    }

    /** Appends to the reply, from private memory or from a record. */
    public int reply(WindowedMemory memory, int address, int length) {
        state.reply()
                .append(
                        memory.readable(Integer.toUnsignedLong(address), Integer.toUnsignedLong(length)),
                        Integer.toUnsignedLong(length));
        spent(Integer.toUnsignedLong(length));
        return StoreStatus.OK;
    }

    public void log(WindowedMemory memory, int address, int length) {
        long from = memory.readable(Integer.toUnsignedLong(address), Integer.toUnsignedLong(length));
        int kept = (int) Math.min(Integer.toUnsignedLong(length), LOG_LINE_MAX);
        state.log(new String(NativeMemory.toArray(from, kept), StandardCharsets.UTF_8));
        spent(kept);
    }

    public long nowMs() {
        return state.nowMs();
    }

    /** For a runtime whose frames unwind by exceptions of its own: keeps what ended the call until {@link #takeTrap}. */
    public void keepTrap(GuestTrap ended) {
        trap = ended;
    }

    /** What ended the call, once, or null when it was the guest itself. */
    public @Nullable GuestTrap takeTrap() {
        GuestTrap kept = trap;
        trap = null;
        return kept;
    }

    private Transaction transaction() {
        return state.transaction();
    }

    private void requireWritable(String what) {
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
