package dev.quern.protocol;

/** What a core answers to {@link ShmAttachLayout}. */
public final class ShmAttachedLayout {
    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    public static final int OUTCOME_OFFSET = VERSION_OFFSET + Short.BYTES;
    public static final int NAME_LENGTH_OFFSET = OUTCOME_OFFSET + Byte.BYTES;
    public static final int RING_BYTES_OFFSET = NAME_LENGTH_OFFSET + Byte.BYTES;
    public static final int NAME_OFFSET = RING_BYTES_OFFSET + Integer.BYTES;

    /** The file is there: map it and say so. */
    public static final int OUTCOME_ATTACHED = 0;

    /** The core has as many clients as it may. */
    public static final int OUTCOME_FULL = 1;

    /** The core speaks another version, which the answer names. */
    public static final int OUTCOME_VERSION = 2;

    /** No file could be made; the server's log says why. */
    public static final int OUTCOME_FAILED = 3;

    /** The server is shutting down. */
    public static final int OUTCOME_DRAINING = 4;

    private ShmAttachedLayout() {}
}
