package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    @Test
    void shouldReadBackLittleEndianAtOddAddresses() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(64, 8).address();
            NativeMemory.putLong(address + 3, 0x0102030405060708L);
            assertEquals(0x0102030405060708L, NativeMemory.getLong(address + 3));
            assertEquals(0x08, NativeMemory.getByte(address + 3));
            assertEquals(0x0708, NativeMemory.getShort(address + 3));
            assertEquals(0x05060708, NativeMemory.getInt(address + 3));
        }
    }

    @Test
    void shouldCompareRangesToTheLastByte() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(64, 8).address();
            byte[] key = "a key of 19 bytes..".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            NativeMemory.copyFromArray(key, 0, address, key.length);
            NativeMemory.copy(address, address + 32, key.length);
            assertTrue(NativeMemory.equal(address, address + 32, key.length));
            NativeMemory.putByte(address + 32 + key.length - 1, (byte) '!');
            assertFalse(NativeMemory.equal(address, address + 32, key.length));
            assertArrayEquals(key, NativeMemory.toArray(address, key.length));
        }
    }

    @Test
    void shouldFindTheOneByteInWhichRangesOfAnyLengthDiffer() {
        try (Arena arena = Arena.ofConfined()) {
            long first = arena.allocate(64, 8).address() + 1;
            long second = arena.allocate(64, 8).address() + 3;
            for (int length = 0; length <= 40; length++) {
                // What follows differs, and does not count.
                NativeMemory.putByte(first + length, (byte) 1);
                NativeMemory.putByte(second + length, (byte) 2);
                assertTrue(NativeMemory.equal(first, second, length), "length " + length);
                for (int at = 0; at < length; at++) {
                    NativeMemory.putByte(second + at, (byte) 5);
                    assertFalse(NativeMemory.equal(first, second, length), "length " + length + ", byte " + at);
                    NativeMemory.putByte(second + at, (byte) 0);
                }
                NativeMemory.putByte(first + length, (byte) 0);
                NativeMemory.putByte(second + length, (byte) 0);
            }
        }
    }
}
