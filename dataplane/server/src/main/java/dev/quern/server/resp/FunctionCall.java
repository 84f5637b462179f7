package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.Status;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Invocation;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.HandedCall;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;

/**
 * FCALL and FCALL_RO: runs a function on this core, at once; but one that is not known to be short after the event loop has been left, so that
 * the loop can serve others in its midst. Thread: the core's.
 */
final class FunctionCall {
    /** The command's own arguments: its name, the function's, the count of keys. */
    private static final int OWN_ARGUMENTS = 3;

    /** What waits in a connection keeps its client from sending more, so it is no reason to refuse. */
    private static final long NOT_WAITED_NS = 0;

    /** The function's own limit of time. */
    private static final long TIME_LIMIT_OWN = 0;

    private FunctionCall() {}

    static void fcall(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        call(connection, arguments, false, reply);
    }

    static void fcallReadOnly(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        call(connection, arguments, true, reply);
    }

    private static void call(RespConnection connection, Arguments arguments, boolean readOnly, ReplyWriter reply) {
        Core core = connection.core().core();
        Function function = core.functions().find(connection.tenant(), arguments.address(1), arguments.length(1));
        if (function == null) {
            reply.error("ERR Function not found");
            return;
        }
        if (!arguments.isLong(2)) {
            reply.error("ERR Bad number of keys provided");
            return;
        }
        long keys = arguments.asLong(2);
        if (keys > arguments.count() - OWN_ARGUMENTS) {
            reply.error("ERR Number of keys can't be greater than number of args");
            return;
        }
        if (keys < 0) {
            reply.error("ERR Number of keys can't be negative");
            return;
        }
        long nowNs = System.nanoTime();
        FunctionStation station = core.dispatch()
                .choose(
                        function,
                        (int) Math.min(encodedLength(arguments), Integer.MAX_VALUE),
                        core.owner(),
                        core.waitedNs(),
                        NOT_WAITED_NS,
                        nowNs - core.nowNs(),
                        nowNs);
        HandedCall handed = station == null ? null : core.calls().take();
        if (station != null && handed != null) {
            handOver(connection, function, arguments, readOnly, station, handed, reply);
            return;
        }
        if (!function.isShort() && core.events().isServing()) {
            connection.defer(arguments);
            return;
        }
        // A function may run for milliseconds and begins its own epoch: it must not hold the burst's.
        connection.core().leave();
        Invocation invocation = core.functionCore().invocation();
        long encoded = core.scratch().reserve(encodedLength(arguments));
        int length = encode(arguments, encoded);
        invocation.set(encoded, length, connection.table(), readOnly, TIME_LIMIT_OWN);
        core.counters().increment(Counter.INVOCATIONS);
        core.gauges().began(nowNs);
        int status = connection.running(() -> core.functionCore().invoke(function, invocation, nowNs, core.nowMs()));
        long tookNs = System.nanoTime() - nowNs;
        core.gauges().ran(function.tenant().id(), 1, tookNs);
        core.dispatch().ranHere(function, nowNs - core.nowNs(), tookNs, invocation.readCount(), nowNs + tookNs);
        function.took(nowNs + tookNs - core.nowNs());
        if (connection.isClosed()) {
            return;
        }
        // Others may have been answered in its midst.
        ReplyWriter writer = connection.core().reply(connection);
        if (status != FunctionStatus.OK) {
            failed(core, status, invocation.error(), writer);
        } else if (invocation.replied()) {
            writer.bulk(invocation.replyAddress(), invocation.replyLength());
        } else {
            writer.nil();
        }
    }

    /** Gives the call to a station; the connection waits for it. */
    private static void handOver(
            RespConnection connection,
            Function function,
            Arguments arguments,
            boolean readOnly,
            FunctionStation station,
            HandedCall handed,
            ReplyWriter reply) {
        Core core = connection.core().core();
        long encoded = handed.from(connection.core().calls(), connection, 0)
                .reserve(function, connection.table(), readOnly, TIME_LIMIT_OWN, core.nowNs(), (int)
                        encodedLength(arguments));
        handed.written(encode(arguments, encoded));
        core.counters().increment(Counter.INVOCATIONS);
        if (station.offer(handed)) {
            core.counters()
                    .increment(
                            station.index() == core.owner() ? Counter.INVOCATIONS_QUEUED : Counter.INVOCATIONS_HANDED);
            connection.await();
        } else {
            core.calls().putBack(handed);
            core.counters().increment(Counter.INVOCATIONS_SHED);
            failed(core, Status.BUSY, Status.describe(Status.BUSY), reply);
        }
    }

    static void failed(Core core, int status, String error, ReplyWriter reply) {
        core.counters().increment(Counter.INVOCATIONS_FAILED);
        if (status == FunctionStatus.OVER_QUOTA) {
            reply.error(Errors.OUT_OF_MEMORY);
        } else if (status == FunctionStatus.PAUSED || status == FunctionStatus.NOT_READY || status == Status.BUSY) {
            // What Redis's clients know for an error to try again on.
            reply.error("TRYAGAIN " + error);
        } else {
            reply.error("ERR " + error);
        }
    }

    private static long encodedLength(Arguments arguments) {
        return Integer.BYTES + (long) Integer.BYTES * arguments.count() + arguments.bytes();
    }

    /** Writes the argument list that functions read: a count, then each argument's length and bytes. */
    private static int encode(Arguments arguments, long target) {
        NativeMemory.putInt(target, arguments.count() - OWN_ARGUMENTS);
        long position = target + Integer.BYTES;
        for (int index = OWN_ARGUMENTS; index < arguments.count(); index++) {
            int length = arguments.length(index);
            NativeMemory.putInt(position, length);
            if (length > 0) {
                NativeMemory.copy(arguments.address(index), position + Integer.BYTES, length);
            }
            position += Integer.BYTES + length;
        }
        return (int) (position - target);
    }
}
