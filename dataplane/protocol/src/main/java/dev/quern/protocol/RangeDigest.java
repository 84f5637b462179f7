package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * What a range held, in 64 bits, for {@link Opcode#CHECK_RANGE}: over its records in the range's order, {@code d = (d + sip(key)) m} and
 * {@code d = (d + sip(value)) m}, from 0, with SipHash-2-4 under a key of zeroes and m = 0x9E3779B97F4A7C15, modulo 2⁶⁴. It keeps out chance,
 * not malice: whoever checks a range could as well leave it out. One thread; allocates nothing.
 */
public final class RangeDigest {
    private static final Tag SIP = new Tag(new byte[Tag.KEY_BYTES]);
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private long digest;

    /** Of an empty range. */
    public RangeDigest() {}

    /** Begins anew. */
    public void clear() {
        digest = 0;
    }

    /** The next record's key or value: first the one, then the other. */
    public void add(MemorySegment memory, long offset, int length) {
        digest = (digest + SIP.hash(memory, offset, length)) * MULTIPLIER;
    }

    /** What it comes to so far. */
    public long value() {
        return digest;
    }
}
