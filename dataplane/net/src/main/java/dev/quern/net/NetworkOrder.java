package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;

/** Off-heap access in the network's byte order, see {@link NativeMemory}. Any thread. */
public final class NetworkOrder {
    private static final long MAC_MASK = 0xFFFF_FFFF_FFFFL;

    private NetworkOrder() {}

    public static int getByte(long address) {
        return Byte.toUnsignedInt(NativeMemory.getByte(address));
    }

    public static int getShort(long address) {
        return Short.toUnsignedInt(Short.reverseBytes(NativeMemory.getShort(address)));
    }

    public static int getInt(long address) {
        return Integer.reverseBytes(NativeMemory.getInt(address));
    }

    public static long getLong(long address) {
        return Long.reverseBytes(NativeMemory.getLong(address));
    }

    /** Six octets, the first in bits 47 to 40. */
    public static long getMac(long address) {
        return ((long) getShort(address) << 32) | Integer.toUnsignedLong(getInt(address + Short.BYTES));
    }

    public static void putByte(long address, int value) {
        NativeMemory.putByte(address, (byte) value);
    }

    public static void putShort(long address, int value) {
        NativeMemory.putShort(address, Short.reverseBytes((short) value));
    }

    public static void putInt(long address, int value) {
        NativeMemory.putInt(address, Integer.reverseBytes(value));
    }

    public static void putLong(long address, long value) {
        NativeMemory.putLong(address, Long.reverseBytes(value));
    }

    public static void putMac(long address, long mac) {
        putShort(address, (int) ((mac & MAC_MASK) >>> 32));
        putInt(address + Short.BYTES, (int) mac);
    }
}
