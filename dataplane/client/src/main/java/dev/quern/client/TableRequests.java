package dev.quern.client;

import dev.quern.protocol.CompareAndSetLayout;
import dev.quern.protocol.ExpireLayout;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MultiGetLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.RangeLayout;
import dev.quern.protocol.ScanEntryLayout;
import dev.quern.protocol.ScanLayout;
import dev.quern.protocol.ScanReplyLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.TableOpenLayout;
import dev.quern.protocol.TableOpenReplyLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the requests on records and tables: what goes out, and what the answers mean. */
final class TableRequests {
    private TableRequests() {}

    static Request<Integer> open(TableHandle table, long timeoutNs) {
        byte[] name = table.name().getBytes(StandardCharsets.UTF_8);
        require(
                name.length >= 1 && name.length <= Limits.TABLE_NAME_BYTES_MAX,
                "a table's name has 1 to " + Limits.TABLE_NAME_BYTES_MAX + " bytes: " + table.name());
        Request<Integer> request = new Request<>(
                Opcode.TABLE_OPEN,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                TableOpenLayout.NAME_OFFSET + name.length,
                (memory, body) -> {
                    TableOpenLayout.write(memory, body, table.options().flags());
                    Wire.putBytes(memory, body + TableOpenLayout.NAME_OFFSET, name);
                },
                reply -> {
                    if (!reply.ok()) {
                        table.reopened(TableHandle.ID_UNKNOWN);
                        throw reply.exception("open table " + table.name());
                    }
                    int id = TableOpenReplyLayout.table(reply.memory(), reply.body());
                    table.reopened(id);
                    return id;
                });
        return request;
    }

    static Request<@Nullable Value> get(TableHandle table, byte[] key, long timeoutNs) {
        return new Request<>(
                Opcode.GET,
                true,
                table,
                hash(key),
                timeoutNs,
                checkKey(key).length,
                keyAlone(key),
                reply -> found(reply) ? new Value(reply.version(), reply.value()) : null);
    }

    static Request<Boolean> delete(TableHandle table, byte[] key, long timeoutNs) {
        return new Request<>(
                Opcode.DELETE,
                false,
                table,
                hash(key),
                timeoutNs,
                checkKey(key).length,
                keyAlone(key),
                TableRequests::found);
    }

    static Request<Long> timeToLive(TableHandle table, byte[] key, long timeoutNs) {
        return new Request<>(
                Opcode.TIME_TO_LIVE,
                true,
                table,
                hash(key),
                timeoutNs,
                checkKey(key).length,
                keyAlone(key),
                reply -> found(reply) ? reply.number() : ClientTable.TTL_NO_RECORD);
    }

    static Request<Long> put(TableHandle table, byte[] key, byte[] value, long ttlMs, int conditions, long timeoutNs) {
        checkValue(value);
        return new Request<>(
                Opcode.PUT,
                false,
                table,
                hash(key),
                timeoutNs,
                PutLayout.bytes(checkKey(key).length, value.length),
                (memory, body) -> {
                    PutLayout.write(memory, body, ttlMs, key.length, conditions);
                    Wire.putBytes(memory, Wire.putBytes(memory, body + PutLayout.KEY_OFFSET, key), value);
                },
                reply -> {
                    if (reply.ok()) {
                        return reply.version();
                    }
                    if (reply.status() == Status.EXISTS || reply.status() == Status.NOT_FOUND) {
                        return ClientTable.NOT_WRITTEN;
                    }
                    throw reply.exception("put");
                });
    }

    static Request<Long> compareAndSet(
            TableHandle table, byte[] key, long expectedVersion, byte[] value, long ttlMs, long timeoutNs) {
        checkValue(value);
        return new Request<>(
                Opcode.COMPARE_AND_SET,
                false,
                table,
                hash(key),
                timeoutNs,
                CompareAndSetLayout.bytes(checkKey(key).length, value.length),
                (memory, body) -> {
                    CompareAndSetLayout.write(memory, body, expectedVersion, ttlMs, key.length);
                    Wire.putBytes(memory, Wire.putBytes(memory, body + CompareAndSetLayout.KEY_OFFSET, key), value);
                },
                reply -> switch (reply.status()) {
                    case Status.OK -> reply.version();
                    case Status.CONFLICT, Status.EXISTS, Status.NOT_FOUND -> ClientTable.NOT_WRITTEN;
                    default -> throw reply.exception("compare and set");
                });
    }

    static Request<Long> increment(TableHandle table, byte[] key, long delta, long timeoutNs) {
        return new Request<>(
                Opcode.INCREMENT,
                false,
                table,
                hash(key),
                timeoutNs,
                IncrementLayout.KEY_OFFSET + checkKey(key).length,
                (memory, body) -> {
                    IncrementLayout.write(memory, body, delta);
                    Wire.putBytes(memory, body + IncrementLayout.KEY_OFFSET, key);
                },
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("increment");
                    }
                    return reply.number();
                });
    }

    static Request<Boolean> expire(TableHandle table, byte[] key, long ttlMs, long timeoutNs) {
        return new Request<>(
                Opcode.EXPIRE,
                false,
                table,
                hash(key),
                timeoutNs,
                ExpireLayout.KEY_OFFSET + checkKey(key).length,
                (memory, body) -> {
                    ExpireLayout.write(memory, body, ttlMs);
                    Wire.putBytes(memory, body + ExpireLayout.KEY_OFFSET, key);
                },
                TableRequests::found);
    }

    static Request<List<@Nullable Value>> multiGet(TableHandle table, List<byte[]> keys, long timeoutNs) {
        require(
                keys.size() <= Limits.MULTI_GET_KEYS_MAX,
                "at most " + Limits.MULTI_GET_KEYS_MAX + " keys in one request, not " + keys.size());
        int length = MultiGetLayout.KEYS_OFFSET;
        for (byte[] key : keys) {
            length += Short.BYTES + checkKey(key).length;
        }
        return new Request<>(
                Opcode.MULTI_GET,
                true,
                table,
                keys.isEmpty() ? Request.ROUTE_ANY : hash(keys.getFirst()),
                timeoutNs,
                length,
                (memory, body) -> {
                    MultiGetLayout.write(memory, body, keys.size());
                    long at = body + MultiGetLayout.KEYS_OFFSET;
                    for (byte[] key : keys) {
                        Wire.putShort(memory, at, key.length);
                        at = Wire.putBytes(memory, at + Short.BYTES, key);
                    }
                },
                TableRequests::values);
    }

    private static List<@Nullable Value> values(Reply reply) {
        if (!reply.ok()) {
            throw reply.exception("multi get");
        }
        List<@Nullable Value> values = new ArrayList<>();
        int ignored = reply.values((index, version, memory, offset, length) -> values.add(
                length == ValueVisitor.ABSENT ? null : new Value(version, Wire.bytes(memory, offset, length))));
        return values;
    }

    static Request<ScanPage> scan(TableHandle table, long cursor, int recordsMax, boolean withValues, long timeoutNs) {
        require(
                recordsMax >= 1 && recordsMax <= Limits.SCAN_RECORDS_MAX,
                "a scan's step is 1 to " + Limits.SCAN_RECORDS_MAX + " records, not " + recordsMax);
        return new Request<>(
                Opcode.SCAN,
                true,
                table,
                Request.ROUTE_ANY,
                timeoutNs,
                ScanLayout.BYTES,
                (memory, body) ->
                        ScanLayout.write(memory, body, cursor, recordsMax, withValues ? ScanLayout.FLAG_VALUES : 0),
                TableRequests::page);
    }

    static Request<RangePage> range(
            TableHandle table, KeyRange range, int recordsMax, boolean withValues, long timeoutNs) {
        require(
                recordsMax >= 1 && recordsMax <= Limits.SCAN_RECORDS_MAX,
                "a range's step is 1 to " + Limits.SCAN_RECORDS_MAX + " records, not " + recordsMax);
        byte[] low = range.low();
        byte[] high = range.high();
        int flags = (withValues ? RangeLayout.FLAG_VALUES : 0)
                | (range.isBackwards() ? RangeLayout.FLAG_BACKWARDS : 0)
                | (range.isLowIncluded() ? RangeLayout.FLAG_LOW_INCLUDED : 0)
                | (range.isHighIncluded() ? RangeLayout.FLAG_HIGH_INCLUDED : 0);
        return new Request<>(
                Opcode.RANGE,
                true,
                table,
                Request.ROUTE_ANY,
                timeoutNs,
                RangeLayout.KEYS_OFFSET + low.length + high.length,
                (memory, body) -> {
                    RangeLayout.write(memory, body, recordsMax, flags, low.length, high.length);
                    Wire.putBytes(memory, Wire.putBytes(memory, body + RangeLayout.KEYS_OFFSET, low), high);
                },
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("range");
                    }
                    List<ScanPage.Entry> entries = entries(reply);
                    boolean isLast = entries.isEmpty() || ScanReplyLayout.cursor(reply.memory(), reply.body()) == 0;
                    return new RangePage(
                            entries,
                            isLast ? null : range.rest(entries.getLast().key()));
                });
    }

    private static ScanPage page(Reply reply) {
        if (!reply.ok()) {
            throw reply.exception("scan");
        }
        return new ScanPage(ScanReplyLayout.cursor(reply.memory(), reply.body()), entries(reply));
    }

    private static List<ScanPage.Entry> entries(Reply reply) {
        MemorySegment memory = reply.memory();
        int count = ScanReplyLayout.count(memory, reply.body());
        List<ScanPage.Entry> entries = new ArrayList<>();
        long at = reply.body() + ScanReplyLayout.ENTRIES_OFFSET;
        for (int i = 0; i < count; i++) {
            int keyLength = ScanEntryLayout.keyLength(memory, at);
            int valueLength = ScanEntryLayout.valueLength(memory, at);
            long key = at + ScanEntryLayout.KEY_OFFSET;
            at = key + keyLength + Math.max(valueLength, 0);
            entries.add(new ScanPage.Entry(
                    Wire.bytes(memory, key, keyLength),
                    valueLength == ScanEntryLayout.NOT_SENT ? null : Wire.bytes(memory, key + keyLength, valueLength)));
        }
        return List.copyOf(entries);
    }

    private static boolean found(Reply reply) {
        return switch (reply.status()) {
            case Status.OK -> true;
            case Status.NOT_FOUND -> false;
            default -> throw reply.exception(Opcode.name(reply.opcode()));
        };
    }

    private static Request.Encoder keyAlone(byte[] key) {
        return (memory, body) -> Wire.putBytes(memory, body, key);
    }

    static byte[] checkKey(byte[] key) {
        require(
                key.length >= 1 && key.length <= Limits.KEY_BYTES_MAX,
                "keys are 1 to " + Limits.KEY_BYTES_MAX + " bytes long, not " + key.length);
        return key;
    }

    static void checkValue(byte[] value) {
        require(
                value.length <= Limits.VALUE_BYTES_MAX,
                "values are at most " + Limits.VALUE_BYTES_MAX + " bytes long, not " + value.length);
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new QuernException.BadRequest(message, Status.BAD_REQUEST);
        }
    }

    static int hash(byte[] key) {
        return hash(key, 0, key.length);
    }

    /** Spreads keys over cores; never {@link Request#ROUTE_ANY}. Which core serves a key is for speed only: all see all records. */
    static int hash(byte[] key, int offset, int length) {
        int hash = length;
        for (int i = offset; i < offset + length; i++) {
            hash = hash * 31 + key[i];
        }
        hash *= 0x9E3779B9;
        return (hash ^ (hash >>> 16)) & Integer.MAX_VALUE;
    }
}
