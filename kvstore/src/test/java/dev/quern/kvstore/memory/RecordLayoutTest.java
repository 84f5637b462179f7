package dev.quern.kvstore.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Freezes where a record's fields lie. */
@Timeout(60)
class RecordLayoutTest {
    @Test
    void shouldKeepEveryOffset() {
        assertEquals(0, RecordLayout.VERSION_OFFSET);
        assertEquals(8, RecordLayout.VALUE_LENGTH_OFFSET);
        assertEquals(12, RecordLayout.KEY_LENGTH_OFFSET);
        assertEquals(14, RecordLayout.FREQUENCY_OFFSET);
        assertEquals(15, RecordLayout.MARK_OFFSET);
        assertEquals(16, RecordLayout.KEY_OFFSET);
        assertEquals(0x8000_0000, RecordLayout.HAS_EXPIRY);
        assertEquals(0x4000_0000, RecordLayout.IS_STRUCTURED);
    }

    @Test
    void shouldAlignTheValueBehindTheKey() {
        assertEquals(24, RecordLayout.valueOffset(1, false));
        assertEquals(24, RecordLayout.valueOffset(8, false));
        assertEquals(32, RecordLayout.valueOffset(9, false));
        assertEquals(40, RecordLayout.valueOffset(9, true));
        assertEquals(32, RecordLayout.expiryOffset(9));
        assertEquals(37, RecordLayout.bytes(9, 5, false));
    }

    @Test
    void shouldReadTheHeaderThatItWrote() {
        try (Arena arena = Arena.ofConfined()) {
            long record = arena.allocate(64, 8).address();
            for (int keyLength : new int[] {1, 8, 255, 256, 4096}) {
                for (int valueLength : new int[] {0, 1, 100, 1 << 16, 1 << 24}) {
                    for (boolean hasExpiry : new boolean[] {false, true}) {
                        RecordLayout.writeHeader(record, keyLength, valueLength, hasExpiry);
                        NativeMemory.putByte(record + RecordLayout.FREQUENCY_OFFSET, (byte) 0xff);
                        NativeMemory.putByte(record + RecordLayout.MARK_OFFSET, (byte) 0xff);
                        assertEquals(keyLength, RecordLayout.keyLength(record));
                        assertEquals(valueLength, RecordLayout.valueLength(record));
                        assertEquals(hasExpiry, RecordLayout.hasExpiry(record));
                        assertEquals(
                                record + RecordLayout.valueOffset(keyLength, hasExpiry),
                                RecordLayout.valueAddress(record));
                        assertEquals(RecordLayout.bytes(keyLength, valueLength, hasExpiry), RecordLayout.bytes(record));
                        assertFalse(RecordLayout.isStructured(record));
                        RecordLayout.markStructured(record);
                        assertTrue(RecordLayout.isStructured(record));
                        assertEquals(valueLength, RecordLayout.valueLength(record));
                        assertEquals(hasExpiry, RecordLayout.hasExpiry(record));
                    }
                }
            }
        }
    }
}
