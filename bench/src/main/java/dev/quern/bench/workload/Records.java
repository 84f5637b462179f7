package dev.quern.bench.workload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Keys and values by a record's index. A key is a prefix and sixteen hexadecimal digits, which look random and differ for each index, filled
 * up to its length. A value starts with a stamp, the number of the write that it came from mixed with the index, and goes on with bytes that
 * follow from the stamp; so each answer shows whether it is whole and whose it is. Values shorter than a stamp follow from the index alone.
 * Immutable, and writes into arrays of the caller's.
 */
public final class Records {
    static final int KEY_DIGITS = 16;
    public static final int KEY_LENGTH_MIN = KEY_DIGITS;

    /** The longest that memcached takes. */
    public static final int KEY_LENGTH_MAX = 250;

    /** The longest that memcached takes by default, less what it needs for itself. */
    public static final int VALUE_LENGTH_MAX = 1_000_000;

    /** Of this many answers one is compared byte by byte; of the others length, stamp, a word of each line and the last one. */
    private static final int WHOLE_EVERY = 64;

    /** Bytes that come to a processor at once: whoever reads a word of each has had all of a value come, by whichever way it came. */
    private static final int LINE_BYTES = 64;

    private static final int POOL_BYTES = 1 << 21;
    private static final long STAMP_SALT = 0x9E3779B97F4A7C15L;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle PAIR = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong WORD_AT =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final short[] DIGITS = digits();

    /** The same bytes for all, whoever looks at them. */
    private static final byte[] POOL = pool();

    private static final MemorySegment POOL_SEGMENT = MemorySegment.ofArray(POOL);

    private final byte[] prefix;
    private final Sizes keyLengths;
    private final Sizes valueLengths;

    /** @param prefix of every key, in ASCII; counts as part of its length */
    public Records(String prefix, Sizes keyLengths, Sizes valueLengths) {
        this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
        this.keyLengths = keyLengths;
        this.valueLengths = valueLengths;
        if (keyLengths.min() < this.prefix.length + KEY_DIGITS || keyLengths.max() > KEY_LENGTH_MAX) {
            throw new IllegalArgumentException("keys have " + (this.prefix.length + KEY_DIGITS) + " to "
                    + KEY_LENGTH_MAX + " bytes here, not " + keyLengths.min() + " to " + keyLengths.max());
        }
        if (valueLengths.min() < 0 || valueLengths.max() > VALUE_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "values have up to " + VALUE_LENGTH_MAX + " bytes here, not " + valueLengths.max());
        }
    }

    public int keyLengthMax() {
        return keyLengths.max();
    }

    public int valueLengthMax() {
        return valueLengths.max();
    }

    /** In one line, for a report. */
    public String describe() {
        return span("keys", keyLengths) + ", " + span("values", valueLengths);
    }

    private static String span(String what, Sizes sizes) {
        return sizes.min() == sizes.max()
                ? what + " of " + sizes.min() + " B"
                : String.format(
                        java.util.Locale.ROOT,
                        "%s of %d to %,d B, %.0f on average",
                        what,
                        sizes.min(),
                        sizes.max(),
                        sizes.mean());
    }

    private static byte[] pool() {
        byte[] pool = new byte[POOL_BYTES];
        new SplittableRandom(1).nextBytes(pool);
        return pool;
    }

    private static short[] digits() {
        byte[] hex = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        short[] digits = new short[256];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = (short) (hex[i >> 4] | hex[i & 15] << 8);
        }
        return digits;
    }

    /** Every bit of the result depends on every bit of the index; different for each. The finaliser of MurmurHash3. */
    static long mix(long index) {
        long hash = index + STAMP_SALT;
        hash = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ hash >>> 33) * 0xC4CEB9FE1A85EC53L;
        return hash ^ hash >>> 33;
    }

    /** Writes a record's key; returns its length. */
    public int key(int index, byte[] target) {
        long hash = mix(index);
        int length = keyLengths.of(mix(hash));
        int at = prefix.length;
        System.arraycopy(prefix, 0, target, 0, at);
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            PAIR.set(target, at, DIGITS[(int) (hash >>> shift) & 0xFF]);
            at += Short.BYTES;
        }
        while (at < length) {
            target[at] = (byte) ('a' + (at & 15));
            at++;
        }
        return length;
    }

    /** How long a record's value is, in bytes. */
    public int valueLength(int index) {
        return valueLengths.of(mix(~(long) index));
    }

    /** Writes a record's value; returns its length. */
    public int value(int index, int write, byte[] target) {
        int length = valueLength(index);
        if (length < Long.BYTES) {
            System.arraycopy(POOL, poolOffset(index, length), target, 0, length);
            return length;
        }
        long stamp = stamp(index, write);
        WORD.set(target, 0, stamp);
        int rest = length - Long.BYTES;
        System.arraycopy(POOL, poolOffset(stamp, rest), target, Long.BYTES, rest);
        return length;
    }

    /** The index in the upper half, mixed with the lower one, which is the number of the write. */
    private static long stamp(int index, int write) {
        return ((long) index ^ mix(write) & 0xFFFF_FFFFL) << 32 | write & 0xFFFF_FFFFL;
    }

    private static int poolOffset(long stamp, int length) {
        return (int) Long.remainderUnsigned(mix(stamp), POOL_BYTES - length);
    }

    /** Whether these bytes are a value of the record, from any write of it. */
    public boolean isValueOf(int index, MemorySegment memory, long offset, int length) {
        if (length != valueLength(index)) {
            return false;
        }
        if (length < Long.BYTES) {
            return isPool(poolOffset(index, length), memory, offset, length);
        }
        long stamp = memory.get(WORD_AT, offset);
        int write = (int) stamp;
        if (stamp != stamp(index, write)) {
            return false;
        }
        int rest = length - Long.BYTES;
        int at = poolOffset(stamp, rest);
        if (rest < Long.BYTES || (stamp ^ index) % WHOLE_EVERY == 0) {
            return isPool(at, memory, offset + Long.BYTES, rest);
        }
        for (int done = 0; done < rest - Long.BYTES; done += LINE_BYTES) {
            if (memory.get(WORD_AT, offset + Long.BYTES + done) != (long) WORD.get(POOL, at + done)) {
                return false;
            }
        }
        return memory.get(WORD_AT, offset + length - Long.BYTES) == (long) WORD.get(POOL, at + rest - Long.BYTES);
    }

    private boolean isPool(int at, MemorySegment memory, long offset, int length) {
        return MemorySegment.mismatch(POOL_SEGMENT, at, at + (long) length, memory, offset, offset + length) < 0;
    }
}
