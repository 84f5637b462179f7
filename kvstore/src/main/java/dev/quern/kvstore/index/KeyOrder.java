package dev.quern.kvstore.index;

import dev.quern.ffi.linux.NativeMemory;

/** The order of keys: byte by byte, unsigned, and a key before those that it begins. Any thread. */
public final class KeyOrder {
    private KeyOrder() {}

    /** Below 0, 0 or above 0, as the first key is before, the same as or after the second. */
    public static int compare(long first, int firstLength, long second, int secondLength) {
        int common = Math.min(firstLength, secondLength);
        int position = 0;
        for (; position + Long.BYTES <= common; position += Long.BYTES) {
            long a = NativeMemory.getLong(first + position);
            long b = NativeMemory.getLong(second + position);
            if (a != b) {
                return Long.compareUnsigned(Long.reverseBytes(a), Long.reverseBytes(b));
            }
        }
        for (; position < common; position++) {
            int difference = Byte.toUnsignedInt(NativeMemory.getByte(first + position))
                    - Byte.toUnsignedInt(NativeMemory.getByte(second + position));
            if (difference != 0) {
                return difference;
            }
        }
        return firstLength - secondLength;
    }

    /** How many bytes two keys have in common at their beginnings. */
    public static int commonLength(long first, int firstLength, long second, int secondLength) {
        int common = Math.min(firstLength, secondLength);
        int position = 0;
        while (position + Long.BYTES <= common
                && NativeMemory.getLong(first + position) == NativeMemory.getLong(second + position)) {
            position += Long.BYTES;
        }
        while (position < common && NativeMemory.getByte(first + position) == NativeMemory.getByte(second + position)) {
            position++;
        }
        return position;
    }

    /**
     * Eight bytes of a key from {@code skip} on, zeros behind its end, as an unsigned number: what is before by this number is before
     * as a key; of what is the same by it nothing is known.
     */
    static long digits(long key, int length, int skip) {
        int left = length - skip;
        if (left >= Long.BYTES) {
            return Long.reverseBytes(NativeMemory.getLong(key + skip));
        }
        long digits = 0;
        for (int i = 0; i < left; i++) {
            digits |= Byte.toUnsignedLong(NativeMemory.getByte(key + skip + i)) << Long.SIZE - Byte.SIZE * (i + 1);
        }
        return digits;
    }
}
