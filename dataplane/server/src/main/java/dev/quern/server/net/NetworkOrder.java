package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;

/** Off-heap access in the network's byte order, see {@link NativeMemory}. Any thread. */
final class NetworkOrder {
    private static final long MAC_MASK = 0xFFFF_FFFF_FFFFL;

    private NetworkOrder() {}

    static int getByte(long address) {
        return Byte.toUnsignedInt(NativeMemory.getByte(address));
    }

    static int getShort(long address) {
        return Short.toUnsignedInt(Short.reverseBytes(NativeMemory.getShort(address)));
    }

    static int getInt(long address) {
        return Integer.reverseBytes(NativeMemory.getInt(address));
    }

    static long getLong(long address) {
        return Long.reverseBytes(NativeMemory.getLong(address));
    }

    /** Six octets, the first in bits 47 to 40. */
    static long getMac(long address) {
        return ((long) getShort(address) << 32) | Integer.toUnsignedLong(getInt(address + Short.BYTES));
    }

    static void putByte(long address, int value) {
        NativeMemory.putByte(address, (byte) value);
    }

    static void putShort(long address, int value) {
        NativeMemory.putShort(address, Short.reverseBytes((short) value));
    }

    static void putInt(long address, int value) {
        NativeMemory.putInt(address, Integer.reverseBytes(value));
    }

    static void putLong(long address, long value) {
        NativeMemory.putLong(address, Long.reverseBytes(value));
    }

    static void putMac(long address, long mac) {
        putShort(address, (int) ((mac & MAC_MASK) >>> 32));
        putInt(address + Short.BYTES, (int) mac);
    }
}
