package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BundleLayoutTest {
    private static final int ENTRY = DatagramLayout.HEADER_BYTES;
    private static final int INNER = ENTRY + BundleLayout.DATAGRAM_OFFSET;

    private static MemorySegment bundle(boolean replies, int innerLength, int session) {
        MemorySegment memory = MemorySegment.ofArray(new long[64]);
        BundleLayout.writeHeader(memory, 0, replies);
        BundleLayout.writeEntry(memory, ENTRY, innerLength);
        DatagramLayout.writeHeader(memory, INNER, 0, session);
        return memory;
    }

    @Test
    void shouldBeTheBytesThatThePageSays() {
        MemorySegment memory = bundle(true, 24, 7);
        assertEquals('Q', Wire.getUnsignedByte(memory, 0));
        assertEquals('N', Wire.getUnsignedByte(memory, 1));
        assertEquals(1, Wire.getUnsignedByte(memory, 2));
        assertEquals(5, Wire.getUnsignedByte(memory, 3));
        assertEquals(0, Wire.getInt(memory, 4));
        assertEquals(0, Wire.getLong(memory, 8));
        assertEquals(24, Wire.getInt(memory, 16));
        assertEquals(0, Wire.getInt(memory, 20));
        assertEquals(7, DatagramLayout.session(memory, 24));
        assertEquals(24, BundleLayout.BYTES_BESIDE);
    }

    @Test
    void shouldBeToldFromADatagramOfMessages() {
        MemorySegment memory = bundle(false, 16, 7);
        assertTrue(BundleLayout.is(memory, 0, 40, false));
        assertFalse(BundleLayout.is(memory, 0, 40, true), "from a client");
        assertFalse(BundleLayout.is(memory, 0, 24, false), "empty");
        assertFalse(BundleLayout.is(memory, INNER, 100, false));
        assertEquals(Verdict.BAD_FLAGS, new MessageCursor().wrap(memory, 0, 40, false));
        DatagramLayout.writeHeader(memory, 0, DatagramLayout.FLAG_BUNDLE, 7);
        assertFalse(BundleLayout.is(memory, 0, 40, false), "a bundle is of no session");
        DatagramLayout.writeHeader(memory, 0, DatagramLayout.FLAG_BUNDLE | DatagramLayout.FLAG_TAGGED, 0);
        assertFalse(BundleLayout.is(memory, 0, 40, false), "a bundle has no tag");
    }

    @Test
    void shouldTakeNoEntryThatCannotBe() {
        assertEquals(16, BundleLayout.entryLength(bundle(false, 16, 7), ENTRY, 24));
        assertEquals(24, BundleLayout.entryLength(bundle(false, 24, 7), ENTRY, 80));
        for (int length : new int[] {0, 8, 20, 32, -16, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertEquals(-1, BundleLayout.entryLength(bundle(false, length, 7), ENTRY, 32), "length " + length);
        }
        assertEquals(-1, BundleLayout.entryLength(bundle(false, 16, 7), ENTRY, 16), "cut off");
        assertEquals(-1, BundleLayout.entryLength(bundle(false, 16, 0), ENTRY, 24), "a handshake");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldStayWithinWhateverItHolds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 20_000; i++) {
                int length = 8 * (1 + random.nextInt(20));
                // Of just this length, so that a read behind it fails.
                MemorySegment memory = arena.allocate(length, 8);
                for (int at = 0; at < length; at += 4) {
                    Wire.putInt(memory, at, random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(64));
                }
                int at = DatagramLayout.HEADER_BYTES;
                while (at < length) {
                    int each = BundleLayout.entryLength(memory, at, length - at);
                    if (each < 0) {
                        break;
                    }
                    at += BundleLayout.HEADER_BYTES + each;
                    assertTrue(at <= length, "seed " + seed);
                }
            }
        }
    }
}
