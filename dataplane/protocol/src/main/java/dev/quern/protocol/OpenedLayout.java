package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of {@link Opcode#OPENED}: the session and what holds in it. The proof is over every byte of this body but its own. */
public final class OpenedLayout {
    public static final int CLIENT_NONCE_OFFSET = 0;
    public static final int PROOF_OFFSET = CLIENT_NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES;
    public static final int SESSION_OFFSET = PROOF_OFFSET + HandshakeCrypto.PROOF_BYTES;
    /** Requests outstanding, a power of two. */
    public static final int WINDOW_OFFSET = SESSION_OFFSET + Integer.BYTES;
    /** Longest datagram that either side sends in this session. */
    public static final int DATAGRAM_BYTES_MAX_OFFSET = WINDOW_OFFSET + Integer.BYTES;

    public static final int SESSION_IDLE_MS_OFFSET = DATAGRAM_BYTES_MAX_OFFSET + Integer.BYTES;
    public static final int FLAGS_OFFSET = SESSION_IDLE_MS_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int CORE_COUNT_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int CORE_INDEX_OFFSET = CORE_COUNT_OFFSET + Short.BYTES;
    public static final int RESERVED2_OFFSET = CORE_INDEX_OFFSET + Short.BYTES;
    public static final int PORTS_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = PORTS_OFFSET;

    /** Every datagram of the session carries a tag. */
    public static final int FLAG_TAGS_REQUIRED = 1;

    /** The server takes this session's datagrams in bundles, and answers by them once it has had one. */
    public static final int FLAG_BUNDLES = 2;

    /** The server takes {@link InvokeLayout#FLAG_MEASURED}. */
    public static final int FLAG_RUN_FIGURES = 4;

    private OpenedLayout() {}

    /** Writes the fixed fields; {@code ports} follows at {@link #PORTS_OFFSET}. */
    public static void write(
            MemorySegment memory,
            long body,
            int session,
            int window,
            int datagramBytesMax,
            int sessionIdleMs,
            int flags,
            int coreCount,
            int coreIndex) {
        Wire.putInt(memory, body + SESSION_OFFSET, session);
        Wire.putInt(memory, body + WINDOW_OFFSET, window);
        Wire.putInt(memory, body + DATAGRAM_BYTES_MAX_OFFSET, datagramBytesMax);
        Wire.putInt(memory, body + SESSION_IDLE_MS_OFFSET, sessionIdleMs);
        Wire.putByte(memory, body + FLAGS_OFFSET, flags);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + CORE_COUNT_OFFSET, coreCount);
        Wire.putShort(memory, body + CORE_INDEX_OFFSET, coreIndex);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static int session(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + SESSION_OFFSET);
    }

    public static int window(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + WINDOW_OFFSET);
    }

    public static int datagramBytesMax(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + DATAGRAM_BYTES_MAX_OFFSET);
    }

    public static int sessionIdleMs(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + SESSION_IDLE_MS_OFFSET);
    }

    public static int flags(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + FLAGS_OFFSET);
    }

    public static int coreCount(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + CORE_COUNT_OFFSET);
    }

    public static int coreIndex(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + CORE_INDEX_OFFSET);
    }

    /** The length of this body when it lists so many cores. */
    public static int bytes(int coreCount) {
        return PORTS_OFFSET + coreCount * Short.BYTES;
    }

    /** UDP port of a core, or what else the transport calls it. */
    public static int port(MemorySegment memory, long body, int coreIndex) {
        return Wire.getUnsignedShort(memory, body + PORTS_OFFSET + (long) coreIndex * Short.BYTES);
    }

    public static void setPort(MemorySegment memory, long body, int coreIndex, int port) {
        Wire.putShort(memory, body + PORTS_OFFSET + (long) coreIndex * Short.BYTES, port);
    }
}
