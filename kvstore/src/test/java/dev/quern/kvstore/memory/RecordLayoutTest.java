package dev.quern.kvstore.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Freezes where a record's fields lie. */
@Timeout(60)
class RecordLayoutTest {
    @Test
    void shouldKeepEveryOffset() {
        assertEquals(0, RecordLayout.VERSION_OFFSET);
        assertEquals(8, RecordLayout.EXPIRY_MS_OFFSET);
        assertEquals(16, RecordLayout.VALUE_LENGTH_OFFSET);
        assertEquals(20, RecordLayout.KEY_LENGTH_OFFSET);
        assertEquals(24, RecordLayout.KEY_OFFSET);
    }

    @Test
    void shouldAlignTheValueBehindTheKey() {
        assertEquals(32, RecordLayout.valueOffset(1));
        assertEquals(32, RecordLayout.valueOffset(8));
        assertEquals(40, RecordLayout.valueOffset(9));
        assertEquals(45, RecordLayout.bytes(9, 5));
    }
}
