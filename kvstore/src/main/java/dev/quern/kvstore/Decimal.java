package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;

/** Signed 64-bit numbers as decimal text in memory, in the one form that Redis takes for numbers. */
final class Decimal {
    static final int LENGTH_MAX = 20;

    private static final int RADIX = 10;

    private Decimal() {}

    /** Whether the text is a number: digits without leading zeros or spaces, a minus before them if need be, within 64 bits. */
    static boolean isNumber(long address, int length) {
        if (length < 1 || length > LENGTH_MAX) {
            return false;
        }
        boolean negative = NativeMemory.getByte(address) == '-';
        int first = negative ? 1 : 0;
        if (first == length) {
            return false;
        }
        if (NativeMemory.getByte(address + first) == '0') {
            return length == 1;
        }
        // Counted downwards, as the negative range is one larger.
        long value = 0;
        for (int i = first; i < length; i++) {
            int digit = NativeMemory.getByte(address + i) - '0';
            if (digit < 0 || digit >= RADIX || value < (Long.MIN_VALUE + digit) / RADIX) {
                return false;
            }
            value = value * RADIX - digit;
        }
        return negative || value != Long.MIN_VALUE;
    }

    /** The number of a text for which {@link #isNumber} holds. */
    static long parse(long address, int length) {
        boolean negative = NativeMemory.getByte(address) == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < length; i++) {
            value = value * RADIX - (NativeMemory.getByte(address + i) - '0');
        }
        return negative ? value : -value;
    }

    /** Writes a number's text and returns its length, at most {@link #LENGTH_MAX}. */
    static int write(long value, long address) {
        int length = value < 0 ? 1 : 0;
        long rest = value;
        do {
            length++;
            rest /= RADIX;
        } while (rest != 0);
        rest = value;
        for (int i = length - 1; i >= (value < 0 ? 1 : 0); i--) {
            NativeMemory.putByte(address + i, (byte) ('0' + Math.abs(rest % RADIX)));
            rest /= RADIX;
        }
        if (value < 0) {
            NativeMemory.putByte(address, (byte) '-');
        }
        return length;
    }
}
