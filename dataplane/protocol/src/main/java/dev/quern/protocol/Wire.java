package dev.quern.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Little-endian, unaligned access to a segment, as every field on the wire is read and written. Any thread; allocates nothing but
 * what {@link #text} and {@link #bytes} return.
 */
public final class Wire {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle SHARED_INT =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle SHARED_LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private Wire() {}

    /** An aligned word that another process may write. */
    public static int getIntAcquire(MemorySegment memory, long offset) {
        return (int) SHARED_INT.getAcquire(memory, offset);
    }

    /** An aligned word that another process may read; what was written before is there when it is seen. */
    public static void putIntRelease(MemorySegment memory, long offset, int value) {
        SHARED_INT.setRelease(memory, offset, value);
    }

    /** An aligned word that another process may write. */
    static long getLongAcquire(MemorySegment memory, long offset) {
        return (long) SHARED_LONG.getAcquire(memory, offset);
    }

    /** An aligned word that another process may read. */
    static void putLongRelease(MemorySegment memory, long offset, long value) {
        SHARED_LONG.setRelease(memory, offset, value);
    }

    public static byte getByte(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset);
    }

    public static int getUnsignedByte(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    public static int getUnsignedShort(MemorySegment memory, long offset) {
        return memory.get(SHORT, offset) & 0xFFFF;
    }

    public static int getInt(MemorySegment memory, long offset) {
        return memory.get(INT, offset);
    }

    public static long getLong(MemorySegment memory, long offset) {
        return memory.get(LONG, offset);
    }

    public static void putByte(MemorySegment memory, long offset, int value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    public static void putShort(MemorySegment memory, long offset, int value) {
        memory.set(SHORT, offset, (short) value);
    }

    public static void putInt(MemorySegment memory, long offset, int value) {
        memory.set(INT, offset, value);
    }

    public static void putLong(MemorySegment memory, long offset, long value) {
        memory.set(LONG, offset, value);
    }

    /** Copies between segments; the ranges may overlap. */
    public static void copy(
            MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long length) {
        MemorySegment.copy(source, sourceOffset, target, targetOffset, length);
    }

    /** Copies a whole array in; returns the offset behind it. */
    public static long putBytes(MemorySegment memory, long offset, byte[] source) {
        MemorySegment.copy(source, 0, memory, ValueLayout.JAVA_BYTE, offset, source.length);
        return offset + source.length;
    }

    /** Copies a range of an array in. */
    public static void putBytes(MemorySegment memory, long offset, byte[] source, int sourceOffset, int length) {
        MemorySegment.copy(source, sourceOffset, memory, ValueLayout.JAVA_BYTE, offset, length);
    }

    /** Copies a range out to an array. */
    public static void getBytes(MemorySegment memory, long offset, byte[] target, int targetOffset, int length) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, target, targetOffset, length);
    }

    /** A range as a new array. */
    public static byte[] bytes(MemorySegment memory, long offset, int length) {
        byte[] bytes = new byte[length];
        getBytes(memory, offset, bytes, 0, length);
        return bytes;
    }

    /** A range as text; malformed UTF-8 is replaced, never refused. */
    public static String text(MemorySegment memory, long offset, int length) {
        return new String(bytes(memory, offset, length), StandardCharsets.UTF_8);
    }

    /** Sets a range to zero. */
    public static void clear(MemorySegment memory, long offset, int length) {
        for (int i = 0; i < length; i++) {
            memory.set(ValueLayout.JAVA_BYTE, offset + i, (byte) 0);
        }
    }

    /** An invariant of a layout, checked when its class loads. */
    static void require(boolean holds, String what) {
        if (!holds) {
            throw new ExceptionInInitializerError("wire layout broken: " + what);
        }
    }
}
