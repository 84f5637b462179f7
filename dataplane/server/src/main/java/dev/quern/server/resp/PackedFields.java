package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;

/**
 * A walk over the fields of a hash that is kept in one record: behind the {@link StructureLayout} header, in the order in which they were
 * added, each as two LEB128 numbers, the lengths of field and value, and their bytes. Thread: one.
 */
final class PackedFields {
    private long at;
    private long end;
    private long field;
    private int fieldLength;
    private int valueLength;

    /** Begins before the first of a value of so many bytes. */
    PackedFields over(long value, int length) {
        at = value + StructureLayout.HEADER_BYTES;
        end = value + length;
        return this;
    }

    /** To the next field; false when there is none. */
    boolean next() {
        if (at >= end) {
            return false;
        }
        fieldLength = number();
        valueLength = number();
        field = at;
        at += fieldLength + valueLength;
        return true;
    }

    private int number() {
        int value = 0;
        int shift = 0;
        byte part;
        do {
            part = NativeMemory.getByte(at++);
            value |= (part & 0x7F) << shift;
            shift += 7;
        } while (part < 0);
        return value;
    }

    /** To this field; false when there is none. From before the first. */
    boolean find(long name, int length) {
        while (next()) {
            if (is(name, length)) {
                return true;
            }
        }
        return false;
    }

    boolean is(long name, int length) {
        return fieldLength == length && NativeMemory.equal(field, name, length);
    }

    long field() {
        return field;
    }

    int fieldLength() {
        return fieldLength;
    }

    long value() {
        return field + fieldLength;
    }

    int valueLength() {
        return valueLength;
    }
}
