package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;

/**
 * The Internet's checksum. Sums are taken in the processor's byte order, which leaves them right once they are stored in it again (RFC 1071),
 * and are not folded until {@link #fold}. Any thread.
 */
public final class Checksum {
    private static final long WORD = 0xFFFF_FFFFL;

    private Checksum() {}

    /** The sum of a range, of which only the last may have an odd length; of at most 64 KiB. */
    public static long sum(long address, int length) {
        long sum = 0;
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            long word = NativeMemory.getLong(address + at);
            sum += (word & WORD) + (word >>> Integer.SIZE);
        }
        if (at + Integer.BYTES <= length) {
            sum += NativeMemory.getInt(address + at) & WORD;
            at += Integer.BYTES;
        }
        if (at + Short.BYTES <= length) {
            sum += Short.toUnsignedInt(NativeMemory.getShort(address + at));
            at += Short.BYTES;
        }
        if (at < length) {
            sum += Byte.toUnsignedInt(NativeMemory.getByte(address + at));
        }
        return sum;
    }

    /**
     * The sum of what UDP and ICMPv6 check beside themselves: both addresses, which lie in a row, the protocol and the length.
     *
     * @param addressBytes of both together
     */
    public static long pseudoHeader(long addresses, int addressBytes, int protocol, int length) {
        // Of both, the network's order is the other one here.
        return sum(addresses, addressBytes)
                + ((long) protocol << Byte.SIZE)
                + Short.toUnsignedInt(Short.reverseBytes((short) length));
    }

    /** The sum in 16 bits. */
    public static int fold(long sum) {
        long folded = (sum & WORD) + (sum >>> Integer.SIZE);
        folded = (folded & 0xFFFF) + (folded >>> Short.SIZE);
        folded = (folded & 0xFFFF) + (folded >>> Short.SIZE);
        return (int) ((folded & 0xFFFF) + (folded >>> Short.SIZE));
    }

    /** What to store in the checksum's place, in the processor's order. */
    public static short finish(long sum) {
        return (short) ~fold(sum);
    }

    /** Whether a sum over everything, its checksum included, says that nothing was changed. */
    public static boolean isGood(long sum) {
        return fold(sum) == 0xFFFF;
    }
}
