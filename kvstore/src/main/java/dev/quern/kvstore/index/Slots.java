package dev.quern.kvstore.index;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.RecordLayout;

/**
 * What the buckets of every kind of index consist of: a chain of lines, each with a link to the next one at the same place and slots at
 * its end. A slot is 0 when empty, else a record's address with 16 bits of the key's hash above it.
 *
 * <p>Reading is safe on any thread whose core has entered the epoch; writing is for the core that locked the bucket.
 */
public final class Slots {
    static final int BYTES = Long.BYTES;
    static final int OVERFLOW_OFFSET = BucketLock.OFFSET + BucketLock.BYTES;

    /** Stands in a slot that a writer will fill: no address, so that readers pass over it. */
    private static final long RESERVED = 1;

    private static final int ADDRESS_BITS = 48;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;

    private Slots() {}

    /** Sees a slot and the record in it. */
    @FunctionalInterface
    public interface Visitor {
        void visit(long slot, long record);
    }

    /** The record in a slot, or 0. */
    public static long recordAt(long slot) {
        return recordIn(NativeMemory.getLongAcquire(slot));
    }

    /** Lets readers see a finished record. */
    public static void publish(long slot, long hash, long record) {
        // release: pairs with the acquire in search
        NativeMemory.putLongRelease(slot, word(hash >>> ADDRESS_BITS, record));
    }

    /** Empties a slot. */
    public static void clear(long slot) {
        NativeMemory.putLongRelease(slot, 0);
    }

    /** A slot's word. */
    static long word(long tag, long record) {
        return tag << ADDRESS_BITS | record;
    }

    /** The record in a slot's word, or 0. */
    static long recordIn(long word) {
        long record = word & ADDRESS_MASK;
        return record > RESERVED ? record : 0;
    }

    /** The part of the key's hash that stands in a slot's word. */
    static long tagIn(long word) {
        return word >>> ADDRESS_BITS;
    }

    /**
     * The record of this key, or 0. Compares a line's tags without a branch: which slot a key is in cannot be predicted, and a processor that
     * guesses wrong throws away what it had begun of the next lookups while it waited for this line.
     */
    static long search(long bucket, int slotsOffset, int slots, long hash, long keyAddress, int keyLength) {
        long tag = hash >>> ADDRESS_BITS;
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + OVERFLOW_OFFSET)) {
            long first = line + slotsOffset;
            for (int matches = matches(first, slots, tag); matches != 0; matches &= matches - 1) {
                // acquire: pairs with the release in publish, so that the record is whole
                long record = NativeMemory.getLongAcquire(first + (long) Integer.numberOfTrailingZeros(matches) * BYTES)
                        & ADDRESS_MASK;
                if (holds(record, keyAddress, keyLength)) {
                    return record;
                }
            }
        }
        return 0;
    }

    /** A bit for each slot that has the tag. */
    private static int matches(long first, int slots, long tag) {
        int matches = 0;
        for (int i = 0; i < slots; i++) {
            // acquire: before the reader looks whether the index was changed meanwhile
            long difference = NativeMemory.getLongAcquire(first + (long) i * BYTES) >>> ADDRESS_BITS ^ tag;
            matches |= (int) (difference - 1 >>> Long.SIZE - 1) << i;
        }
        return matches;
    }

    /** Whether a slot of the bucket has this record's address. */
    static boolean contains(long bucket, int slotsOffset, int slots, long record) {
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < slots; i++) {
                if (recordAt(line + slotsOffset + (long) i * BYTES) == record) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The address of the slot that holds this key, or 0. Under the lock. */
    static long slotOf(long bucket, int slotsOffset, int slots, long hash, long keyAddress, int keyLength) {
        long tag = hash >>> ADDRESS_BITS;
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < slots; i++) {
                long at = line + slotsOffset + (long) i * BYTES;
                long slot = NativeMemory.getLong(at);
                if (slot >>> ADDRESS_BITS == tag && holds(slot & ADDRESS_MASK, keyAddress, keyLength)) {
                    return at;
                }
            }
        }
        return 0;
    }

    private static boolean holds(long record, long keyAddress, int keyLength) {
        return record > RESERVED
                && RecordLayout.keyLength(record) == keyLength
                && NativeMemory.equal(record + RecordLayout.KEY_OFFSET, keyAddress, keyLength);
    }

    /** The first record that may be this key's, or 0 when the line's own slots have none; reads no record. */
    static long likely(long line, int slotsOffset, int slots, long hash) {
        long first = line + slotsOffset;
        int matches = matches(first, slots, hash >>> ADDRESS_BITS);
        return matches == 0
                ? 0
                : recordIn(NativeMemory.getLongAcquire(first + (long) Integer.numberOfTrailingZeros(matches) * BYTES));
    }

    /** Marks an empty slot, so that a second call finds another one, and returns its address; 0 when all are taken. Under the lock. */
    static long reserve(long bucket, int slotsOffset, int slots) {
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < slots; i++) {
                long at = line + slotsOffset + (long) i * BYTES;
                if (NativeMemory.getLong(at) == 0) {
                    NativeMemory.putLong(at, RESERVED);
                    return at;
                }
            }
        }
        return 0;
    }

    /** Links an empty line behind a bucket's last one, and returns its first slot, reserved. Under the lock. */
    static long reserveInNew(long bucket, int slotsOffset, long emptyLine) {
        long last = bucket;
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            last = line;
        }
        NativeMemory.putLong(emptyLine + slotsOffset, RESERVED);
        // release: a reader that follows the link finds the line empty, not what was there before
        NativeMemory.putLongRelease(last + OVERFLOW_OFFSET, emptyLine);
        return emptyLine + slotsOffset;
    }

    /** How many slots of a bucket hold a record or are reserved. Under the lock. */
    static int count(long bucket, int slotsOffset, int slots) {
        int count = 0;
        for (long line = bucket; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < slots; i++) {
                count += NativeMemory.getLong(line + slotsOffset + (long) i * BYTES) == 0 ? 0 : 1;
            }
        }
        return count;
    }

    /** Copies what lines from {@code from} on hold to free slots of the bucket before them, which has enough. Under the lock. */
    static void copyAll(long from, long bucket, int slotsOffset, int slots) {
        for (long line = from; line != 0; line = NativeMemory.getLong(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < slots; i++) {
                long word = NativeMemory.getLong(line + slotsOffset + (long) i * BYTES);
                if (word != 0) {
                    // release: pairs with the acquire in search
                    NativeMemory.putLongRelease(reserve(bucket, slotsOffset, slots), word);
                }
            }
        }
    }

    static void forEach(long bucket, int slotsOffset, int slots, Visitor visitor) {
        for (long line = bucket; line != 0; line = NativeMemory.getLongAcquire(line + OVERFLOW_OFFSET)) {
            for (int i = 0; i < slots; i++) {
                long slot = line + slotsOffset + (long) i * BYTES;
                long record = recordAt(slot);
                if (record != 0) {
                    visitor.visit(slot, record);
                }
            }
        }
    }
}
