package dev.quern.ffi.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Little-endian access to off-heap memory by absolute address, through one segment that covers the whole address space.
 *
 * <p>Nothing here checks an address: the caller owns the range it names, as in C. Plain accesses may be unaligned; the ordered ones
 * ({@code Acquire}, {@code Release}, {@code compareAndSet}) want their natural alignment. Safe on any thread.
 */
public final class NativeMemory {
    /** The whole address space; offsets into it are addresses. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ORDERED_INT =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle ORDERED_LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private NativeMemory() {}

    public static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    public static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    public static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    public static int getIntAcquire(long address) {
        return (int) ORDERED_INT.getAcquire(ALL, address);
    }

    public static void putIntRelease(long address, int value) {
        ORDERED_INT.setRelease(ALL, address, value);
    }

    public static boolean compareAndSetInt(long address, int expected, int value) {
        return ORDERED_INT.compareAndSet(ALL, address, expected, value);
    }

    public static long getLongAcquire(long address) {
        return (long) ORDERED_LONG.getAcquire(ALL, address);
    }

    public static long getLongVolatile(long address) {
        return (long) ORDERED_LONG.getVolatile(ALL, address);
    }

    public static void putLongRelease(long address, long value) {
        ORDERED_LONG.setRelease(ALL, address, value);
    }

    public static void putLongVolatile(long address, long value) {
        ORDERED_LONG.setVolatile(ALL, address, value);
    }

    public static boolean compareAndSetLong(long address, long expected, long value) {
        return ORDERED_LONG.compareAndSet(ALL, address, expected, value);
    }

    public static long getAndAddLong(long address, long delta) {
        return (long) ORDERED_LONG.getAndAdd(ALL, address, delta);
    }

    /** Copies {@code length} bytes; the ranges may overlap. */
    public static void copy(long source, long target, long length) {
        MemorySegment.copy(ALL, source, ALL, target, length);
    }

    /** Copies {@code length} bytes out to an array from {@code offset} on. */
    public static void copyToArray(long source, byte[] target, int offset, int length) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, target, offset, length);
    }

    /** Copies {@code length} bytes in from an array, starting at {@code offset}. */
    public static void copyFromArray(byte[] source, int offset, long target, int length) {
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, target, length);
    }

    /** The bytes of a range, as a new array. */
    public static byte[] toArray(long address, int length) {
        byte[] bytes = new byte[length];
        copyToArray(address, bytes, 0, length);
        return bytes;
    }

    /** Sets every byte of a range. */
    public static void fill(long address, long length, byte value) {
        ALL.asSlice(address, length).fill(value);
    }

    /** Whether two ranges hold the same bytes: eight at a time, as keys are short. */
    public static boolean equal(long first, long second, long length) {
        long position = 0;
        for (; position + Long.BYTES <= length; position += Long.BYTES) {
            if (getLong(first + position) != getLong(second + position)) {
                return false;
            }
        }
        for (; position < length; position++) {
            if (getByte(first + position) != getByte(second + position)) {
                return false;
            }
        }
        return true;
    }
}
