package dev.quern.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The handshake's keyed digests, all HMAC-SHA256 (RFC 2104) over a label and what it binds. Any thread; allocates: once a session.
 * A tenant without a secret has the empty one, so that its handshake runs the same way and proves nothing.
 */
public final class HandshakeCrypto {
    public static final int NONCE_BYTES = 16;
    public static final int PROOF_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private HandshakeCrypto() {}

    /** What a client's OPEN carries. */
    public static byte[] openProof(byte[] secret, byte[] clientNonce, byte[] serverNonce, byte[] tenant) {
        return mac(secret, "quern-open", clientNonce, serverNonce, tenant);
    }

    /**
     * What a server's OPENED carries.
     *
     * @param body the whole body of the OPENED; its proof's bytes count as zero
     */
    public static byte[] openedProof(
            byte[] secret, byte[] clientNonce, byte[] serverNonce, byte[] tenant, byte[] body) {
        byte[] unproven = body.clone();
        Arrays.fill(unproven, OpenedLayout.PROOF_OFFSET, OpenedLayout.PROOF_OFFSET + PROOF_BYTES, (byte) 0);
        return mac(secret, "quern-opened", clientNonce, serverNonce, tenant, unproven);
    }

    /** The key of the session's {@link Tag}. */
    public static byte[] sessionKey(byte[] secret, byte[] clientNonce, byte[] serverNonce) {
        return Arrays.copyOf(mac(secret, "quern-key", clientNonce, serverNonce), Tag.KEY_BYTES);
    }

    /**
     * The server's nonce: whoever sends it back received it at this address, in this slot of time or the last. Nothing is kept for it.
     *
     * @param serverKey random, made anew at every start
     * @param peer the peer's address and port, as bytes
     * @param slot unix time divided by {@link Limits#COOKIE_SLOT_MS}
     */
    public static byte[] cookie(byte[] serverKey, byte[] peer, byte[] clientNonce, long slot) {
        byte[] slotBytes = Long.toString(slot).getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(mac(serverKey, "quern-cookie", clientNonce, slotBytes, peer), NONCE_BYTES);
    }

    /** Whether a nonce is the {@link #cookie} of this slot or of the one before. */
    public static boolean isCookie(byte[] nonce, byte[] serverKey, byte[] peer, byte[] clientNonce, long slot) {
        return equal(nonce, cookie(serverKey, peer, clientNonce, slot))
                || equal(nonce, cookie(serverKey, peer, clientNonce, slot - 1));
    }

    /** Compares in a time that does not depend on where they differ. */
    public static boolean equal(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    /** Every item is preceded by its length, so that no two lists of items run together to the same bytes. */
    private static byte[] mac(byte[] key, String label, byte[]... items) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            // HMAC pads a key with zeroes: one zero byte is the empty key, which SecretKeySpec refuses.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, ALGORITHM));
            update(mac, label.getBytes(StandardCharsets.US_ASCII));
            for (byte[] item : items) {
                update(mac, item);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks " + ALGORITHM + ", which every JDK must have", e);
        }
    }

    private static void update(Mac mac, byte[] item) {
        mac.update((byte) (item.length >>> 8));
        mac.update((byte) item.length);
        mac.update(item);
    }
}
