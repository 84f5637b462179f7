package dev.quern.client;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which keys of an ordered table to walk over, and which way; keys are ordered byte by byte, unsigned. Does not change; any thread. */
public final class KeyRange {
    private static final KeyRange ALL = new KeyRange(null, false, null, false, false);

    private final byte @Nullable [] low;
    private final boolean isLowIncluded;
    private final byte @Nullable [] high;
    private final boolean isHighIncluded;
    private final boolean isBackwards;

    private KeyRange(
            byte @Nullable [] low,
            boolean isLowIncluded,
            byte @Nullable [] high,
            boolean isHighIncluded,
            boolean isBackwards) {
        this.low = low;
        this.isLowIncluded = isLowIncluded;
        this.high = high;
        this.isHighIncluded = isHighIncluded;
        this.isBackwards = isBackwards;
    }

    /** All keys, from the least to the greatest. */
    public static KeyRange all() {
        return ALL;
    }

    /** The keys that begin so. */
    public static KeyRange prefix(byte[] prefix) {
        int last = prefix.length;
        while (last > 0 && prefix[last - 1] == (byte) 0xFF) {
            last--;
        }
        KeyRange from = ALL.from(prefix);
        if (last == 0) {
            return from;
        }
        byte[] behind = Arrays.copyOf(prefix, last);
        behind[last - 1]++;
        return from.before(behind);
    }

    /** This key and those behind it. */
    public KeyRange from(byte[] key) {
        return new KeyRange(bound(key), true, high, isHighIncluded, isBackwards);
    }

    /** The keys behind this one. */
    public KeyRange after(byte[] key) {
        return new KeyRange(bound(key), false, high, isHighIncluded, isBackwards);
    }

    /** This key and those before it. */
    public KeyRange upTo(byte[] key) {
        return new KeyRange(low, isLowIncluded, bound(key), true, isBackwards);
    }

    /** The keys before this one. */
    public KeyRange before(byte[] key) {
        return new KeyRange(low, isLowIncluded, bound(key), false, isBackwards);
    }

    /** The same keys, from the greatest to the least. */
    public KeyRange backwards() {
        return new KeyRange(low, isLowIncluded, high, isHighIncluded, true);
    }

    /** What is left of this range when this key was the last seen. */
    KeyRange rest(byte[] last) {
        return isBackwards ? before(last) : after(last);
    }

    private static byte @Nullable [] bound(byte[] key) {
        return key.length == 0 ? null : TableRequests.checkKey(key).clone();
    }

    byte[] low() {
        return low == null ? new byte[0] : low;
    }

    byte[] high() {
        return high == null ? new byte[0] : high;
    }

    boolean isLowIncluded() {
        return isLowIncluded;
    }

    boolean isHighIncluded() {
        return isHighIncluded;
    }

    boolean isBackwards() {
        return isBackwards;
    }
}
