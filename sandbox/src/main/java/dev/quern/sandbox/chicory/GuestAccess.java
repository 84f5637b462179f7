package dev.quern.sandbox.chicory;

import com.dylibso.chicory.runtime.Memory;
import dev.quern.ffi.linux.NativeMemory;

/**
 * What compiled modules call to load and store, in place of Chicory's own ({@link GuestClasses}). An access that hits private memory is one
 * unsigned comparison of the address that the guest computed with what does not change in a loop, so the JVM's compiler can take it out of
 * loops, as it does with the bounds of arrays. Thread: the core's.
 */
public final class GuestAccess {
    private GuestAccess() {}

    private static long readable(int base, int offset, Memory memory, int length) {
        ChicoryMemory guest = (ChicoryMemory) memory;
        int room = guest.room(offset, length);
        return Integer.compareUnsigned(base, room) < 0
                ? guest.privateAddress() + offset + base
                : guest.readable(base, offset, length);
    }

    private static long writable(int base, int offset, Memory memory, int length) {
        ChicoryMemory guest = (ChicoryMemory) memory;
        int room = guest.storeRoom(offset, length);
        return Integer.compareUnsigned(base, room) < 0
                ? guest.privateAddress() + offset + base
                : guest.writable(base, offset, length);
    }

    public static byte memoryReadByte(int base, int offset, Memory memory) {
        return NativeMemory.getByte(readable(base, offset, memory, Byte.BYTES));
    }

    public static short memoryReadShort(int base, int offset, Memory memory) {
        return NativeMemory.getShort(readable(base, offset, memory, Short.BYTES));
    }

    public static int memoryReadInt(int base, int offset, Memory memory) {
        return NativeMemory.getInt(readable(base, offset, memory, Integer.BYTES));
    }

    public static long memoryReadLong(int base, int offset, Memory memory) {
        return NativeMemory.getLong(readable(base, offset, memory, Long.BYTES));
    }

    public static float memoryReadFloat(int base, int offset, Memory memory) {
        return Float.intBitsToFloat(memoryReadInt(base, offset, memory));
    }

    public static double memoryReadDouble(int base, int offset, Memory memory) {
        return Double.longBitsToDouble(memoryReadLong(base, offset, memory));
    }

    public static void memoryWriteByte(int base, byte value, int offset, Memory memory) {
        NativeMemory.putByte(writable(base, offset, memory, Byte.BYTES), value);
    }

    public static void memoryWriteShort(int base, short value, int offset, Memory memory) {
        NativeMemory.putShort(writable(base, offset, memory, Short.BYTES), value);
    }

    public static void memoryWriteInt(int base, int value, int offset, Memory memory) {
        NativeMemory.putInt(writable(base, offset, memory, Integer.BYTES), value);
    }

    public static void memoryWriteLong(int base, long value, int offset, Memory memory) {
        NativeMemory.putLong(writable(base, offset, memory, Long.BYTES), value);
    }

    public static void memoryWriteFloat(int base, float value, int offset, Memory memory) {
        memoryWriteInt(base, Float.floatToRawIntBits(value), offset, memory);
    }

    public static void memoryWriteDouble(int base, double value, int offset, Memory memory) {
        memoryWriteLong(base, Double.doubleToRawLongBits(value), offset, memory);
    }

    /** Loops and calls tick, so that a call is ended there; see {@link ChicoryIsolate}. */
    public static void checkInterruption() {
        // Nothing: a look at the thread at each turn of a loop would keep the compiler from much.
    }
}
