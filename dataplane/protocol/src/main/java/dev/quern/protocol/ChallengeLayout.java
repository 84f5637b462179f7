package dev.quern.protocol;

/** Body of {@link Opcode#CHALLENGE}: the cookie that the server will know again without having kept it. */
public final class ChallengeLayout {
    public static final int CLIENT_NONCE_OFFSET = 0;
    public static final int SERVER_NONCE_OFFSET = CLIENT_NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES;

    /** The length of this body. */
    public static final int BYTES = SERVER_NONCE_OFFSET + HandshakeCrypto.NONCE_BYTES;

    private ChallengeLayout() {}
}
