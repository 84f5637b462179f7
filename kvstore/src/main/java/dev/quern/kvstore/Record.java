package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.RecordLayout;

/**
 * Reads a record by its address. An address that {@link Table#find} or {@link Transaction#find} returned stays good until its core
 * leaves the epoch ({@link StoreCore#exit}); the bytes behind it never change in that time.
 */
@SuppressWarnings("AvoidCommonTypeNames") // the field's word for it
public final class Record {
    /** The address that stands for no record. */
    public static final long NONE = 0;

    /** The expiry of a record that stays. */
    public static final long NO_EXPIRY = RecordLayout.NO_EXPIRY;

    private Record() {}

    /**
     * Never used twice in a store. It rises with each write of the key, also when the key was deleted or expired meanwhile; clearing
     * the table begins anew.
     */
    public static long version(long record) {
        return NativeMemory.getLong(record + RecordLayout.VERSION_OFFSET);
    }

    /** Unix milliseconds at which it is gone, or {@link #NO_EXPIRY}. */
    public static long expiryMs(long record) {
        return RecordLayout.expiryMs(record);
    }

    public static int keyLength(long record) {
        return RecordLayout.keyLength(record);
    }

    public static long keyAddress(long record) {
        return record + RecordLayout.KEY_OFFSET;
    }

    public static int valueLength(long record) {
        return RecordLayout.valueLength(record);
    }

    /** 8-byte aligned. */
    public static long valueAddress(long record) {
        return RecordLayout.valueAddress(record);
    }

    /** Whether it is of a structure, as {@link Transaction#putStructured} writes them, and not just bytes. */
    public static boolean isStructured(long record) {
        return RecordLayout.isStructured(record);
    }

    /** The value, copied. */
    public static byte[] value(long record) {
        return NativeMemory.toArray(valueAddress(record), valueLength(record));
    }

    /** The key, copied. */
    public static byte[] key(long record) {
        return NativeMemory.toArray(keyAddress(record), keyLength(record));
    }

    static boolean isExpired(long record, long nowMs) {
        return RecordLayout.isExpired(record, nowMs);
    }

    /** For a record that nobody else has seen, and that takes another one's place. */
    static void copyStructured(long old, long record) {
        if (isStructured(old)) {
            RecordLayout.markStructured(record);
        }
    }

    static int bytes(long record) {
        return RecordLayout.bytes(record);
    }

    static void setVersion(long record, long version) {
        NativeMemory.putLong(record + RecordLayout.VERSION_OFFSET, version);
    }

    /** For a record that was allocated with room for an expiry. */
    static void setExpiryMs(long record, long expiryMs) {
        NativeMemory.putLong(RecordLayout.expiryAddress(record), expiryMs);
    }

    /** Writes header, key and, if there is room for it, expiry; the value is the caller's to fill. */
    static void initialise(
            long record, long keyAddress, int keyLength, int valueLength, long expiryMs, boolean hasExpiry) {
        RecordLayout.writeHeader(record, keyLength, valueLength, hasExpiry);
        NativeMemory.copy(keyAddress, record + RecordLayout.KEY_OFFSET, keyLength);
        if (hasExpiry) {
            setExpiryMs(record, expiryMs);
        }
    }
}
