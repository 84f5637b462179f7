package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of {@link Opcode#OPEN}: a client proves that it knows the tenant's secret. The tenant's name follows the fixed fields. */
public final class OpenLayout {
    public static final int CLIENT_NONCE_OFFSET = 0;
    public static final int SERVER_NONCE_OFFSET = CLIENT_NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES;
    public static final int PROOF_OFFSET = SERVER_NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES;
    public static final int DATAGRAM_BYTES_MAX_OFFSET = PROOF_OFFSET + HandshakeCrypto.PROOF_BYTES;
    public static final int TENANT_LENGTH_OFFSET = DATAGRAM_BYTES_MAX_OFFSET + Integer.BYTES;
    public static final int RESERVED_OFFSET = TENANT_LENGTH_OFFSET + Byte.BYTES;
    public static final int RESERVED2_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    public static final int TENANT_OFFSET = RESERVED2_OFFSET + Short.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = TENANT_OFFSET;

    private OpenLayout() {}

    /** Writes the fixed fields; {@code tenant} follows at {@link #TENANT_OFFSET}. */
    public static void write(MemorySegment memory, long body, int datagramBytesMax, int tenantLength) {
        Wire.putInt(memory, body + DATAGRAM_BYTES_MAX_OFFSET, datagramBytesMax);
        Wire.putByte(memory, body + TENANT_LENGTH_OFFSET, tenantLength);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
        Wire.putShort(memory, body + RESERVED2_OFFSET, 0);
    }

    public static int datagramBytesMax(MemorySegment memory, long body) {
        return Wire.getInt(memory, body + DATAGRAM_BYTES_MAX_OFFSET);
    }

    public static int tenantLength(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + TENANT_LENGTH_OFFSET);
    }
}
