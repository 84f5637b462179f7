package dev.quern.client;

import dev.quern.protocol.InvokeAllLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PushbackLayout;
import dev.quern.protocol.RunFiguresLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One call of a function, being prepared. One thread; {@link #send} may be called more than once. */
public final class FunctionCall {
    private static final long U32_MAX = 0xFFFF_FFFFL;
    private static final int U16_MAX = 0xFFFF;

    private final QuernClient client;
    private final String function;
    private final byte[] name;
    private TableHandle table = TableHandle.DEFAULT;
    private boolean readOnly;
    private long timeoutNs;
    private byte[][] arguments = {};

    FunctionCall(QuernClient client, String function, long timeoutNs) {
        this.client = client;
        this.function = function;
        this.timeoutNs = timeoutNs;
        name = Functions.nameBytes(function);
    }

    /** The function's table 0. */
    public FunctionCall table(ClientTable value) {
        table = value.handle();
        return this;
    }

    /** Its writes are refused. Such a call moves to a new session when the old one ends, as a read does. */
    public FunctionCall readOnly() {
        readOnly = true;
        return this;
    }

    /** How long to wait for the answer; the server ends the function by then, or at its own limit if that is sooner. */
    public FunctionCall timeout(Duration value) {
        timeoutNs = QuernClient.timeoutNs(value);
        return this;
    }

    /** Up to 1024 byte strings, not copied. The first one decides which core the call goes to. */
    public FunctionCall arguments(byte[]... values) {
        checkCount(values);
        arguments = values.clone();
        return this;
    }

    /**
     * Sends the call. Its future completes with what the function replied, or exceptionally, above all with
     * {@link QuernException.FunctionFailed} when the function returned a code other than 0; then, and with every other answer of the
     * server that is no reply, none of its writes were applied.
     */
    public CompletableFuture<FunctionResult> send() {
        return send(arguments, System.nanoTime() + timeoutNs, 1);
    }

    CompletableFuture<FunctionResult> send(byte[][] list, long deadlineNs, int attempt) {
        FunctionRunner runner = client.functionRunner();
        if (runner == null || !runner.offers(function)) {
            return atServer(list, deadlineNs);
        }
        CompletableFuture<FunctionResult> outcome = new CompletableFuture<>();
        CompletableFuture<Answer> answered;
        try {
            answered = request(
                    list,
                    deadlineNs,
                    InvokeLayout.FLAG_CLIENT_RUNS,
                    client.takesRunFigures() ? runner.figures(function) : null);
        } catch (RuntimeException | Error neverSent) {
            runner.keptByServer(function);
            throw neverSent;
        }
        boolean wasReadOnly = readOnly;
        ClientTable table0 = new ClientTable(client, table, timeoutNs);
        CompletableFuture<Answer> ignored = answered.whenComplete((answer, failure) -> {
            byte[] sha256 = answer == null ? null : answer.sha256();
            if (sha256 == null) {
                runner.keptByServer(function);
                end(outcome, answer == null ? null : answer.result(), failure);
                return;
            }
            PushedBackCall call = new PushedBackCall(
                    client, this, function, table0, wasReadOnly, list, sha256, answer.unixMs(), deadlineNs, attempt);
            pass(runner.run(call), outcome);
        });
        return outcome;
    }

    private static void pass(CompletableFuture<FunctionResult> from, CompletableFuture<FunctionResult> to) {
        CompletableFuture<FunctionResult> ignored = from.whenComplete((result, failure) -> end(to, result, failure));
    }

    private static void end(
            CompletableFuture<FunctionResult> outcome, @Nullable FunctionResult result, @Nullable Throwable failure) {
        if (failure != null) {
            outcome.completeExceptionally(failure);
        } else {
            outcome.complete(result);
        }
    }

    /** Sends the call to be run at the server, whoever else could. */
    CompletableFuture<FunctionResult> atServer(byte[][] list, long deadlineNs) {
        CompletableFuture<FunctionResult> outcome = new CompletableFuture<>();
        CompletableFuture<Answer> ignored = request(list, deadlineNs, 0, null)
                .whenComplete((answer, failure) -> end(outcome, answer == null ? null : answer.result(), failure));
        return outcome;
    }

    /** What came back: a result, or which module is to be run here. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(@Nullable FunctionResult result, byte @Nullable [] sha256, long unixMs) {}

    private CompletableFuture<Answer> request(
            byte[][] list, long deadlineNs, int runFlags, @Nullable RunFigures figures) {
        int flags = runFlags
                | (readOnly ? InvokeLayout.FLAG_READ_ONLY : 0)
                | (figures == null ? 0 : InvokeLayout.FLAG_MEASURED);
        long length = InvokeLayout.NAME_OFFSET + name.length + encodedLength(list) + InvokeLayout.figuresBytes(flags);
        checkLength(length);
        return client.submit(new Request<>(
                Opcode.INVOKE,
                readOnly,
                table,
                route(list),
                Math.max(1, deadlineNs - System.nanoTime()),
                (int) length,
                (memory, body) -> {
                    InvokeLayout.write(memory, body, flags, name.length);
                    long end = encode(memory, Wire.putBytes(memory, body + InvokeLayout.NAME_OFFSET, name), list);
                    if (figures != null) {
                        RunFiguresLayout.write(
                                memory,
                                end,
                                (int) Math.min(figures.tookUs(), U32_MAX),
                                Math.min(figures.roundTrips(), U16_MAX),
                                Math.min(figures.records(), U16_MAX));
                    }
                },
                this::read));
    }

    private Answer read(Reply reply) {
        return switch (reply.status()) {
            case Status.OK -> new Answer(new FunctionResult(reply.value()), null, 0);
            case Status.FUNCTION_FAILED -> throw failed(function, reply.resultCode(), reply.value());
            case Status.PUSHED_BACK ->
                new Answer(
                        null,
                        PushbackLayout.sha256(reply.memory(), reply.body()),
                        PushbackLayout.unixMs(reply.memory(), reply.body()));
            default -> throw reply.exception("function " + function);
        };
    }

    /**
     * Calls the function once for each of these lists of arguments, in their order, by one request: far cheaper than as many calls. Each call is
     * a transaction of its own, and one that fails leaves the others alone; the {@link #timeout} is for all of them. They run at the server, also where
     * this client could run them. The first argument of the first call decides which core they go to.
     *
     * <p>The future completes with what became of each call, in the order of the lists; exceptionally, when nothing is known of any of them
     * or none was begun: as {@link #send} does when there is no such function, the server is busy, or no answer came in time.
     *
     * @param calls 1 to {@link Limits#INVOKE_ALL_CALLS_MAX} lists of up to 1024 arguments, not copied; together at most 16 MiB
     */
    public CompletableFuture<List<CallOutcome>> sendAll(List<byte[][]> calls) {
        TableRequests.require(
                !calls.isEmpty() && calls.size() <= Limits.INVOKE_ALL_CALLS_MAX,
                "1 to " + Limits.INVOKE_ALL_CALLS_MAX + " calls by a request, not " + calls.size());
        List<byte[][]> lists = List.copyOf(calls);
        long length = (long) InvokeAllLayout.NAME_OFFSET + name.length;
        for (byte[][] list : lists) {
            checkCount(list);
            length += Integer.BYTES + encodedLength(list);
        }
        checkLength(length);
        byte[][] first = lists.getFirst();
        return client.submit(new Request<>(
                Opcode.INVOKE_ALL,
                readOnly,
                table,
                route(first),
                timeoutNs,
                (int) length,
                (memory, body) -> {
                    InvokeAllLayout.write(
                            memory, body, readOnly ? InvokeAllLayout.FLAG_READ_ONLY : 0, name.length, lists.size());
                    long at = Wire.putBytes(memory, body + InvokeAllLayout.NAME_OFFSET, name);
                    for (byte[][] list : lists) {
                        Wire.putInt(memory, at, (int) encodedLength(list));
                        at = encode(memory, at + Integer.BYTES, list);
                    }
                },
                this::outcomes));
    }

    private List<CallOutcome> outcomes(Reply reply) {
        if (!reply.ok()) {
            throw reply.exception("function " + function);
        }
        List<CallOutcome> outcomes = new ArrayList<>();
        int ignored = reply.outcomes((index, status, result, memory, offset, length) -> outcomes.add(
                switch (status) {
                    case Status.OK -> CallOutcome.of(new FunctionResult(Wire.bytes(memory, offset, length)));
                    case Status.FUNCTION_FAILED ->
                        CallOutcome.of(failed(function, result, Wire.bytes(memory, offset, length)));
                    default ->
                        CallOutcome.of(
                                QuernException.of(status, "function " + function, Wire.text(memory, offset, length)));
                }));
        return List.copyOf(outcomes);
    }

    private static int route(byte[][] list) {
        return list.length == 0 ? Request.ROUTE_ANY : TableRequests.hash(list[0], 0, list[0].length);
    }

    private static void checkCount(byte[][] list) {
        TableRequests.require(
                list.length <= Limits.ARGUMENTS_MAX,
                "at most " + Limits.ARGUMENTS_MAX + " arguments, not " + list.length);
    }

    private static void checkLength(long length) {
        TableRequests.require(
                length <= Limits.BODY_BYTES_MAX, "arguments are at most 16 MiB together, not " + length + " bytes");
    }

    static QuernException.FunctionFailed failed(String function, int code, byte[] reply) {
        return new QuernException.FunctionFailed(
                "function " + function + " returned " + code + ": " + new FunctionResult(reply).text(), code, reply);
    }

    private static long encodedLength(byte[][] list) {
        long length = Integer.BYTES;
        for (byte[] argument : list) {
            length += Integer.BYTES + argument.length;
        }
        return length;
    }

    private static long encode(MemorySegment memory, long offset, byte[][] list) {
        Wire.putInt(memory, offset, list.length);
        long at = offset + Integer.BYTES;
        for (byte[] argument : list) {
            Wire.putInt(memory, at, argument.length);
            at = Wire.putBytes(memory, at + Integer.BYTES, argument);
        }
        return at;
    }

    /** An argument list in the form that {@link Pipeline#invoke} takes. */
    public static byte[] encodeArguments(byte[]... arguments) {
        byte[] encoded = new byte[(int) encodedLength(arguments)];
        long ignored = encode(MemorySegment.ofArray(encoded), 0, arguments);
        return encoded;
    }
}
