package dev.quern.protocol;

/** Body of {@link Opcode#REFUSED}: no session, the status says why. A message in UTF-8 fills the rest. */
public final class RefusedLayout {
    public static final int CLIENT_NONCE_OFFSET = 0;
    public static final int MESSAGE_OFFSET = CLIENT_NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = MESSAGE_OFFSET;

    private RefusedLayout() {}
}
