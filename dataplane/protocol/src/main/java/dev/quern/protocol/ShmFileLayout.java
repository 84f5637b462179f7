package dev.quern.protocol;

/**
 * The file that a client and a core share: a page of what each tells the other, then a ring of requests and a ring of replies. Each word
 * has its own two cache lines, as processors fetch them by pairs, and one writer.
 */
public final class ShmFileLayout {
    private static final int LINE = 128;

    public static final int MAGIC_OFFSET = 0;
    public static final int RING_BYTES_OFFSET = MAGIC_OFFSET + Long.BYTES;
    public static final int RESERVED_OFFSET = RING_BYTES_OFFSET + Integer.BYTES;
    public static final int REQUESTS_TAKEN_OFFSET = LINE;
    public static final int RESERVED2_OFFSET = REQUESTS_TAKEN_OFFSET + Long.BYTES;
    public static final int REPLIES_TAKEN_OFFSET = REQUESTS_TAKEN_OFFSET + LINE;
    public static final int RESERVED3_OFFSET = REPLIES_TAKEN_OFFSET + Long.BYTES;
    public static final int SERVER_SLEEPS_OFFSET = REPLIES_TAKEN_OFFSET + LINE;
    public static final int RESERVED4_OFFSET = SERVER_SLEEPS_OFFSET + Integer.BYTES;
    public static final int CLIENT_SLEEPS_OFFSET = SERVER_SLEEPS_OFFSET + LINE;
    public static final int RESERVED5_OFFSET = CLIENT_SLEEPS_OFFSET + Integer.BYTES;
    public static final int RINGS_OFFSET = 4096;

    /** The letters {@code QUERNSHM} in this order in memory. */
    public static final long MAGIC = 0x4d48_534e_5245_5551L;

    static {
        Wire.require(RESERVED5_OFFSET < RINGS_OFFSET, "the words fit the first page");
        Wire.require(RINGS_OFFSET % ShmRecordLayout.ALIGNMENT == 0, "records are aligned in the file");
    }

    private ShmFileLayout() {}

    /** The file's length for rings of so many bytes each. */
    public static long bytes(int ringBytes) {
        return RINGS_OFFSET + 2L * ringBytes;
    }

    /** Where the ring of requests begins. */
    public static long requestsOffset() {
        return RINGS_OFFSET;
    }

    /** Where the ring of replies begins. */
    public static long repliesOffset(int ringBytes) {
        return RINGS_OFFSET + (long) ringBytes;
    }

    /** Whether rings may have this size: a power of two in which the longest record finds room several times. */
    public static boolean isRingBytes(int ringBytes) {
        return Integer.bitCount(ringBytes) == 1
                && ringBytes >= Limits.SHM_RING_BYTES_MIN
                && ringBytes <= Limits.SHM_RING_BYTES_MAX;
    }
}
