package dev.quern.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A module as it was deployed, for whoever is to run it elsewhere. Its arrays are the sandbox's own: not to be changed.
 *
 * @param sha256 of the manifest's limits and the bytes, in the order and form of the protocol's FunctionModuleLayout, from its time limit on: so
 *     that neither is taken for that of another deployment
 * @param isPaused whether its calls are refused
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeployedModule(Manifest manifest, byte[] sha256, byte[] bytes, boolean isPaused) {
    /** As the protocol has it. */
    public static final int FLAG_READ_ONLY = 2;

    /** As the protocol has it. */
    public static final int FLAG_FRESH = 8;

    private static final int LIMITS_BYTES = Long.BYTES + 2 * Integer.BYTES;

    static DeployedModule of(Manifest manifest, byte[] bytes) {
        ByteBuffer limits = ByteBuffer.allocate(LIMITS_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(manifest.timeLimitUs())
                .putInt(manifest.memoryPagesMax())
                .putInt(flags(manifest));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(limits.array());
            return new DeployedModule(manifest, digest.digest(bytes), bytes, false);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    DeployedModule withPaused(boolean paused) {
        return new DeployedModule(manifest, sha256, bytes, paused);
    }

    /** {@link #FLAG_READ_ONLY} and {@link #FLAG_FRESH}, as far as they hold. */
    public static int flags(Manifest manifest) {
        return (manifest.readOnly() ? FLAG_READ_ONLY : 0) | (manifest.fresh() ? FLAG_FRESH : 0);
    }
}
