package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.KeyOrder;
import dev.quern.kvstore.index.SavedKey;

/**
 * Which keys of an ordered table to walk over, and which way. Keys given here are copied. May be used again, but not changed while a
 * {@link RangeCursor} is open with it. Thread: one at a time.
 */
public final class RangeQuery {
    private final SavedKey low = new SavedKey();
    private final SavedKey high = new SavedKey();
    private boolean isLowIncluded;
    private boolean isHighIncluded;
    private boolean hasLow;
    private boolean hasHigh;
    private boolean isBackwards;

    /** All keys, from the least to the greatest, as after construction. */
    public RangeQuery all() {
        hasLow = false;
        hasHigh = false;
        isBackwards = false;
        return this;
    }

    /** From the greatest to the least, or the other way. */
    public RangeQuery backwards(boolean newBackwards) {
        isBackwards = newBackwards;
        return this;
    }

    /** No keys before this one, whichever way; an empty one bounds nothing. */
    public RangeQuery low(long keyAddress, int keyLength, boolean included) {
        low.set(keyAddress, keyLength);
        isLowIncluded = included;
        hasLow = true;
        return this;
    }

    /** No keys behind this one, whichever way. */
    public RangeQuery high(long keyAddress, int keyLength, boolean included) {
        high.set(keyAddress, keyLength);
        isHighIncluded = included;
        hasHigh = true;
        return this;
    }

    /** Only keys that begin so. */
    public RangeQuery prefix(long address, int length) {
        low(address, length, true);
        int last = length;
        while (last > 0 && NativeMemory.getByte(address + last - 1) == (byte) 0xFF) {
            last--;
        }
        // The first key that is behind all of them: one more in the last byte that allows it.
        hasHigh = last > 0;
        if (hasHigh) {
            high.set(address, last);
            long place = high.address() + last - 1;
            NativeMemory.putByte(place, (byte) (NativeMemory.getByte(place) + 1));
            isHighIncluded = false;
        }
        return this;
    }

    /** Goes on behind a key, in the direction set: for a range of which the first part was seen. */
    public RangeQuery after(long keyAddress, int keyLength) {
        return isBackwards ? high(keyAddress, keyLength, false) : low(keyAddress, keyLength, false);
    }

    boolean isBackwards() {
        return isBackwards;
    }

    boolean hasLow() {
        return hasLow;
    }

    boolean hasHigh() {
        return hasHigh;
    }

    SavedKey low() {
        return low;
    }

    SavedKey high() {
        return high;
    }

    boolean isHighIncluded() {
        return isHighIncluded;
    }

    /** Whether a key is not before all of the range. */
    boolean isFromLow(long keyAddress, int keyLength) {
        if (!hasLow) {
            return true;
        }
        int order = KeyOrder.compare(keyAddress, keyLength, low.address(), low.length());
        return order > 0 || order == 0 && isLowIncluded;
    }

    /** Whether a key is not behind all of the range. */
    boolean isUpToHigh(long keyAddress, int keyLength) {
        if (!hasHigh) {
            return true;
        }
        int order = KeyOrder.compare(keyAddress, keyLength, high.address(), high.length());
        return order < 0 || order == 0 && isHighIncluded;
    }
}
