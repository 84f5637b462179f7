package dev.quern.server.resp;

import dev.quern.kvstore.RangeCursor;
import dev.quern.kvstore.RangeQuery;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes one hash at a time: one that is kept in a single record, or, past {@link RespLimits#PACKED_FIELDS_MAX}, one whose fields
 * are elements, which needs a step of {@link Records}. What is written goes into the running step. Thread: the core's.
 */
final class Hash implements AutoCloseable {
    private final NativeBuffer building = new NativeBuffer();
    private final ElementKey key = new ElementKey();
    private final PackedFields fields = new PackedFields();
    private final RangeQuery query = new RangeQuery();
    private @Nullable RangeCursor cursor;
    private @Nullable RespConnection connection;
    private long record;
    private long field;
    private int fieldLength;
    private long value;
    private int valueLength;

    /** Takes a key's record, or that there is none. */
    void take(RespConnection its, long found) {
        connection = its;
        record = found;
    }

    private Records records() {
        return Objects.requireNonNull(connection).records();
    }

    /** Whether it is there and something else. */
    boolean isOther() {
        return record != Record.NONE
                && (!Record.isStructured(record) || StructureLayout.kind(record) == StructureLayout.SORTED_SET);
    }

    /** Whether its fields are elements, of which a step is needed to see one moment's. */
    boolean hasElements() {
        return record != Record.NONE
                && Record.isStructured(record)
                && StructureLayout.kind(record) == StructureLayout.HASH;
    }

    long count() {
        return record == Record.NONE ? 0 : StructureLayout.count(record);
    }

    private PackedFields packed() {
        return fields.over(Record.valueAddress(record), Record.valueLength(record));
    }

    /** Whether there is such a field; {@link #value} is its. */
    boolean find(long name, int length) {
        if (record == Record.NONE || length > RespLimits.MEMBER_BYTES_MAX) {
            return false;
        }
        if (hasElements()) {
            long element = records().findElement(key.named(StructureLayout.id(record), ElementKey.FIELD, name, length));
            return element != Record.NONE && show(element);
        }
        return packed().find(name, length) && show();
    }

    private boolean show() {
        field = fields.field();
        fieldLength = fields.fieldLength();
        value = fields.value();
        valueLength = fields.valueLength();
        return true;
    }

    private boolean show(long element) {
        field = Record.keyAddress(element) + ElementKey.NAME_OFFSET;
        fieldLength = Record.keyLength(element) - ElementKey.NAME_OFFSET;
        value = Record.valueAddress(element);
        valueLength = Record.valueLength(element);
        return true;
    }

    /** Before the first field. */
    void walk() {
        if (hasElements()) {
            ElementKey all = key.all(StructureLayout.id(record), ElementKey.FIELD);
            records().range(query.prefix(all.address(), all.length()), cursor());
        } else if (record != Record.NONE) {
            packed();
        }
    }

    private RangeCursor cursor() {
        RangeCursor its = cursor;
        if (its == null) {
            its = new RangeCursor(
                    Objects.requireNonNull(connection).core().core().storeCore());
            cursor = its;
        }
        return its;
    }

    /** To the next field; false when there is none. */
    boolean next() {
        if (record == Record.NONE) {
            return false;
        }
        if (!hasElements()) {
            return fields.next() && show();
        }
        long element = cursor().next();
        return element != Record.NONE && show(element);
    }

    /** Of the field found or walked to. */
    long field() {
        return field;
    }

    int fieldLength() {
        return fieldLength;
    }

    long value() {
        return value;
    }

    int valueLength() {
        return valueLength;
    }

    /** Gives fields their values: how many of them are new, or below 0 a {@link StoreStatus}. */
    long put(long name, int nameLength, FieldPairs pairs) {
        if (hasElements()) {
            return putElements(name, nameLength, StructureLayout.id(record), count(), pairs);
        }
        long before = count();
        if (before + pairs.count() <= RespLimits.PACKED_FIELDS_MAX) {
            long after = pack(pairs, before);
            if (building.length() <= RespLimits.PACKED_BYTES_MAX) {
                StructureLayout.write(building.address(), StructureLayout.PACKED_HASH, 0, after);
                int status = putRecord(name, nameLength, building.length());
                return status == StoreStatus.OK ? after - before : status;
            }
        }
        return unpack(name, nameLength, pairs);
    }

    /** Puts all of them together; returns how many fields these are. */
    private long pack(FieldPairs pairs, long before) {
        building.start(StructureLayout.HEADER_BYTES);
        long after = before;
        walk();
        while (next()) {
            int changed = pairs.last(field, fieldLength);
            if (changed < 0) {
                packOne(field, fieldLength, value, valueLength);
            } else {
                packOne(field, fieldLength, pairs.value(changed), pairs.valueLength(changed));
            }
        }
        for (int index = 0; index < pairs.count(); index++) {
            long added = pairs.field(index);
            int length = pairs.fieldLength(index);
            if (pairs.first(index, added, length) < 0 && !find(added, length)) {
                int last = pairs.last(added, length);
                packOne(added, length, pairs.value(last), pairs.valueLength(last));
                after++;
            }
        }
        return after;
    }

    private void packOne(long name, int nameLength, long its, int itsLength) {
        building.number(nameLength);
        building.number(itsLength);
        building.append(name, nameLength);
        building.append(its, itsLength);
    }

    private int putRecord(long name, int nameLength, int length) {
        long expiryMs = record == Record.NONE ? Record.NO_EXPIRY : Record.expiryMs(record);
        return records().putStructured(name, nameLength, building.address(), length, expiryMs);
    }

    /** Makes elements of what was kept in the record. */
    private long unpack(long name, int nameLength, FieldPairs pairs) {
        long id = Objects.requireNonNull(connection).tenant().structures().newId();
        walk();
        while (next()) {
            int status = records().putElement(key.named(id, ElementKey.FIELD, field, fieldLength), value, valueLength);
            if (status != StoreStatus.OK) {
                return status;
            }
        }
        return putElements(name, nameLength, id, count(), pairs);
    }

    private long putElements(long name, int nameLength, long id, long before, FieldPairs pairs) {
        long after = before;
        for (int index = 0; index < pairs.count(); index++) {
            key.named(id, ElementKey.FIELD, pairs.field(index), pairs.fieldLength(index));
            if (records().findElement(key) == Record.NONE) {
                after++;
            }
            int status = records().putElement(key, pairs.value(index), pairs.valueLength(index));
            if (status != StoreStatus.OK) {
                return status;
            }
        }
        int status = putHeader(name, nameLength, id, after);
        return status == StoreStatus.OK ? after - before : status;
    }

    private int putHeader(long name, int nameLength, long id, long count) {
        building.start(StructureLayout.HEADER_BYTES);
        StructureLayout.write(building.address(), StructureLayout.HASH, id, count);
        return putRecord(name, nameLength, building.length());
    }

    /** Takes the fields away that the pairs name, and the record with the last: how many there were, or below 0 a {@link StoreStatus}. */
    long remove(long name, int nameLength, FieldPairs pairs) {
        long before = count();
        long left = hasElements() ? removeElements(pairs) : packWithout(pairs);
        if (left < 0 || left == before) {
            return Math.min(left, 0);
        }
        int status;
        if (left == 0) {
            status = records().delete(name, nameLength);
        } else if (hasElements()) {
            status = putHeader(name, nameLength, StructureLayout.id(record), left);
        } else {
            StructureLayout.write(building.address(), StructureLayout.PACKED_HASH, 0, left);
            status = putRecord(name, nameLength, building.length());
        }
        return status == StoreStatus.OK ? before - left : status;
    }

    private long removeElements(FieldPairs pairs) {
        long left = count();
        for (int index = 0; index < pairs.count(); index++) {
            if (pairs.fieldLength(index) > RespLimits.MEMBER_BYTES_MAX) {
                continue;
            }
            int status = records()
                    .deleteElement(key.named(
                            StructureLayout.id(record),
                            ElementKey.FIELD,
                            pairs.field(index),
                            pairs.fieldLength(index)));
            if (status == StoreStatus.OK) {
                left--;
            } else if (status != StoreStatus.NOT_FOUND) {
                return status;
            }
        }
        return left;
    }

    private long packWithout(FieldPairs pairs) {
        building.start(StructureLayout.HEADER_BYTES);
        long left = 0;
        walk();
        while (next()) {
            if (pairs.last(field, fieldLength) < 0) {
                packOne(field, fieldLength, value, valueLength);
                left++;
            }
        }
        return left;
    }

    @Override
    public void close() {
        building.close();
        key.close();
    }
}
