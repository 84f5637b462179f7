package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** What one operation of a {@link Opcode#MULTI} did. */
public final class MultiEntryLayout {
    /** A code from {@link Status}: OK; NOT_FOUND for a get or a delete without a record; else why nothing was written. */
    public static final int STATUS_OFFSET = 0;

    public static final int RESERVED_OFFSET = STATUS_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int VALUE_LENGTH_OFFSET = RESERVED2_OFFSET + Short.BYTES;
    /**
     * A get's, 0 for a record that this request wrote itself; that of the record that a write left, 0 when a later operation replaced or
     * deleted it, or nothing was written; else 0.
     */
    public static final int VERSION_OFFSET = VALUE_LENGTH_OFFSET + Integer.BYTES;

    /** An increment's sum; else 0. */
    public static final int NUMBER_OFFSET = VERSION_OFFSET + Long.BYTES;

    public static final int VALUE_OFFSET = NUMBER_OFFSET + Long.BYTES;

    /** The least length of an entry. */
    public static final int BYTES_MIN = VALUE_OFFSET;

    private MultiEntryLayout() {}

    /** Writes the fixed fields; {@code value} follows at {@link #VALUE_OFFSET}. */
    public static void write(MemorySegment memory, long entry, int status, int valueLength, long version, long number) {
        Wire.putByte(memory, entry + STATUS_OFFSET, status);
        Wire.putByte(memory, entry + RESERVED_OFFSET, 0);
        Wire.putShort(memory, entry + RESERVED2_OFFSET, 0);
        Wire.putInt(memory, entry + VALUE_LENGTH_OFFSET, valueLength);
        Wire.putLong(memory, entry + VERSION_OFFSET, version);
        Wire.putLong(memory, entry + NUMBER_OFFSET, number);
    }

    /** Writes the version alone, which a write has only once it is committed. */
    public static void setVersion(MemorySegment memory, long entry, long version) {
        Wire.putLong(memory, entry + VERSION_OFFSET, version);
    }

    public static int status(MemorySegment memory, long entry) {
        return (byte) Wire.getUnsignedByte(memory, entry + STATUS_OFFSET);
    }

    public static int valueLength(MemorySegment memory, long entry) {
        return Wire.getInt(memory, entry + VALUE_LENGTH_OFFSET);
    }

    public static long version(MemorySegment memory, long entry) {
        return Wire.getLong(memory, entry + VERSION_OFFSET);
    }

    public static long number(MemorySegment memory, long entry) {
        return Wire.getLong(memory, entry + NUMBER_OFFSET);
    }
}
