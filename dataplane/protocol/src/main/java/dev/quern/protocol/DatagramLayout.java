package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** The header that every datagram starts with. Messages follow it, each at a multiple of {@link MessageLayout#ALIGNMENT}. */
public final class DatagramLayout {
    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Short.BYTES;
    public static final int FLAGS_OFFSET = VERSION_OFFSET + Byte.BYTES;
    public static final int SESSION_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int TAG_OFFSET = SESSION_OFFSET + Integer.BYTES;
    public static final int HEADER_BYTES = TAG_OFFSET + Long.BYTES;

    /** The letters Q and N in this order on the wire. */
    public static final int MAGIC = 'Q' | 'N' << 8;

    public static final int VERSION = 1;

    /** Set on what a server sends. It is under the tag, so that a datagram sent back to its sender is no reply. */
    public static final int FLAG_REPLY = 1;

    /** Set when the tag field holds a tag. */
    public static final int FLAG_TAGGED = 2;

    /** Set on a {@link BundleLayout bundle}, which holds datagrams and no messages. */
    public static final int FLAG_BUNDLE = 4;

    /** On what holds messages. */
    static final int FLAGS_ALL = FLAG_REPLY | FLAG_TAGGED;

    /** The session of a handshake's datagrams. */
    public static final int SESSION_NONE = 0;

    static {
        Wire.require(HEADER_BYTES == 16, "datagram header is 16 bytes");
        Wire.require(HEADER_BYTES % MessageLayout.ALIGNMENT == 0, "the first message is aligned");
        Wire.require(TAG_OFFSET % Long.BYTES == 0, "the tag is one whole word of its own hash");
    }

    private DatagramLayout() {}

    /** Writes a header with no tag; {@link Tag#seal} adds one to the finished datagram. */
    public static void writeHeader(MemorySegment memory, long datagram, int flags, int session) {
        Wire.putShort(memory, datagram + MAGIC_OFFSET, MAGIC);
        Wire.putByte(memory, datagram + VERSION_OFFSET, VERSION);
        Wire.putByte(memory, datagram + FLAGS_OFFSET, flags);
        Wire.putInt(memory, datagram + SESSION_OFFSET, session);
        Wire.putLong(memory, datagram + TAG_OFFSET, 0);
    }

    public static int magic(MemorySegment memory, long datagram) {
        return Wire.getUnsignedShort(memory, datagram + MAGIC_OFFSET);
    }

    public static int version(MemorySegment memory, long datagram) {
        return Wire.getUnsignedByte(memory, datagram + VERSION_OFFSET);
    }

    public static int flags(MemorySegment memory, long datagram) {
        return Wire.getUnsignedByte(memory, datagram + FLAGS_OFFSET);
    }

    public static int session(MemorySegment memory, long datagram) {
        return Wire.getInt(memory, datagram + SESSION_OFFSET);
    }

    public static long tag(MemorySegment memory, long datagram) {
        return Wire.getLong(memory, datagram + TAG_OFFSET);
    }
}
