package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.protocol.InvokeAllLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import dev.quern.sandbox.Function;
import dev.quern.server.dispatch.CallBatch;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.HandedCall;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Requests of many calls of one function. They run here and now for as long as nobody has to wait for that, and the rest goes to a station; what went
 * there is answered in a later turn. Thread: the core's. Allocates nothing but for errors.
 */
final class InvokeAllRequests extends ReturnedCalls implements AutoCloseable {
    /** What is kept for answers: the longest datagram's. */
    private static final int REPLY_BYTES_KEPT = 64 * 1024;

    /** A batch may take this part of a quantum even where the turn has lasted for one. */
    private static final int QUANTUM_SHARE = 4;

    private final Core core;
    private final Reply reply;
    private final CallBatch batch = new CallBatch(REPLY_BYTES_KEPT);
    private final long quantumNs;

    /** When the last batch ended that ran here. */
    private long calledNs;

    InvokeAllRequests(Core core, Reply reply, Reply returnedReply) {
        super(core, Opcode.INVOKE_ALL, returnedReply);
        this.core = core;
        this.reply = reply;
        this.quantumNs = core.functions().quantumNs();
    }

    /**
     * Called inside the store's epoch, and leaves it while the function runs.
     *
     * @param arrivedNs since when it has waited, at the least
     * @param nowNs of a moment ago
     * @return the time after it, when it ran here; otherwise {@code nowNs}
     */
    long invokeAll(
            Session session,
            int sequence,
            Table table,
            int deadlineUs,
            long body,
            int length,
            long arrivedNs,
            long nowNs) {
        int count = InvokeAllLayout.count(NativeMemory.ALL, body);
        core.counters().add(Counter.INVOCATIONS, count);
        int nameLength = InvokeAllLayout.nameLength(NativeMemory.ALL, body);
        long name = body + InvokeAllLayout.NAME_OFFSET;
        Function function = core.functions().find(session.tenant(), name, nameLength);
        if (function == null) {
            FunctionRequests.unknown(reply, Wire.text(NativeMemory.ALL, name, nameLength));
            return nowNs;
        }
        batch.set(
                function,
                table,
                (InvokeAllLayout.flags(NativeMemory.ALL, body) & InvokeAllLayout.FLAG_READ_ONLY) != 0,
                Integer.toUnsignedLong(deadlineUs),
                arrivedNs,
                count,
                name + nameLength,
                body + length);
        FunctionStation station = core.dispatch()
                .choose(
                        function,
                        length,
                        core.owner(),
                        core.waitedNs(),
                        nowNs - arrivedNs,
                        nowNs - core.nowNs(),
                        nowNs);
        if (station == null) {
            runHere(function, arrivedNs, nowNs);
            if (batch.left() == 0) {
                answer(reply, batch);
                return calledNs;
            }
            station = core.roles().station(core.owner());
        }
        handOver(station, session, sequence);
        return Math.max(nowNs, calledNs);
    }

    private void runHere(Function function, long arrivedNs, long nowNs) {
        // What came before it in the burst is not its time.
        long startNs = nowNs == calledNs ? nowNs : System.nanoTime();
        long untilNs = Math.max(core.nowNs() + quantumNs, startNs + quantumNs / QUANTUM_SHARE);
        core.gauges().began(startNs);
        core.storeCore().exit();
        try {
            calledNs = batch.run(core.functionCore(), startNs, core.nowMs(), untilNs, null);
        } finally {
            core.storeCore().enter(core.nowMs());
            core.gauges().ran(function.tenant().id(), batch.ranCount(), calledNs - startNs);
        }
        if (batch.ranCount() > 0) {
            core.dispatch()
                    .ranHere(
                            function,
                            startNs - arrivedNs,
                            (calledNs - startNs) / batch.ranCount(),
                            batch.readsEach(),
                            calledNs);
        }
    }

    /** Gives what is left to a station; when that has no room, it is not begun. */
    private void handOver(@Nullable FunctionStation station, Session session, int sequence) {
        int left = batch.left();
        HandedCall handed = station == null ? null : core.calls().take();
        if (station != null && handed != null) {
            if (handed.from(this, session, sequence).setAll(batch) && station.offer(handed)) {
                session.executing(1);
                boolean isOwn = station.index() == core.owner();
                core.counters().add(isOwn ? Counter.INVOCATIONS_QUEUED : Counter.INVOCATIONS_HANDED, left);
                return;
            }
            core.calls().putBack(handed);
        }
        core.counters().add(Counter.INVOCATIONS_SHED, left);
        batch.endRest(Status.BUSY, 0);
        answer(reply, batch);
    }

    private void answer(Reply to, CallBatch done) {
        if (done.failedCount() > 0) {
            core.counters().add(Counter.INVOCATIONS_FAILED, done.failedCount());
        }
        if (done.isRefused()) {
            to.busy(done.retryUs());
        } else {
            to.body(Status.OK, done.replyAddress(), done.replyLength());
        }
    }

    @Override
    int shed(HandedCall call) {
        return call.batch().left();
    }

    @Override
    void answer(Reply to, HandedCall call) {
        if (call.status() == Status.OK) {
            answer(to, call.batch());
        } else {
            core.counters().increment(Counter.INVOCATIONS_FAILED);
            to.error(call.status(), call.error());
        }
    }

    @Override
    public void close() {
        batch.free();
    }
}
