package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * Several sessions' datagrams in one, between two addresses that have many sessions: behind a header whose flags say so come entries, each a whole
 * datagram behind its length. The tags are the entries' own; a bundle has none, and no bundle or handshake is an entry.
 */
public final class BundleLayout {
    public static final int LENGTH_OFFSET = 0;
    public static final int RESERVED_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    public static final int DATAGRAM_OFFSET = RESERVED_OFFSET + Integer.BYTES;

    /** What an entry takes besides its datagram. */
    public static final int HEADER_BYTES = DATAGRAM_OFFSET;

    /** What a bundle of one takes besides its datagram. */
    public static final int BYTES_BESIDE = DatagramLayout.HEADER_BYTES + HEADER_BYTES;

    private static final int NONE = -1;

    static {
        Wire.require(HEADER_BYTES % MessageLayout.ALIGNMENT == 0, "an entry's datagram is aligned");
    }

    private BundleLayout() {}

    /** Whether what arrived says that it is a bundle; one look at its flags, for what mostly is none. */
    public static boolean is(MemorySegment memory, long datagram, int length, boolean replies) {
        return length > BYTES_BESIDE
                && (DatagramLayout.flags(memory, datagram) & DatagramLayout.FLAG_BUNDLE) != 0
                && isHeaderGood(memory, datagram, length, replies);
    }

    private static boolean isHeaderGood(MemorySegment memory, long datagram, int length, boolean replies) {
        return DatagramLayout.magic(memory, datagram) == DatagramLayout.MAGIC
                && DatagramLayout.version(memory, datagram) == DatagramLayout.VERSION
                && DatagramLayout.flags(memory, datagram) == flags(replies)
                && DatagramLayout.session(memory, datagram) == DatagramLayout.SESSION_NONE
                && length <= Limits.DATAGRAM_BYTES_MAX;
    }

    private static int flags(boolean replies) {
        return DatagramLayout.FLAG_BUNDLE | (replies ? DatagramLayout.FLAG_REPLY : 0);
    }

    /** Writes the header of a bundle. */
    public static void writeHeader(MemorySegment memory, long datagram, boolean replies) {
        DatagramLayout.writeHeader(memory, datagram, flags(replies), DatagramLayout.SESSION_NONE);
    }

    /** Writes what stands before an entry's datagram. */
    public static void writeEntry(MemorySegment memory, long entry, int length) {
        Wire.putInt(memory, entry + LENGTH_OFFSET, length);
        Wire.putInt(memory, entry + RESERVED_OFFSET, 0);
    }

    /**
     * The length of an entry's datagram, which lies within the bundle and has a session.
     *
     * @param rest of the bundle, from the entry on
     * @return or −1 when it is no such entry, and nothing behind it can be found
     */
    public static int entryLength(MemorySegment memory, long entry, int rest) {
        if (rest < HEADER_BYTES + DatagramLayout.HEADER_BYTES) {
            return NONE;
        }
        int length = Wire.getInt(memory, entry + LENGTH_OFFSET);
        boolean isWithin = length >= DatagramLayout.HEADER_BYTES
                && length <= rest - HEADER_BYTES
                && length % MessageLayout.ALIGNMENT == 0;
        return isWithin && DatagramLayout.session(memory, entry + DATAGRAM_OFFSET) != DatagramLayout.SESSION_NONE
                ? length
                : NONE;
    }
}
