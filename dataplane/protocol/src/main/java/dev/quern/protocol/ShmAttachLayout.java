package dev.quern.protocol;

/** What a client says on a core's socket to attach. */
public final class ShmAttachLayout {
    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = VERSION_OFFSET + Short.BYTES;
    public static final int BYTES = RESERVED_OFFSET + Short.BYTES;

    /** The letters {@code QSHM} in this order on the wire. */
    public static final int MAGIC = 'Q' | 'S' << 8 | 'H' << 16 | 'M' << 24;

    public static final int VERSION = 1;

    private ShmAttachLayout() {}
}
