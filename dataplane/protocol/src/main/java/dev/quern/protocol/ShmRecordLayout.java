package dev.quern.protocol;

/** A datagram in a ring. Records stand one behind the other, each at a multiple of {@link #ALIGNMENT}. */
public final class ShmRecordLayout {
    public static final int LENGTH_OFFSET = 0;
    public static final int RESERVED_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    public static final int DATAGRAM_OFFSET = RESERVED_OFFSET + Integer.BYTES;

    /** A cache line: the word that says that a record is there comes with its beginning. */
    public static final int ALIGNMENT = 64;

    /** The length of what is not there yet. */
    static final int LENGTH_NONE = 0;

    /** Instead of a length: nothing stands from here to the ring's end. */
    static final int LENGTH_SKIP = -1;

    /** The longest record. */
    static final int BYTES_MAX = bytes(Limits.DATAGRAM_BYTES_LOOPBACK);

    static {
        Wire.require(DATAGRAM_OFFSET % Long.BYTES == 0, "datagrams are aligned as their words want it");
        Wire.require(Limits.SHM_RING_BYTES_MIN >= 4 * BYTES_MAX - ALIGNMENT, "a ring takes several of the longest");
    }

    private ShmRecordLayout() {}

    /** What a datagram takes in the ring. */
    static int bytes(int length) {
        return (DATAGRAM_OFFSET + length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
