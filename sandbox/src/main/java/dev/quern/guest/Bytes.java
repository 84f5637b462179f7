package dev.quern.guest;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.charset.StandardCharsets;

/** Some bytes outside of the Java heap, little-endian and unaligned. Who reads past their end gets an IndexOutOfBoundsException. */
public abstract sealed class Bytes permits View, Buffer {
    long address;
    int length;

    Bytes() {}

    /** How many there are. */
    public final int length() {
        return length;
    }

    /** Where they lie: for whoever runs functions. */
    public final long address() {
        return address;
    }

    /** The address of so many bytes, all of which are there. */
    final long at(int offset, int bytes) {
        if (offset < 0 || offset > length - bytes) {
            throw new IndexOutOfBoundsException(bytes + " bytes at " + offset + " of " + length);
        }
        return address + offset;
    }

    public final byte getByte(int offset) {
        return NativeMemory.getByte(at(offset, Byte.BYTES));
    }

    public final short getShort(int offset) {
        return NativeMemory.getShort(at(offset, Short.BYTES));
    }

    public final int getInt(int offset) {
        return NativeMemory.getInt(at(offset, Integer.BYTES));
    }

    public final long getLong(int offset) {
        return NativeMemory.getLong(at(offset, Long.BYTES));
    }

    public final float getFloat(int offset) {
        return Float.intBitsToFloat(getInt(offset));
    }

    public final double getDouble(int offset) {
        return Double.longBitsToDouble(getLong(offset));
    }

    /** A copy on the heap. */
    public final byte[] toArray() {
        return NativeMemory.toArray(address, length);
    }

    /** As text in UTF-8. */
    public final String text() {
        return new String(toArray(), StandardCharsets.UTF_8);
    }

    /** Whether it is decimal text of a whole number of 64 bits, in at most 19 digits. */
    public final boolean isDecimal() {
        int at = length > 0 && getByte(0) == '-' ? 1 : 0;
        if (at == length || length - at > 19) {
            return false;
        }
        long limit = at == 1 ? Long.MIN_VALUE : Long.MAX_VALUE;
        long sum = 0;
        for (int i = at; i < length; i++) {
            int digit = getByte(i) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(sum, Long.divideUnsigned(limit - digit, 10)) > 0) {
                return false;
            }
            sum = sum * 10 + digit;
        }
        return true;
    }

    /** The number that {@link #isDecimal decimal} text says. */
    public final long decimal() {
        if (!isDecimal()) {
            throw new NumberFormatException("no decimal text of a number of 64 bits");
        }
        int at = getByte(0) == '-' ? 1 : 0;
        long sum = 0;
        for (int i = at; i < length; i++) {
            sum = sum * 10 + (getByte(i) - '0');
        }
        return at == 1 ? -sum : sum;
    }

    /** Whether both hold the same bytes. */
    public final boolean holds(Bytes other) {
        return length == other.length && NativeMemory.equal(address, other.address, length);
    }
}
