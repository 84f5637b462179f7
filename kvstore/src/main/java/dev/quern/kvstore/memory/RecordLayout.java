package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.NativeMemory;

/**
 * A record in memory, 8-byte aligned, little-endian: a header of 16 bytes, the key, padding to 8, the expiry if there is a field for
 * it, the value. But for the frequency nothing of it changes once it is published, so a reader needs no lock; the value begins aligned,
 * so that functions may read numbers where they lie.
 */
public final class RecordLayout {
    /** u64: rises with each write of the key; unique in the store. */
    public static final int VERSION_OFFSET = 0;

    /** u32: the value's length in the lower {@link #VALUE_LENGTH_BITS} bits, {@link #HAS_EXPIRY}, {@link #IS_STRUCTURED}; the others are 0. */
    public static final int VALUE_LENGTH_OFFSET = VERSION_OFFSET + Long.BYTES;

    /** u16. */
    public static final int KEY_LENGTH_OFFSET = VALUE_LENGTH_OFFSET + Integer.BYTES;

    /** u8: how often the record was asked for of late, in evicting tables; written without a lock, so that a change may be lost. */
    public static final int FREQUENCY_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;

    /** u8: the mark of the record's entry in an evicting table's queues. */
    public static final int MARK_OFFSET = FREQUENCY_OFFSET + Byte.BYTES;

    public static final int HEADER_BYTES = MARK_OFFSET + Byte.BYTES;
    public static final int KEY_OFFSET = HEADER_BYTES;

    /** Of the value's length: whether an i64 stands before the value, the unix milliseconds at which the record is gone, or {@link #NO_EXPIRY}. */
    public static final int HAS_EXPIRY = 1 << 31;

    /** Of the value's length: whether the value is of a structure, and not just bytes. */
    public static final int IS_STRUCTURED = 1 << 30;

    public static final int VALUE_LENGTH_BITS = 25;
    public static final int EXPIRY_BYTES = Long.BYTES;

    /** What stands for no expiry. */
    public static final long NO_EXPIRY = 0;

    /** Both lengths are read as one word. */
    private static final int LENGTHS_OFFSET = VALUE_LENGTH_OFFSET;

    private static final int VALUE_LENGTH_MASK = (1 << VALUE_LENGTH_BITS) - 1;
    private static final int KEY_LENGTH_MASK = (1 << Short.SIZE) - 1;

    static {
        if (HEADER_BYTES % Long.BYTES != 0 || LENGTHS_OFFSET % Long.BYTES != 0) {
            throw new ExceptionInInitializerError("a record's header must keep its fields aligned");
        }
    }

    private RecordLayout() {}

    /** Where the value begins, from the record's address. */
    public static int valueOffset(int keyLength, boolean hasExpiry) {
        return expiryOffset(keyLength) + (hasExpiry ? EXPIRY_BYTES : 0);
    }

    /** Where the expiry stands if the record has one. */
    public static int expiryOffset(int keyLength) {
        return KEY_OFFSET + (keyLength + Long.BYTES - 1 & -Long.BYTES);
    }

    /** A record's whole length in bytes. */
    public static int bytes(int keyLength, int valueLength, boolean hasExpiry) {
        return valueOffset(keyLength, hasExpiry) + valueLength;
    }

    /** A record's whole length in bytes, from its header. */
    public static int bytes(long record) {
        long lengths = lengths(record);
        return bytes(keyLengthIn(lengths), valueLengthIn(lengths), hasExpiryIn(lengths));
    }

    public static int keyLength(long record) {
        return Short.toUnsignedInt(NativeMemory.getShort(record + KEY_LENGTH_OFFSET));
    }

    public static int valueLength(long record) {
        return NativeMemory.getInt(record + VALUE_LENGTH_OFFSET) & VALUE_LENGTH_MASK;
    }

    public static boolean hasExpiry(long record) {
        return NativeMemory.getInt(record + VALUE_LENGTH_OFFSET) < 0;
    }

    public static boolean isStructured(long record) {
        return (NativeMemory.getInt(record + VALUE_LENGTH_OFFSET) & IS_STRUCTURED) != 0;
    }

    /** Makes a record structured that nobody else has seen. */
    public static void markStructured(long record) {
        NativeMemory.putInt(
                record + VALUE_LENGTH_OFFSET, NativeMemory.getInt(record + VALUE_LENGTH_OFFSET) | IS_STRUCTURED);
    }

    public static long valueAddress(long record) {
        long lengths = lengths(record);
        return record + valueOffset(keyLengthIn(lengths), hasExpiryIn(lengths));
    }

    public static long expiryAddress(long record) {
        return record + expiryOffset(keyLength(record));
    }

    /** Unix milliseconds at which the record is gone, or {@link #NO_EXPIRY}. */
    public static long expiryMs(long record) {
        return hasExpiry(record) ? NativeMemory.getLong(expiryAddress(record)) : NO_EXPIRY;
    }

    /** Whether the record has an expiry that is not after {@code nowMs}. */
    public static boolean isExpired(long record, long nowMs) {
        long expiryMs = expiryMs(record);
        return expiryMs != NO_EXPIRY && expiryMs <= nowMs;
    }

    /** Writes a header whose version and frequency are 0. */
    public static void writeHeader(long record, int keyLength, int valueLength, boolean hasExpiry) {
        NativeMemory.putLong(record + VERSION_OFFSET, 0);
        NativeMemory.putLong(
                record + LENGTHS_OFFSET,
                (long) keyLength << Integer.SIZE
                        | Integer.toUnsignedLong(hasExpiry ? valueLength | HAS_EXPIRY : valueLength));
    }

    private static long lengths(long record) {
        return NativeMemory.getLong(record + LENGTHS_OFFSET);
    }

    private static int keyLengthIn(long lengths) {
        return (int) (lengths >>> Integer.SIZE) & KEY_LENGTH_MASK;
    }

    private static int valueLengthIn(long lengths) {
        return (int) lengths & VALUE_LENGTH_MASK;
    }

    private static boolean hasExpiryIn(long lengths) {
        return ((int) lengths & HAS_EXPIRY) != 0;
    }
}
