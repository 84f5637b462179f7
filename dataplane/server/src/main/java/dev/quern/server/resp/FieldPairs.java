package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import java.util.Arrays;

/** Fields and the values that they are to get, by native address; reused. Thread: the core's. */
final class FieldPairs {
    private static final int USUAL = 64;

    private long[] fields = new long[USUAL];
    private int[] fieldLengths = new int[USUAL];
    private long[] values = new long[USUAL];
    private int[] valueLengths = new int[USUAL];
    private int count;

    FieldPairs clear() {
        count = 0;
        return this;
    }

    FieldPairs add(long field, int fieldLength, long value, int valueLength) {
        if (count == fields.length) {
            fields = Arrays.copyOf(fields, 2 * count);
            fieldLengths = Arrays.copyOf(fieldLengths, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
            valueLengths = Arrays.copyOf(valueLengths, 2 * count);
        }
        fields[count] = field;
        fieldLengths[count] = fieldLength;
        values[count] = value;
        valueLengths[count] = valueLength;
        count++;
        return this;
    }

    int count() {
        return count;
    }

    long field(int index) {
        return fields[index];
    }

    int fieldLength(int index) {
        return fieldLengths[index];
    }

    long value(int index) {
        return values[index];
    }

    int valueLength(int index) {
        return valueLengths[index];
    }

    /** The first pair of this field among the first so many, or below 0. */
    int first(int among, long field, int length) {
        for (int index = 0; index < among; index++) {
            if (is(index, field, length)) {
                return index;
            }
        }
        return -1;
    }

    /** The last pair of this field, whose value it gets; below 0 when there is none. */
    int last(long field, int length) {
        for (int index = count - 1; index >= 0; index--) {
            if (is(index, field, length)) {
                return index;
            }
        }
        return -1;
    }

    private boolean is(int index, long field, int length) {
        return fieldLengths[index] == length && NativeMemory.equal(fields[index], field, length);
    }
}
