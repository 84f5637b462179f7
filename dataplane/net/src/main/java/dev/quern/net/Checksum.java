package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;

/**
 * The Internet's checksum. Sums are taken in the processor's byte order, which leaves them right once they are stored in it again (RFC 1071),
 * and are not folded until {@link #fold}. Any thread.
 */
public final class Checksum {
    private static final long WORD = 0xFFFF_FFFFL;

    private Checksum() {}

    /**
     * The sum of a range, of which only the last may have an odd length; of at most 64 KiB. The plainest of loops, over an int: so the compiler makes vectors
     * of it, which it does of none that is cleverer.
     */
    public static long sum(long address, int length) {
        int whole = length & -Long.BYTES;
        long sum = 0;
        for (int at = 0; at < whole; at += Long.BYTES) {
            long word = NativeMemory.getLong(address + at);
            sum += (word & WORD) + (word >>> Integer.SIZE);
        }
        return sum + rest(address + whole, length - whole);
    }

    /** The sum of less than a word. */
    private static long rest(long address, int length) {
        long at = address;
        long sum = 0;
        if ((length & Integer.BYTES) != 0) {
            sum = NativeMemory.getInt(at) & WORD;
            at += Integer.BYTES;
        }
        if ((length & Short.BYTES) != 0) {
            sum += Short.toUnsignedInt(NativeMemory.getShort(at));
            at += Short.BYTES;
        }
        if ((length & 1) != 0) {
            sum += Byte.toUnsignedInt(NativeMemory.getByte(at));
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
