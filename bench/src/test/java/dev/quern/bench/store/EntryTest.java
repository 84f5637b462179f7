package dev.quern.bench.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EntryTest {
    @Test
    void shouldAddUpToTheSameSumInEveryGeneration() {
        byte[] value = new byte[Entry.VALUE_BYTES];
        for (int number = 0; number < 100; number++) {
            long seed = Entry.seed(number);
            Entry.writeValue(value, seed, number * 31L);
            assertEquals(Entry.sum(seed), Entry.sumOfValue(value));
            ByteBuffer buffer = ByteBuffer.allocate(Entry.VALUE_BYTES).order(ByteOrder.nativeOrder());
            Entry.writeValue(buffer, seed, number * 37L);
            assertEquals(Entry.sum(seed), Entry.sumOfValue(buffer.flip()));
        }
    }

    @Test
    void shouldTellATornValue() {
        long seed = Entry.seed(7);
        byte[] first = new byte[Entry.VALUE_BYTES];
        byte[] second = new byte[Entry.VALUE_BYTES];
        Entry.writeValue(first, seed, 1);
        Entry.writeValue(second, seed, 2);
        System.arraycopy(second, 0, first, 0, 2 * Long.BYTES);
        assertNotEquals(Entry.sum(seed), Entry.sumOfValue(first));
    }
}
