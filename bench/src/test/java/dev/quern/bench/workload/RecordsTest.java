package dev.quern.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordsTest {
    private static final int COUNT = 20_000;

    private final Records records = new Records("user", Sizes.uniform(20, 40), Sizes.uniform(0, 300));
    private final byte[] key = new byte[40];
    private final byte[] value = new byte[300];

    private boolean isValueOf(int index, int length) {
        return records.isValueOf(index, MemorySegment.ofArray(value), 0, length);
    }

    @Test
    void shouldGiveEachRecordAKeyOfItsOwn() {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < COUNT; i++) {
            int length = records.key(i, key);
            keys.add(new String(key, 0, length, StandardCharsets.US_ASCII));
        }
        assertEquals(COUNT, keys.size());
        assertTrue(keys.stream().allMatch(each -> each.startsWith("user") && each.length() >= 20));
        assertTrue(keys.stream().mapToInt(String::length).distinct().count() > 15);
    }

    @Test
    void shouldKnowTheValueOfEveryWrite() {
        for (int i = 0; i < COUNT; i++) {
            int length = records.value(i, i * 31, value);
            assertEquals(records.valueLength(i), length);
            assertTrue(isValueOf(i, length), "index=" + i);
        }
    }

    @Test
    void shouldTellAForeignATornAndACutValue() {
        int foreign = 0;
        for (int i = 0; i < COUNT; i++) {
            int length = records.value(i, 7, value);
            if (length < Long.BYTES * 2) {
                continue;
            }
            assertFalse(isValueOf(i, length - 1));
            foreign += isValueOf(i + 1, length) ? 1 : 0;
            value[length - 1] ^= 1;
            assertFalse(isValueOf(i, length), "torn at its end: index=" + i);
            value[length - 1] ^= 1;
            value[0] ^= 1;
            assertFalse(isValueOf(i, length), "torn at its stamp: index=" + i);
            value[0] ^= 1;
            // Wherever a value is torn at the boundary of a line, words of that line differ.
            value[Long.BYTES] ^= 1;
            assertFalse(isValueOf(i, length), "torn in its first line: index=" + i);
        }
        assertEquals(0, foreign);
    }

    @Test
    void shouldRefuseKeysWithoutRoomForTheirDigits() {
        assertThrows(IllegalArgumentException.class, () -> new Records("user", Sizes.fixed(16), Sizes.fixed(100)));
    }
}
