package dev.quern.kvstore.memory;

/**
 * A record in memory, 8-byte aligned, little-endian: header, key, padding to 8, value. Nothing of it changes once it is published, so
 * a reader needs no lock; the value begins aligned, so that functions may read numbers where they lie.
 */
public final class RecordLayout {
    /** u64: rises with each write of the key; unique in the store. */
    public static final int VERSION_OFFSET = 0;

    /** i64: unix milliseconds at which the record is gone; 0 for never. */
    public static final int EXPIRY_MS_OFFSET = VERSION_OFFSET + Long.BYTES;

    /** u32. */
    public static final int VALUE_LENGTH_OFFSET = EXPIRY_MS_OFFSET + Long.BYTES;

    /** u32; upper half unused. */
    public static final int KEY_LENGTH_OFFSET = VALUE_LENGTH_OFFSET + Integer.BYTES;

    public static final int HEADER_BYTES = KEY_LENGTH_OFFSET + Integer.BYTES;
    public static final int KEY_OFFSET = HEADER_BYTES;

    static {
        if (HEADER_BYTES % Long.BYTES != 0 || VERSION_OFFSET % Long.BYTES != 0) {
            throw new ExceptionInInitializerError("a record's header must keep its fields aligned");
        }
    }

    private RecordLayout() {}

    /** Where the value begins, from the record's address. */
    public static int valueOffset(int keyLength) {
        return KEY_OFFSET + (keyLength + Long.BYTES - 1 & -Long.BYTES);
    }

    /** A record's whole length in bytes. */
    public static int bytes(int keyLength, int valueLength) {
        return valueOffset(keyLength) + valueLength;
    }
}
