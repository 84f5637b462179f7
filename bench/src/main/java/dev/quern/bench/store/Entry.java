package dev.quern.bench.store;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The records of the workload, by number: a key of 16 bytes, and a value of 100 whose words tell which record it is and whether it is
 * whole. Every subject reads all of a value and adds its words up; {@link #sum} says what must come out.
 */
final class Entry {
    static final int KEY_BYTES = 16;
    static final int VALUE_BYTES = 100;

    /** Words of 8 bytes in a value; 4 bytes follow. */
    static final int WORDS = VALUE_BYTES / Long.BYTES;

    /** What {@code get} returns when there is no such record; no record's sum. */
    static final long MISSING = Long.MIN_VALUE;

    /** Differs from write to write. The next word is its negative, so that a torn value has another sum. */
    static final int GENERATION_WORD = 1;

    private static final int FIRST_PLAIN_WORD = 3;
    private static final int TAIL_OFFSET = WORDS * Long.BYTES;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Words 0 and 3 to 11 are the seed plus their number: what the numbers add up to. */
    private static final long NUMBERS_SUM = sumOfNumbers();

    private static final int SEEDS = 1 + WORDS - FIRST_PLAIN_WORD;

    private Entry() {}

    private static long sumOfNumbers() {
        long sum = 0;
        for (int i = FIRST_PLAIN_WORD; i < WORDS; i++) {
            sum += i;
        }
        return sum;
    }

    /** The first 8 bytes of a key: its number with the bits mixed (Stafford's variant 13), so that keys look like digests. */
    static long seed(long number) {
        long mixed = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /** What the words of a record's value add up to, whichever write they are from. */
    static long sum(long seed) {
        return SEEDS * seed + NUMBERS_SUM + (int) seed;
    }

    static long word(long seed, long generation, int word) {
        return switch (word) {
            case 0 -> seed;
            case GENERATION_WORD -> generation;
            case GENERATION_WORD + 1 -> -generation;
            default -> seed + word;
        };
    }

    static void writeKey(long address, long seed, long number) {
        NativeMemory.putLong(address, seed);
        NativeMemory.putLong(address + Long.BYTES, number);
    }

    static void writeKey(byte[] key, long seed, long number) {
        LONGS.set(key, 0, seed);
        LONGS.set(key, Long.BYTES, number);
    }

    static long keyWord(byte[] key, int word) {
        return (long) LONGS.get(key, word * Long.BYTES);
    }

    static void writeValue(long address, long seed, long generation) {
        for (int i = 0; i < WORDS; i++) {
            NativeMemory.putLong(address + (long) i * Long.BYTES, word(seed, generation, i));
        }
        NativeMemory.putInt(address + TAIL_OFFSET, (int) seed);
    }

    static void writeValue(byte[] value, long seed, long generation) {
        for (int i = 0; i < WORDS; i++) {
            LONGS.set(value, i * Long.BYTES, word(seed, generation, i));
        }
        INTS.set(value, TAIL_OFFSET, (int) seed);
    }

    /** In native byte order, from the buffer's position on. */
    static void writeValue(ByteBuffer value, long seed, long generation) {
        for (int i = 0; i < WORDS; i++) {
            value.putLong(word(seed, generation, i));
        }
        value.putInt((int) seed);
    }

    static long sumOfValue(long address) {
        long sum = NativeMemory.getInt(address + TAIL_OFFSET);
        for (int i = 0; i < WORDS; i++) {
            sum += NativeMemory.getLong(address + (long) i * Long.BYTES);
        }
        return sum;
    }

    static long sumOfValue(byte[] value) {
        long sum = (int) INTS.get(value, TAIL_OFFSET);
        for (int i = 0; i < WORDS; i++) {
            sum += (long) LONGS.get(value, i * Long.BYTES);
        }
        return sum;
    }

    /** In the buffer's byte order, from its position on; the position stays. */
    static long sumOfValue(ByteBuffer value) {
        int start = value.position();
        long sum = value.getInt(start + TAIL_OFFSET);
        for (int i = 0; i < WORDS; i++) {
            sum += value.getLong(start + i * Long.BYTES);
        }
        return sum;
    }
}
