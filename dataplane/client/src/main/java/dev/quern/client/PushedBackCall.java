package dev.quern.client;

import dev.quern.protocol.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A call of a function that the server sent back to be run here. Nothing of it was done yet. Any thread. */
public final class PushedBackCall {
    /** How often the module may change under a call before the server is to run it. */
    private static final int AGAIN_MAX = 3;

    private final QuernClient client;
    private final FunctionCall call;
    private final String function;
    private final ClientTable table;
    private final boolean readOnly;
    private final byte[][] arguments;
    private final byte[] sha256;
    private final long unixMs;
    private final long deadlineNs;
    private final int attempt;

    PushedBackCall(
            QuernClient client,
            FunctionCall call,
            String function,
            ClientTable table,
            boolean readOnly,
            byte[][] arguments,
            byte[] sha256,
            long unixMs,
            long deadlineNs,
            int attempt) {
        this.client = client;
        this.call = call;
        this.function = function;
        this.table = table;
        this.readOnly = readOnly;
        this.arguments = arguments;
        this.sha256 = sha256;
        this.unixMs = unixMs;
        this.deadlineNs = deadlineNs;
        this.attempt = attempt;
    }

    public QuernClient client() {
        return client;
    }

    /** The tenant's name. */
    public String tenant() {
        return client.tenant();
    }

    /** As it was called: {@code module}, or {@code module.entry}. */
    public String function() {
        return function;
    }

    /** The function's table 0. */
    public ClientTable table() {
        return table;
    }

    /** Whether the call's writes are to be refused, whatever the function's own settings say. */
    public boolean readOnly() {
        return readOnly;
    }

    /** The caller's own arrays, which nobody changes. */
    public List<byte[]> arguments() {
        return List.of(arguments);
    }

    /** In the form of {@link FunctionCall#encodeArguments}. */
    public byte[] encodedArguments() {
        return FunctionCall.encodeArguments(arguments);
    }

    /** Of the module that is meant. */
    public byte[] sha256() {
        return sha256.clone();
    }

    /** The time that the function is to see, in unix milliseconds. */
    public long unixMs() {
        return unixMs;
    }

    /** {@link System#nanoTime} of when the caller stops waiting. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** What is left until then, at least a millisecond. */
    public Duration timeLeft() {
        return Duration.ofNanos(Math.max(1_000_000, deadlineNs - System.nanoTime()));
    }

    /** Has the server run it after all; for what cannot be done here. Nothing of it may have been committed. */
    public CompletableFuture<FunctionResult> atServer() {
        return call.atServer(arguments, deadlineNs);
    }

    /** Asks the server once more, as another module took the place of the one meant: it may send it back again. */
    public CompletableFuture<FunctionResult> again() {
        return attempt >= AGAIN_MAX ? atServer() : call.send(arguments, deadlineNs, attempt + 1);
    }

    /** The exception for a status of {@link Status}, as if the server had answered with it. */
    public QuernException failure(int status, String message) {
        return QuernException.of(status, "function " + function, message);
    }

    /** The exception for an entry that returned another number than 0. */
    public QuernException failed(int code, byte[] reply) {
        return FunctionCall.failed(function, code, reply);
    }
}
