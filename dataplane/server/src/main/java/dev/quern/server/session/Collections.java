package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.RangeCursor;
import dev.quern.kvstore.RangeQuery;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.RecordVisitor;
import dev.quern.kvstore.StoreException;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.WhenFull;
import dev.quern.protocol.MultiGetEntryLayout;
import dev.quern.protocol.MultiGetLayout;
import dev.quern.protocol.MultiGetReplyLayout;
import dev.quern.protocol.RangeLayout;
import dev.quern.protocol.ScanEntryLayout;
import dev.quern.protocol.ScanLayout;
import dev.quern.protocol.ScanReplyLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.TableOpenLayout;
import dev.quern.protocol.TableOpenReplyLayout;
import dev.quern.protocol.Wire;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Requests whose replies are of many records, and those about tables and counters. Thread: the core's, inside the store's epoch. */
final class Collections implements AutoCloseable {
    private final Core core;
    private final Reply reply;
    private final BodyBuffer buffer = new BodyBuffer();
    private final RecordVisitor scanned = this::addScanned;
    private final RangeQuery query = new RangeQuery();
    private final RangeCursor rangeCursor;
    private int scannedCount;
    private boolean scannedValues;
    private boolean scannedTooLong;

    Collections(Core core, Reply reply) {
        this.core = core;
        this.reply = reply;
        rangeCursor = new RangeCursor(core.storeCore());
    }

    void multiGet(Table table, long body) {
        buffer.clear();
        int count = MultiGetLayout.count(NativeMemory.ALL, body);
        MultiGetReplyLayout.write(NativeMemory.ALL, buffer.append(MultiGetReplyLayout.BYTES_MIN), count);
        long at = body + MultiGetLayout.KEYS_OFFSET;
        for (int i = 0; i < count; i++) {
            int keyLength = Wire.getUnsignedShort(NativeMemory.ALL, at);
            long record = table.find(core.storeCore(), at + Short.BYTES, keyLength);
            if (!addValue(record)) {
                reply.status(Status.REPLY_TOO_LARGE);
                return;
            }
            at += Short.BYTES + keyLength;
        }
        reply.body(Status.OK, buffer.address(), buffer.length());
    }

    /** As {@link #multiGet} where the values are short together; else false, and nothing was done. */
    boolean multiGetShort(Table table, long body) {
        int count = MultiGetLayout.count(NativeMemory.ALL, body);
        long bytes = 0;
        long at = body + MultiGetLayout.KEYS_OFFSET;
        for (int i = 0; i < count; i++) {
            int keyLength = Wire.getUnsignedShort(NativeMemory.ALL, at);
            long record = table.find(core.storeCore(), at + Short.BYTES, keyLength);
            bytes += record == Record.NONE ? 0 : Record.valueLength(record);
            at += Short.BYTES + keyLength;
        }
        boolean isShort = bytes <= SessionLimits.SHORT_REPLY_BYTES_MAX;
        if (isShort) {
            multiGet(table, body);
        }
        return isShort;
    }

    private boolean addValue(long record) {
        int valueLength = record == Record.NONE ? MultiGetEntryLayout.ABSENT : Record.valueLength(record);
        int bytes = Math.max(0, valueLength);
        long entry = buffer.append(MultiGetEntryLayout.BYTES_MIN + bytes);
        if (entry == 0) {
            return false;
        }
        MultiGetEntryLayout.write(
                NativeMemory.ALL, entry, record == Record.NONE ? 0 : Record.version(record), valueLength);
        if (bytes > 0) {
            NativeMemory.copy(Record.valueAddress(record), entry + MultiGetEntryLayout.VALUE_OFFSET, bytes);
        }
        return true;
    }

    /** Asks the store in small steps, so as to stop when the reply is long enough: recordsMax may name more than is good to send. */
    void scan(Table table, long body) {
        buffer.clear();
        long ignored = buffer.append(ScanReplyLayout.BYTES_MIN);
        scannedCount = 0;
        scannedTooLong = false;
        scannedValues = (ScanLayout.flags(NativeMemory.ALL, body) & ScanLayout.FLAG_VALUES) != 0;
        int recordsLeft = ScanLayout.recordsMax(NativeMemory.ALL, body);
        long cursor = ScanLayout.cursor(NativeMemory.ALL, body);
        do {
            int step = Math.min(recordsLeft, SessionLimits.SCAN_STEP_RECORDS);
            cursor = table.scan(core.storeCore(), cursor, step, scanned);
            recordsLeft -= step;
        } while (cursor != 0 && recordsLeft > 0 && buffer.length() < SessionLimits.SCAN_REPLY_BYTES);
        if (scannedTooLong) {
            reply.status(Status.REPLY_TOO_LARGE);
            return;
        }
        ScanReplyLayout.write(NativeMemory.ALL, buffer.address(), cursor, scannedCount);
        reply.body(Status.OK, buffer.address(), buffer.length());
    }

    private void addScanned(long record) {
        int keyLength = Record.keyLength(record);
        int valueLength = scannedValues ? Record.valueLength(record) : ScanEntryLayout.NOT_SENT;
        if (!buffer.fits((long) ScanEntryLayout.BYTES_MIN + keyLength + Math.max(0, valueLength))) {
            // One store step met several values of the greatest length: this one has to be asked for by itself.
            valueLength = ScanEntryLayout.NOT_SENT;
        }
        int valueBytes = Math.max(0, valueLength);
        long entry = buffer.append(ScanEntryLayout.BYTES_MIN + keyLength + valueBytes);
        if (entry == 0) {
            scannedTooLong = true;
            return;
        }
        ScanEntryLayout.write(NativeMemory.ALL, entry, keyLength, valueLength);
        long key = entry + ScanEntryLayout.KEY_OFFSET;
        NativeMemory.copy(Record.keyAddress(record), key, keyLength);
        NativeMemory.copy(Record.valueAddress(record), key + keyLength, valueBytes);
        scannedCount++;
    }

    /** A part of an ordered table's range, as long as is good to send. */
    void range(Table table, long body) {
        if (table.config().kind() != TableKind.ORDERED) {
            reply.error(Status.BAD_REQUEST, "table " + table.name() + " is a hash table: ranges need an ordered one");
            return;
        }
        int flags = RangeLayout.flags(NativeMemory.ALL, body);
        readQuery(body, flags);
        buffer.clear();
        long ignored = buffer.append(ScanReplyLayout.BYTES_MIN);
        scannedCount = 0;
        scannedTooLong = false;
        scannedValues = (flags & RangeLayout.FLAG_VALUES) != 0;
        int recordsMax = RangeLayout.recordsMax(NativeMemory.ALL, body);
        rangeCursor.open(table, query);
        long record = rangeCursor.next();
        while (record != Record.NONE && scannedCount < recordsMax && isWorthAdding(record)) {
            addScanned(record);
            record = rangeCursor.next();
        }
        ScanReplyLayout.write(NativeMemory.ALL, buffer.address(), record == Record.NONE ? 0 : 1, scannedCount);
        reply.body(Status.OK, buffer.address(), buffer.length());
    }

    /** Whether the reply is not long enough, and has room for this record; the first one goes in any case. */
    private boolean isWorthAdding(long record) {
        return scannedCount == 0
                || buffer.length() < SessionLimits.SCAN_REPLY_BYTES
                        && buffer.fits((long) ScanEntryLayout.BYTES_MIN
                                + Record.keyLength(record)
                                + (scannedValues ? Record.valueLength(record) : 0));
    }

    private void readQuery(long body, int flags) {
        int lowLength = RangeLayout.lowLength(NativeMemory.ALL, body);
        int highLength = RangeLayout.highLength(NativeMemory.ALL, body);
        long low = body + RangeLayout.KEYS_OFFSET;
        query.all().backwards((flags & RangeLayout.FLAG_BACKWARDS) != 0);
        if (lowLength > 0) {
            query.low(low, lowLength, (flags & RangeLayout.FLAG_LOW_INCLUDED) != 0);
        }
        if (highLength > 0) {
            query.high(low + lowLength, highLength, (flags & RangeLayout.FLAG_HIGH_INCLUDED) != 0);
        }
    }

    void tableOpen(Tenant tenant, long body, int length) {
        String name =
                Wire.text(NativeMemory.ALL, body + TableOpenLayout.NAME_OFFSET, length - TableOpenLayout.NAME_OFFSET);
        Table table = tenant.table(name);
        int flags = TableOpenLayout.flags(NativeMemory.ALL, body);
        if (table == null) {
            if ((flags & TableOpenLayout.FLAG_CREATE) == 0) {
                reply.error(Status.UNKNOWN_TABLE, "no table is named " + name + ": open it with the create flag");
                return;
            }
            try {
                table = create(tenant, name, flags);
            } catch (StoreException refused) {
                reply.error(Status.BAD_REQUEST, String.valueOf(refused.getMessage()));
                return;
            }
        }
        String other = difference(table.config(), flags);
        if (other != null) {
            reply.error(Status.BAD_REQUEST, "table " + name + " is there and " + other + ": choose another name");
            return;
        }
        TableOpenReplyLayout.write(NativeMemory.ALL, reply.begin(Status.OK, TableOpenReplyLayout.BYTES), table.id());
        reply.end();
    }

    /** What a table is that the flags do not ask for; null when it is what they ask. */
    private static @Nullable String difference(TableConfig config, int flags) {
        if ((flags & TableOpenLayout.FLAG_ORDERED) != 0 && config.kind() != TableKind.ORDERED) {
            return "is a hash table";
        }
        return (flags & TableOpenLayout.FLAG_EVICTING) != 0 && config.whenFull() != WhenFull.EVICT
                ? "does not evict"
                : null;
    }

    private static Table create(Tenant tenant, String name, int flags) {
        try {
            return tenant.createTable(
                    name,
                    new TableConfig(
                            (flags & TableOpenLayout.FLAG_ORDERED) != 0 ? TableKind.ORDERED : TableKind.HASH,
                            (flags & TableOpenLayout.FLAG_EVICTING) != 0 ? WhenFull.EVICT : WhenFull.REFUSE));
        } catch (StoreException refused) {
            // Another core may have created it a moment ago.
            Table there = tenant.table(name);
            if (there == null) {
                throw refused;
            }
            return there;
        }
    }

    void stats(Tenant tenant) {
        StringBuilder text = new StringBuilder();
        text.append("cores ").append(core.count()).append('\n');
        text.append("tenant ").append(tenant.name()).append('\n');
        text.append("tenant_records ").append(tenant.recordCount()).append('\n');
        text.append("tenant_live_bytes ").append(tenant.liveBytes()).append('\n');
        text.append("tenant_charged_bytes ").append(tenant.chargedBytes()).append('\n');
        text.append("tenant_resident_bytes ").append(tenant.residentBytes()).append('\n');
        text.append("tenant_quota_bytes ").append(tenant.quotaBytes()).append('\n');
        for (Counter counter : Counter.values()) {
            text.append(counter.label())
                    .append(' ')
                    .append(core.totals().get(counter))
                    .append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        buffer.clear();
        NativeMemory.copyFromArray(bytes, 0, buffer.append(bytes.length), bytes.length);
        reply.body(Status.OK, buffer.address(), buffer.length());
    }

    @Override
    public void close() {
        buffer.close();
    }
}
