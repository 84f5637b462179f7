package dev.quern.kvstore.index;

import dev.quern.ffi.linux.NativeMemory;

/**
 * An inner node of an ordered index: up to 64 children with a separator between each two. A child's keys are those from the separator
 * before it up to, but without, the one behind it. Separators never change; a child may be replaced by another one of the same keys.
 *
 * <p>Of each separator the node has eight bytes, those behind what all of the node's separators begin with, so that a search seldom reads
 * the separators themselves. These are blocks of their own, length u32 first, and move from node to node with their place.
 */
final class InnerNode {
    static final int CHILDREN_MAX = 64;

    private static final int COUNT_OFFSET = 0;
    private static final int LEVEL_OFFSET = COUNT_OFFSET + Integer.BYTES;

    /** How many bytes all of the separators begin with. */
    private static final int SKIP_OFFSET = LEVEL_OFFSET + Integer.BYTES;

    private static final int DIGITS_OFFSET = SKIP_OFFSET + Long.BYTES;
    private static final int SEPARATORS_OFFSET = DIGITS_OFFSET + (CHILDREN_MAX - 1) * Long.BYTES;
    private static final int CHILDREN_OFFSET = SEPARATORS_OFFSET + (CHILDREN_MAX - 1) * Long.BYTES;
    static final int BYTES = CHILDREN_OFFSET + CHILDREN_MAX * Long.BYTES;

    static final int SEPARATOR_KEY_OFFSET = Integer.BYTES;

    private InnerNode() {}

    static int count(long node) {
        return NativeMemory.getInt(node + COUNT_OFFSET);
    }

    /** 1 when the children are leaves. */
    static int level(long node) {
        return NativeMemory.getInt(node + LEVEL_OFFSET);
    }

    static long child(long node, int place) {
        // acquire: pairs with setChild, so that what is reached is whole
        return NativeMemory.getLongAcquire(node + CHILDREN_OFFSET + (long) place * Long.BYTES);
    }

    static void setChild(long node, int place, long child) {
        NativeMemory.putLongRelease(node + CHILDREN_OFFSET + (long) place * Long.BYTES, child);
    }

    /** The separator behind the child at that place. */
    static long separator(long node, int place) {
        return NativeMemory.getLong(node + SEPARATORS_OFFSET + (long) place * Long.BYTES);
    }

    static long keyAddress(long separator) {
        return separator + SEPARATOR_KEY_OFFSET;
    }

    static int keyLength(long separator) {
        return NativeMemory.getInt(separator);
    }

    static int separatorBytes(int keyLength) {
        return SEPARATOR_KEY_OFFSET + keyLength;
    }

    /** Writes a node that nobody sees yet. */
    static void write(long node, int level, long[] children, long[] separators, int from, int count) {
        int skip = 0;
        if (count > 1) {
            long first = separators[from];
            long last = separators[from + count - 2];
            skip = KeyOrder.commonLength(keyAddress(first), keyLength(first), keyAddress(last), keyLength(last));
        }
        NativeMemory.putInt(node + COUNT_OFFSET, count);
        NativeMemory.putInt(node + LEVEL_OFFSET, level);
        NativeMemory.putLong(node + SKIP_OFFSET, skip);
        for (int i = 0; i < count; i++) {
            NativeMemory.putLong(node + CHILDREN_OFFSET + (long) i * Long.BYTES, children[from + i]);
            if (i < count - 1) {
                long separator = separators[from + i];
                NativeMemory.putLong(node + SEPARATORS_OFFSET + (long) i * Long.BYTES, separator);
                NativeMemory.putLong(
                        node + DIGITS_OFFSET + (long) i * Long.BYTES,
                        KeyOrder.digits(keyAddress(separator), keyLength(separator), skip));
            }
        }
    }

    /** The place of the child that this key belongs to. */
    static int placeOf(long node, long keyAddress, int keyLength) {
        return place(node, keyAddress, keyLength, false);
    }

    /** The place of the child that the greatest of all possible keys before this one belongs to. */
    static int placeBefore(long node, long keyAddress, int keyLength) {
        return place(node, keyAddress, keyLength, true);
    }

    /** Counts the separators that are not after the key, or those that are before it: both are how many children to pass. */
    private static int place(long node, long keyAddress, int keyLength, boolean before) {
        int high = count(node) - 1;
        if (high == 0) {
            return 0;
        }
        int skip = (int) NativeMemory.getLong(node + SKIP_OFFSET);
        if (skip > 0) {
            int beginning =
                    KeyOrder.compare(keyAddress, Math.min(keyLength, skip), keyAddress(separator(node, 0)), skip);
            if (beginning != 0) {
                return beginning < 0 ? 0 : high;
            }
        }
        long digits = KeyOrder.digits(keyAddress, keyLength, skip);
        int low = 0;
        while (low < high) {
            int middle = low + high >>> 1;
            int order = Long.compareUnsigned(
                    NativeMemory.getLong(node + DIGITS_OFFSET + (long) middle * Long.BYTES), digits);
            if (order == 0) {
                long separator = separator(node, middle);
                order = KeyOrder.compare(keyAddress(separator), keyLength(separator), keyAddress, keyLength);
            }
            if (order < 0 || order == 0 && !before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
