package dev.quern.client;

import dev.quern.protocol.DeployLayout;
import dev.quern.protocol.FunctionFetchLayout;
import dev.quern.protocol.FunctionListReplyLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PushbackLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The tenant's deployed functions. Threads and futures: as {@link ClientTable}. To call one: {@link QuernClient#call}. */
public final class Functions {
    private final QuernClient client;
    private final long timeoutNs;

    Functions(QuernClient client, long timeoutNs) {
        this.client = client;
        this.timeoutNs = timeoutNs;
    }

    /** The same with another timeout: checking and compiling a large module takes its time. */
    public Functions withTimeout(Duration timeout) {
        return new Functions(client, QuernClient.timeoutNs(timeout));
    }

    /**
     * Deploys a function. {@link QuernException.FunctionRefused} says what is wrong with a module; a name that is taken is an error with
     * {@link Status#EXISTS}.
     */
    public CompletableFuture<FunctionInfo> deploy(FunctionSpec spec) {
        return deploy(spec, false);
    }

    /** Deploys a function in the place of the one of its name, if there is one. Calls that run go on with the old one. */
    public CompletableFuture<FunctionInfo> replace(FunctionSpec spec) {
        return deploy(spec, true);
    }

    private CompletableFuture<FunctionInfo> deploy(FunctionSpec spec, boolean replace) {
        byte[] name = nameBytes(spec.name());
        byte[] runtime = spec.runtime().getBytes(StandardCharsets.UTF_8);
        byte[] module = spec.module();
        byte[] calibration = spec.calibration();
        int calibrationLength = calibration.length == 0 ? 0 : Integer.BYTES + calibration.length;
        TableRequests.require(
                runtime.length <= Limits.RUNTIME_NAME_BYTES_MAX, "no runtime has such a name: " + spec.runtime());
        int flags = (replace ? DeployLayout.FLAG_REPLACE : 0)
                | (spec.isReadOnly() ? DeployLayout.FLAG_READ_ONLY : 0)
                | (spec.isFresh() ? DeployLayout.FLAG_FRESH : 0)
                | (spec.targetP99Us() == 0 ? 0 : DeployLayout.FLAG_TARGET)
                | (calibrationLength == 0 ? 0 : DeployLayout.FLAG_CALIBRATE);
        int length = DeployLayout.NAME_OFFSET
                + name.length
                + runtime.length
                + DeployLayout.targetBytes(flags)
                + calibrationLength
                + module.length;
        TableRequests.require(length <= Limits.BODY_BYTES_MAX, "a module is at most 16 MiB long, not " + module.length);
        return client.submit(new Request<>(
                Opcode.DEPLOY,
                false,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                length,
                (memory, body) -> {
                    DeployLayout.write(
                            memory,
                            body,
                            spec.timeLimitUs(),
                            spec.memoryPagesMax(),
                            flags,
                            name.length,
                            runtime.length);
                    long at = Wire.putBytes(memory, body + DeployLayout.NAME_OFFSET, name);
                    at = Wire.putBytes(memory, at, runtime);
                    if (spec.targetP99Us() > 0) {
                        Wire.putInt(memory, at, (int) spec.targetP99Us());
                        at += Integer.BYTES;
                    }
                    if (calibrationLength > 0) {
                        Wire.putInt(memory, at, calibration.length);
                        at = Wire.putBytes(memory, at + Integer.BYTES, calibration);
                    }
                    Wire.putBytes(memory, at, module);
                },
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("deploy function " + spec.name());
                    }
                    return FunctionInfo.read(reply.memory(), reply.body());
                }));
    }

    /** Every function of the tenant. */
    public CompletableFuture<List<FunctionInfo>> list() {
        return client.submit(new Request<>(
                Opcode.FUNCTION_LIST,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                0,
                (memory, body) -> {},
                Functions::readList));
    }

    private static List<FunctionInfo> readList(Reply reply) {
        if (!reply.ok()) {
            throw reply.exception("list functions");
        }
        MemorySegment memory = reply.memory();
        int count = FunctionListReplyLayout.count(memory, reply.body());
        List<FunctionInfo> functions = new ArrayList<>();
        long at = reply.body() + FunctionListReplyLayout.FUNCTIONS_OFFSET;
        for (int i = 0; i < count; i++) {
            functions.add(FunctionInfo.read(memory, at + Integer.BYTES));
            at += Integer.BYTES + Wire.getInt(memory, at);
        }
        return List.copyOf(functions);
    }

    /** One function; null when there is none of this name. */
    public CompletableFuture<@Nullable FunctionInfo> describe(String function) {
        return client.submit(named(Opcode.FUNCTION_DESCRIBE, true, function, reply -> {
            if (reply.status() == Status.UNKNOWN_FUNCTION) {
                return null;
            }
            if (!reply.ok()) {
                throw reply.exception("describe function " + function);
            }
            return FunctionInfo.read(reply.memory(), reply.body());
        }));
    }

    /** Removes a function; completes with whether there was one. Calls that run go on. */
    public CompletableFuture<Boolean> remove(String function) {
        return change(Opcode.FUNCTION_REMOVE, function, "remove function ");
    }

    /** Has calls of a function refused with {@link QuernException.Busy} until it is resumed or replaced; completes with whether there was one. */
    public CompletableFuture<Boolean> pause(String function) {
        return change(Opcode.FUNCTION_PAUSE, function, "pause function ");
    }

    /** Undoes {@link #pause}; completes with whether there was such a function. */
    public CompletableFuture<Boolean> resume(String function) {
        return change(Opcode.FUNCTION_RESUME, function, "resume function ");
    }

    private CompletableFuture<Boolean> change(int opcode, String function, String what) {
        return client.submit(named(opcode, false, function, reply -> {
            if (reply.status() == Status.UNKNOWN_FUNCTION) {
                return false;
            }
            if (!reply.ok()) {
                throw reply.exception(what + function);
            }
            return true;
        }));
    }

    /** The newest lines that the tenant's functions logged, oldest first. */
    public CompletableFuture<List<String>> log() {
        return client.submit(new Request<>(
                Opcode.FUNCTION_LOG,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                0,
                (memory, body) -> {},
                Functions::readLog));
    }

    private static List<String> readLog(Reply reply) {
        if (!reply.ok()) {
            throw reply.exception("read the function log");
        }
        List<String> lines = new ArrayList<>();
        long at = reply.body() + Integer.BYTES;
        for (int count = Wire.getInt(reply.memory(), reply.body()); count > 0; count--) {
            int length = Wire.getInt(reply.memory(), at);
            lines.add(Wire.text(reply.memory(), at + Integer.BYTES, length));
            at += Integer.BYTES + length;
        }
        return List.copyOf(lines);
    }

    /**
     * A function's module, for who runs it: allowed by servers that send invocations back to their clients. Its bytes have been checked
     * against the hash that came with them.
     *
     * @param knownSha256 of the module that the caller has: when it is that one still, its bytes are left out. Empty for none
     * @throws QuernException.FunctionRefused in the future: it runs at the server only
     */
    public CompletableFuture<FunctionModule> fetch(String function, byte[] knownSha256) {
        byte[] name = nameBytes(function);
        byte[] known = Arrays.copyOf(knownSha256, PushbackLayout.SHA256_BYTES);
        return client.submit(new Request<>(
                Opcode.FUNCTION_FETCH,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                FunctionFetchLayout.NAME_OFFSET + name.length,
                (memory, body) -> {
                    FunctionFetchLayout.write(memory, body, known);
                    Wire.putBytes(memory, body + FunctionFetchLayout.NAME_OFFSET, name);
                },
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("fetch function " + function);
                    }
                    return FunctionModule.read(function, reply, known);
                }));
    }

    private <T> Request<T> named(int opcode, boolean replayable, String function, Request.Decoder<T> decoder) {
        byte[] name = nameBytes(function);
        return new Request<>(
                opcode,
                replayable,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                name.length,
                (memory, body) -> Wire.putBytes(memory, body, name),
                decoder);
    }

    static byte[] nameBytes(String function) {
        byte[] name = function.getBytes(StandardCharsets.UTF_8);
        TableRequests.require(
                name.length >= 1 && name.length <= Limits.FUNCTION_NAME_BYTES_MAX,
                "a function's name has 1 to " + Limits.FUNCTION_NAME_BYTES_MAX + " bytes: " + function);
        return name;
    }
}
