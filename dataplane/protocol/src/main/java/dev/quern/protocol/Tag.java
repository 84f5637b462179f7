package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * The keyed tag of a session's datagrams: SipHash-2-4 (Aumasson and Bernstein, 2012) over the whole datagram with the tag field
 * itself taken as zero. Immutable; any thread; allocates nothing.
 *
 * <p>It is our own because the client may depend on the JDK only, which has no SipHash (its HMACs allocate and take a microsecond
 * for the shortest message), and because it must read a datagram where it lies, in a direct buffer or at a native address. The
 * algorithm's published vectors are the test.
 */
public final class Tag {
    public static final int KEY_BYTES = 2 * Long.BYTES;

    private final long key0;
    private final long key1;

    /** A tag under a session key of {@link #KEY_BYTES} bytes, read as two little-endian words. */
    public Tag(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a tag's key has " + KEY_BYTES + " bytes, not " + key.length);
        }
        MemorySegment memory = MemorySegment.ofArray(key);
        key0 = Wire.getLong(memory, 0);
        key1 = Wire.getLong(memory, Long.BYTES);
    }

    /** Tags a finished datagram in place. Its length must be a multiple of 8, as every datagram's is. */
    public void seal(MemorySegment memory, long datagram, int length) {
        int flags = DatagramLayout.flags(memory, datagram) | DatagramLayout.FLAG_TAGGED;
        Wire.putByte(memory, datagram + DatagramLayout.FLAGS_OFFSET, flags);
        Wire.putLong(memory, datagram + DatagramLayout.TAG_OFFSET, ofDatagram(memory, datagram, length));
    }

    /** Whether a datagram of at least a header's length carries the tag that it should. */
    public boolean verify(MemorySegment memory, long datagram, int length) {
        return (DatagramLayout.flags(memory, datagram) & DatagramLayout.FLAG_TAGGED) != 0
                && DatagramLayout.tag(memory, datagram) == ofDatagram(memory, datagram, length);
    }

    private long ofDatagram(MemorySegment memory, long datagram, int length) {
        return hash(memory, datagram, length, DatagramLayout.TAG_OFFSET);
    }

    /** SipHash-2-4 of any bytes. */
    public long hash(MemorySegment memory, long offset, int length) {
        return hash(memory, offset, length, -1);
    }

    /** @param zeroWord offset of the word that counts as zero, or −1 */
    private long hash(MemorySegment memory, long offset, int length, int zeroWord) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        int whole = length & -Long.BYTES;
        for (int i = 0; i <= whole; i += Long.BYTES) {
            long word = i == whole
                    ? lastWord(memory, offset + whole, length)
                    : i == zeroWord ? 0 : Wire.getLong(memory, offset + i);
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        v2 ^= 0xFF;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long lastWord(MemorySegment memory, long rest, int length) {
        long word = (long) length << 56;
        for (int i = 0; i < (length & (Long.BYTES - 1)); i++) {
            word |= (long) Wire.getUnsignedByte(memory, rest + i) << (i * Byte.SIZE);
        }
        return word;
    }
}
