package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.util.Random;

/** Values whose first word is a checksum of the key and the rest, so that a torn, foreign or freed one is found out. */
final class Checksummed {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private Checksummed() {}

    /** Makes a random value of so many words, at least one, for the key that is set. */
    static void fill(Keys keys, int words, Random random) {
        for (int i = 1; i < words; i++) {
            NativeMemory.putLong(keys.valueAddress() + (long) i * Long.BYTES, random.nextLong());
        }
        keys.valueLength(words * Long.BYTES);
        NativeMemory.putLong(
                keys.valueAddress(), sum(NativeMemory.getLong(keys.keyAddress()), keys.valueAddress(), words));
    }

    /** Throws unless the record's key and value belong together. */
    static void check(long record) {
        int length = Record.valueLength(record);
        long value = Record.valueAddress(record);
        boolean isWhole = Record.keyLength(record) == Long.BYTES
                && length >= Long.BYTES
                && length % Long.BYTES == 0
                && NativeMemory.getLong(value)
                        == sum(NativeMemory.getLong(Record.keyAddress(record)), value, length / Long.BYTES);
        if (!isWhole) {
            throw new AssertionError("torn or freed: key length " + Record.keyLength(record) + ", value length "
                    + length + ", version " + Record.version(record));
        }
    }

    private static long sum(long key, long value, int words) {
        long sum = (key + words) * MULTIPLIER;
        for (int i = 1; i < words; i++) {
            sum = Long.rotateLeft(sum, 5) * MULTIPLIER ^ NativeMemory.getLong(value + (long) i * Long.BYTES);
        }
        return sum;
    }
}
