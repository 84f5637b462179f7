package dev.quern.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checksum against RFC 1071's definition: 16 bits at a time, in the network's order. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ChecksumTest {
    private static final int BYTES_MAX = 65_535;

    private static int byDefinition(long address, int length) {
        long sum = 0;
        for (int i = 0; i + 1 < length; i += 2) {
            sum += NetworkOrder.getShort(address + i);
        }
        if (length % 2 != 0) {
            sum += (long) NetworkOrder.getByte(address + length - 1) << Byte.SIZE;
        }
        while (sum >>> Short.SIZE != 0) {
            sum = (sum & 0xFFFF) + (sum >>> Short.SIZE);
        }
        return (int) sum;
    }

    private static int ours(long address, int length) {
        // In the processor's order, which is the other one.
        return Short.toUnsignedInt(Short.reverseBytes((short) Checksum.fold(Checksum.sum(address, length))));
    }

    @Test
    void shouldAgreeWithItsDefinitionAtEachLengthAndAlignment() {
        SplittableRandom random = new SplittableRandom(1071);
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(BYTES_MAX + 8L, 8).address();
            for (int i = 0; i < BYTES_MAX + 8; i++) {
                NativeMemory.putByte(memory + i, (byte) random.nextInt());
            }
            for (int length = 0; length < 300; length++) {
                for (int offset = 0; offset < 8; offset++) {
                    assertEquals(
                            byDefinition(memory + offset, length),
                            ours(memory + offset, length),
                            "length " + length + " at " + offset);
                }
            }
            assertEquals(byDefinition(memory, BYTES_MAX), ours(memory, BYTES_MAX));
        }
    }

    @Test
    void shouldNotOverflowOnTheLongestRangeOfOnes() {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(BYTES_MAX, 8).address();
            NativeMemory.fill(memory, BYTES_MAX, (byte) -1);
            for (int length : new int[] {2, 8, 31, 32, 33, 64, 1500, BYTES_MAX}) {
                assertEquals(byDefinition(memory, length), ours(memory, length), "length " + length);
            }
        }
    }

    @Test
    void shouldFindItsOwnSealGood() {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(64, 8).address();
            for (int i = 2; i < 64; i++) {
                NativeMemory.putByte(memory + i, (byte) (i * 37));
            }
            NativeMemory.putShort(memory, Checksum.finish(Checksum.sum(memory, 64)));
            assertTrue(Checksum.isGood(Checksum.sum(memory, 64)));
        }
    }
}
