package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;

/** Letters and decimals as bytes in native memory. Allocates nothing; safe on any thread. */
final class Ascii {
    /** The digits and sign of the longest 64-bit decimal. */
    static final int LONG_DIGITS_MAX = 20;

    private Ascii() {}

    static int upper(byte letter) {
        return letter >= 'a' && letter <= 'z' ? letter - ('a' - 'A') : letter & 0xFF;
    }

    /** Redis's string2ll: an optional minus, no leading zero but "0" itself, within 64 bits. */
    static boolean isLong(long address, int length) {
        if (length <= 0 || length > LONG_DIGITS_MAX) {
            return false;
        }
        boolean negative = NativeMemory.getByte(address) == '-';
        int position = negative ? 1 : 0;
        if (position == length) {
            return false;
        }
        byte first = NativeMemory.getByte(address + position);
        if (first == '0') {
            return length == 1;
        }
        long value = 0;
        for (; position < length; position++) {
            int digit = NativeMemory.getByte(address + position) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            // Counts below zero, where there is room for the one value that has no positive twin.
            if (value < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            value = value * 10 - digit;
        }
        return negative || value != Long.MIN_VALUE;
    }

    /** The value of what {@link #isLong} accepted. */
    static long parseLong(long address, int length) {
        boolean negative = NativeMemory.getByte(address) == '-';
        long value = 0;
        for (int position = negative ? 1 : 0; position < length; position++) {
            value = value * 10 - (NativeMemory.getByte(address + position) - '0');
        }
        return negative ? value : -value;
    }

    /** Decimal digits that a value takes, its sign included. */
    static int decimalLength(long value) {
        if (value == Long.MIN_VALUE) {
            return LONG_DIGITS_MAX;
        }
        int length = value < 0 ? 2 : 1;
        for (long rest = Math.abs(value); rest >= 10; rest /= 10) {
            length++;
        }
        return length;
    }

    /** Writes the decimal and returns its length. */
    static int putDecimal(long address, long value) {
        int length = decimalLength(value);
        long position = address + length;
        long rest = value < 0 ? value : -value;
        do {
            long tens = rest / 10;
            NativeMemory.putByte(--position, (byte) ('0' - (rest - tens * 10)));
            rest = tens;
        } while (rest != 0);
        if (value < 0) {
            NativeMemory.putByte(address, (byte) '-');
        }
        return length;
    }
}
