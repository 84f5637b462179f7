package dev.quern.guest;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/** Bytes of the function's own, to write into: for keys, values and replies. Make a few and keep them. */
public final class Buffer extends Bytes {
    /** What keeps the memory as long as the buffer is there. */
    @SuppressWarnings("unused")
    private final Arena arena = Arena.ofAuto();

    private final int capacity;

    /** An empty one, with room for so many bytes, which are zero. */
    public Buffer(int capacity) {
        this.capacity = capacity;
        address = arena.allocate(Math.max(1, capacity), Long.BYTES).address();
    }

    /** One that holds a text in UTF-8. */
    public static Buffer of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Buffer(bytes.length).append(bytes);
    }

    /** Makes it so long; bytes that it did not hold before are what they were. */
    public Buffer length(int newLength) {
        if (newLength < 0 || newLength > capacity) {
            throw new IndexOutOfBoundsException("a length of " + newLength + " in a buffer of " + capacity);
        }
        length = newLength;
        return this;
    }

    public Buffer clear() {
        length = 0;
        return this;
    }

    private long room(int bytes) {
        if (bytes > capacity - length) {
            throw new IndexOutOfBoundsException(bytes + " bytes behind " + length + " in a buffer of " + capacity);
        }
        long end = address + length;
        length += bytes;
        return end;
    }

    /** Begins a list of arguments, for {@link Call#call}. */
    public Buffer list() {
        return clear().appendInt(0);
    }

    /** Adds an argument to the list that this holds. */
    public Buffer item(Bytes argument) {
        appendInt(argument.length).append(argument);
        return putInt(0, getInt(0) + 1);
    }

    public Buffer putByte(int offset, byte value) {
        NativeMemory.putByte(at(offset, Byte.BYTES), value);
        return this;
    }

    public Buffer putInt(int offset, int value) {
        NativeMemory.putInt(at(offset, Integer.BYTES), value);
        return this;
    }

    public Buffer putLong(int offset, long value) {
        NativeMemory.putLong(at(offset, Long.BYTES), value);
        return this;
    }

    public Buffer putDouble(int offset, double value) {
        return putLong(offset, Double.doubleToRawLongBits(value));
    }

    public Buffer appendByte(int value) {
        NativeMemory.putByte(room(Byte.BYTES), (byte) value);
        return this;
    }

    public Buffer appendInt(int value) {
        NativeMemory.putInt(room(Integer.BYTES), value);
        return this;
    }

    public Buffer appendLong(long value) {
        NativeMemory.putLong(room(Long.BYTES), value);
        return this;
    }

    /** Appends a number as decimal text, 20 bytes at most. */
    public Buffer appendDecimal(long number) {
        // Digits of a negative number: there is one more of those than of positive ones.
        long rest = number < 0 ? number : -number;
        int digits = 1;
        for (long ten = rest / 10; ten != 0; ten /= 10) {
            digits++;
        }
        if (number < 0) {
            appendByte('-');
        }
        long end = room(digits) + digits;
        for (int i = 1; i <= digits; i++, rest /= 10) {
            NativeMemory.putByte(end - i, (byte) ('0' - rest % 10));
        }
        return this;
    }

    public Buffer append(Bytes other) {
        NativeMemory.copy(other.address, room(other.length), other.length);
        return this;
    }

    public Buffer append(byte[] bytes) {
        NativeMemory.copyFromArray(bytes, 0, room(bytes.length), bytes.length);
        return this;
    }

    /** Appends a text in UTF-8. */
    public Buffer append(String text) {
        return append(text.getBytes(StandardCharsets.UTF_8));
    }
}
