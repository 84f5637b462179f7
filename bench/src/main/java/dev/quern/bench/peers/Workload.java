package dev.quern.bench.peers;

import java.nio.charset.StandardCharsets;

/**
 * The records that subject and peers are loaded with; the same as {@code redis-benchmark} uses.
 *
 * @param keys how many: a power of ten from 100 to a million
 */
public record Workload(int keys) {
    /** What counts. */
    public static final Workload FULL = new Workload(100_000);

    /** Shows that it works. */
    public static final Workload QUICK = new Workload(10_000);

    public static final int KEY_LENGTH = 16;
    public static final int VALUE_LENGTH = 100;

    private static final byte[] KEY_ZERO = "key:000000000000".getBytes(StandardCharsets.US_ASCII);

    /** By the size of the run. */
    public static Workload of(boolean quick) {
        return quick ? QUICK : FULL;
    }

    /** The key that {@code redis-benchmark} uses for an index: 16 bytes. */
    public static byte[] key(int index) {
        byte[] key = KEY_ZERO.clone();
        int rest = index;
        for (int at = KEY_LENGTH - 1; rest > 0; at--) {
            key[at] += (byte) (rest % 10);
            rest /= 10;
        }
        return key;
    }

    /** A value of 100 bytes that starts with a key: the next one on a walk through all keys, so that a value can be checked and followed. */
    public byte[] value(int index) {
        byte[] value = new byte[VALUE_LENGTH];
        byte[] next = key(next(index));
        System.arraycopy(next, 0, value, 0, KEY_LENGTH);
        for (int i = KEY_LENGTH; i < VALUE_LENGTH; i++) {
            value[i] = filler(index, i);
        }
        return value;
    }

    /** The last byte of a key's value. */
    public static byte lastByte(int index) {
        return filler(index, VALUE_LENGTH - 1);
    }

    private static byte filler(int index, int position) {
        return (byte) ('a' + (index + position) % 26);
    }

    /** The index of the key that the value of {@code index} starts with: far from it, and different for each. */
    int next(int index) {
        // A walk through all keys: the multiplier less one has every prime factor of their number and 4, the addend has
        // none.
        return (int) ((index * 40_501L + 12_347) % keys);
    }

    /** The key after {@code hops} steps of the walk. */
    int walk(int index, int hops) {
        int at = index;
        for (int hop = 0; hop < hops; hop++) {
            at = next(at);
        }
        return at;
    }
}
