package dev.quern.ffi.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.nio.ByteOrder;
import sun.misc.Unsafe;

/**
 * Little-endian access to off-heap memory by absolute address.
 *
 * <p>Nothing here checks an address: the caller owns the range it names, as in C. Plain accesses may be unaligned; the ordered ones
 * ({@code Acquire}, {@code Release}, {@code compareAndSet}) want their natural alignment. Safe on any thread.
 *
 * <p>Single words go by Unsafe, since a memory segment's check of its bounds, even of one that covers all addresses, doubles the
 * instructions of a lookup, and fewer lookups then fit into the processor's window and wait for memory together: at millions of
 * records a get takes 1.5 times as long. Ranges go by {@link #ALL}. JVMs want {@code --sun-misc-unsafe-memory-access=allow} for this, as
 * they do for Chronicle Bytes and Truffle.
 */
@SuppressWarnings("removal") // JDK 25 has nothing else without a check
public final class NativeMemory {
    /** The whole address space; offsets into it are addresses. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final Unsafe UNSAFE = unsafe();

    private NativeMemory() {}

    private static Unsafe unsafe() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("Quern's memory is little-endian; this processor is not");
        }
        try {
            Field instance = Unsafe.class.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return (Unsafe) instance.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static short getShort(long address) {
        return UNSAFE.getShort(address);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static void putShort(long address, short value) {
        UNSAFE.putShort(address, value);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    public static int getIntAcquire(long address) {
        // volatile is more than was asked for and, on loads, costs no more
        return UNSAFE.getIntVolatile(null, address);
    }

    public static void putIntRelease(long address, int value) {
        UNSAFE.putOrderedInt(null, address, value);
    }

    public static boolean compareAndSetInt(long address, int expected, int value) {
        return UNSAFE.compareAndSwapInt(null, address, expected, value);
    }

    public static long getLongAcquire(long address) {
        return UNSAFE.getLongVolatile(null, address);
    }

    public static long getLongVolatile(long address) {
        return UNSAFE.getLongVolatile(null, address);
    }

    public static void putLongRelease(long address, long value) {
        UNSAFE.putOrderedLong(null, address, value);
    }

    public static void putLongVolatile(long address, long value) {
        UNSAFE.putLongVolatile(null, address, value);
    }

    public static boolean compareAndSetLong(long address, long expected, long value) {
        return UNSAFE.compareAndSwapLong(null, address, expected, value);
    }

    public static long getAndAddLong(long address, long delta) {
        return UNSAFE.getAndAddLong(null, address, delta);
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
        if (length < Long.BYTES) {
            return equalShort(first, second, (int) length);
        }
        // The last eight bytes overlap those before: keys differ at their end, and would be walked there byte by byte.
        long last = length - Long.BYTES;
        for (long position = 0; position < last; position += Long.BYTES) {
            if (getLong(first + position) != getLong(second + position)) {
                return false;
            }
        }
        return getLong(first + last) == getLong(second + last);
    }

    private static boolean equalShort(long first, long second, int length) {
        if (length >= Integer.BYTES) {
            int last = length - Integer.BYTES;
            return getInt(first) == getInt(second) && getInt(first + last) == getInt(second + last);
        }
        for (int position = 0; position < length; position++) {
            if (getByte(first + position) != getByte(second + position)) {
                return false;
            }
        }
        return true;
    }
}
