package dev.quern.pushback;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.NativeCalls;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What calls of the store do where the store is at the other end of a wire. Thread: its worker's. */
final class RemoteCalls extends NativeCalls {
    private static final int TABLE_NAME_MAX = 64;
    private static final int DECIMAL_MAX = 20;
    private static final Pattern DECIMAL = Pattern.compile("0|-?[1-9][0-9]{0,18}");

    private final RunRecords records;
    private long sum;

    RemoteCalls(CallState state, RunRecords records) {
        super(state);
        this.records = records;
    }

    private Key key(int table, long address, int length) {
        return new Key(records.tables().placeOf(table), NativeMemory.toArray(address, length));
    }

    /** The status of a key and value that are out of bounds, else OK. */
    private static int check(int keyLength, int valueLength) {
        if (keyLength < Limits.KEY_BYTES_MIN) {
            return StoreStatus.BAD_KEY;
        }
        return keyLength > Limits.KEY_BYTES_MAX || valueLength < 0 || valueLength > Limits.VALUE_BYTES_MAX
                ? StoreStatus.TOO_LARGE
                : StoreStatus.OK;
    }

    @Override
    public long find(int table, long key, int keyLength) {
        // No record has such a key.
        return keyLength < Limits.KEY_BYTES_MIN || keyLength > Limits.KEY_BYTES_MAX
                ? Record.NONE
                : records.find(key(table, key, keyLength));
    }

    @Override
    protected int write(int table, long key, int keyLength, long value, int valueLength, long expiryMs) {
        int bad = check(keyLength, valueLength);
        if (bad == StoreStatus.OK) {
            Key named = key(table, key, keyLength);
            long record = records.space().record(named.bytes(), value, valueLength);
            records.write(named, new RunRecords.Write(record, expiryMs, false));
        }
        return bad;
    }

    @Override
    public int delete(int table, long key, int keyLength) {
        requireWritable("delete");
        int bad = check(keyLength, 0);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        Key named = key(table, key, keyLength);
        if (records.find(named) == Record.NONE) {
            return StoreStatus.NOT_FOUND;
        }
        records.write(named, new RunRecords.Write(Record.NONE, Record.NO_EXPIRY, false));
        return StoreStatus.OK;
    }

    @Override
    public int increment(int table, long key, int keyLength, long delta) {
        requireWritable("incr");
        int bad = check(keyLength, 0);
        if (bad != StoreStatus.OK) {
            return bad;
        }
        Key named = key(table, key, keyLength);
        long old = records.find(named);
        long number = 0;
        if (old != Record.NONE) {
            String text = Record.valueLength(old) > DECIMAL_MAX
                    ? ""
                    : new String(Record.value(old), StandardCharsets.ISO_8859_1);
            if (!DECIMAL.matcher(text).matches() || new BigInteger(text).bitLength() >= Long.SIZE) {
                return StoreStatus.NOT_A_NUMBER;
            }
            number = Long.parseLong(text);
        }
        long added = number + delta;
        if (((number ^ added) & (delta ^ added)) < 0) {
            return StoreStatus.OVERFLOW;
        }
        RunRecords.Write before = records.written(named);
        long record = records.space().record(named.bytes(), Long.toString(added).getBytes(StandardCharsets.ISO_8859_1));
        records.write(
                named,
                before == null || before.record() == Record.NONE
                        ? new RunRecords.Write(record, Record.NO_EXPIRY, before == null)
                        : new RunRecords.Write(record, before.expiryMs(), before.keepsExpiry()));
        sum = added;
        return StoreStatus.OK;
    }

    @Override
    public long sum() {
        return sum;
    }

    @Override
    public int table(long name, int nameLength) {
        if (nameLength < 1 || nameLength > TABLE_NAME_MAX) {
            return StoreStatus.NOT_FOUND;
        }
        Integer handle =
                records.tables().handle(new String(NativeMemory.toArray(name, nameLength), StandardCharsets.UTF_8));
        return handle == null ? StoreStatus.NOT_FOUND : handle;
    }
}
