package dev.quern.client;

import dev.quern.protocol.FunctionLayout;
import dev.quern.protocol.FunctionModuleLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * A module as the server has it. Its arrays are the caller's own.
 *
 * @param sha256 of limits and module
 * @param module its bytes; empty when the caller has them already
 * @param readOnly whether its writes are to be refused
 * @param fresh whether each call begins with the module's initial memory
 * @param timeLimit of one call
 * @param memoryPagesMax of 64 KiB each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FunctionModule(
        byte[] sha256, byte[] module, boolean readOnly, boolean fresh, Duration timeLimit, int memoryPagesMax) {
    /** Reads a checked {@link FunctionModuleLayout}, whose bytes are to be of the hash that it says. */
    static FunctionModule read(String function, Reply reply, byte[] known) {
        byte[] sha256 = FunctionModuleLayout.sha256(reply.memory(), reply.body());
        byte[] module = Wire.bytes(
                reply.memory(),
                reply.body() + FunctionModuleLayout.MODULE_OFFSET,
                reply.length() - FunctionModuleLayout.MODULE_OFFSET);
        byte[] covered = Wire.bytes(
                reply.memory(),
                reply.body() + FunctionModuleLayout.TIME_LIMIT_US_OFFSET,
                reply.length() - FunctionModuleLayout.TIME_LIMIT_US_OFFSET);
        boolean isLeftOut = module.length == 0 && Arrays.equals(known, sha256);
        if (!isLeftOut && !Arrays.equals(sha256(covered), sha256)) {
            throw new QuernException(
                    "fetch function " + function + ": its " + module.length
                            + " bytes are not of the SHA-256 that came with them; it is not run here",
                    Status.OK);
        }
        int flags = FunctionModuleLayout.flags(reply.memory(), reply.body());
        return new FunctionModule(
                sha256,
                module,
                (flags & FunctionLayout.FLAG_READ_ONLY) != 0,
                (flags & FunctionLayout.FLAG_FRESH) != 0,
                Duration.of(FunctionModuleLayout.timeLimitUs(reply.memory(), reply.body()), ChronoUnit.MICROS),
                FunctionModuleLayout.memoryPagesMax(reply.memory(), reply.body()));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
