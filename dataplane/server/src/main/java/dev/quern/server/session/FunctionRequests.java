package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.DeployLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.InvokeReplyLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionInfo;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.Invocation;
import dev.quern.sandbox.Manifest;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.dispatch.HandedCall;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests about functions. An invocation runs here and now, goes back to its client, or is handed to a station; deploying and removing go to
 * the control thread. What went elsewhere is answered in a later turn. Thread: the core's.
 */
final class FunctionRequests extends ReturnedCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionRequests.class);

    private static final int NOT_READY_RETRY_US = dev.quern.sandbox.Limits.NOT_READY_RETRY_MS * 1_000;

    private final Core core;
    private final Functions functions;
    private final Reply reply;

    /** When the last function ended that ran here. */
    private long calledNs;

    private final Pushbacks pushbacks;
    private final ControlWork controlWork;
    private final FunctionEncoder encoder = new FunctionEncoder();

    FunctionRequests(Core core, Reply reply, Reply returnedReply, Pushbacks pushbacks, ControlWork controlWork) {
        super(core, Opcode.INVOKE, returnedReply);
        this.pushbacks = pushbacks;
        this.controlWork = controlWork;
        this.core = core;
        this.functions = core.functions();
        this.reply = reply;
    }

    /**
     * Called inside the store's epoch, and leaves it while the function runs, which pins its own. Or hands it to where it is better run, and
     * it is answered in a later turn.
     *
     * @param arrivedNs since when it has waited, at the least
     * @param nowNs of a moment ago
     * @return the time after it, when it ran here; otherwise {@code nowNs}
     */
    long invoke(
            Session session,
            int sequence,
            Table table,
            int deadlineUs,
            long body,
            int length,
            long arrivedNs,
            long nowNs) {
        Tenant tenant = session.tenant();
        core.counters().increment(Counter.INVOCATIONS);
        int nameLength = InvokeLayout.nameLength(NativeMemory.ALL, body);
        long name = body + InvokeLayout.NAME_OFFSET;
        Function function = functions.find(tenant, name, nameLength);
        if (function == null) {
            unknown(reply, Wire.text(NativeMemory.ALL, name, nameLength));
            return nowNs;
        }
        int flags = InvokeLayout.flags(NativeMemory.ALL, body);
        boolean readOnly = (flags & InvokeLayout.FLAG_READ_ONLY) != 0;
        long arguments = name + nameLength;
        long argumentsEnd = body + length - InvokeLayout.figuresBytes(flags);
        int argumentsLength = (int) (argumentsEnd - arguments);
        byte[] sha256 = (flags & InvokeLayout.FLAG_CLIENT_RUNS) == 0 ? null : function.sha256ToRunElsewhere();
        if (sha256 != null
                && pushbacks.goesBack(
                        function,
                        flags,
                        argumentsEnd,
                        argumentsLength,
                        Math.max(core.waitedNs(), nowNs - arrivedNs),
                        deadlineUs,
                        nowNs)) {
            pushbacks.sendBack(session, sha256);
            return nowNs;
        }
        FunctionStation station = core.dispatch()
                .choose(
                        function,
                        argumentsLength,
                        core.owner(),
                        core.waitedNs(),
                        nowNs - arrivedNs,
                        nowNs - core.nowNs(),
                        nowNs);
        if (station != null) {
            HandedCall handed = core.calls().take();
            if (handed != null) {
                handed.from(this, session, sequence)
                        .set(
                                function,
                                table,
                                readOnly,
                                Integer.toUnsignedLong(deadlineUs),
                                arrivedNs,
                                arguments,
                                argumentsLength);
                handOver(station, handed, session);
                return nowNs;
            }
        }
        Invocation call = core.functionCore().invocation();
        call.set(arguments, argumentsLength, table, readOnly, Integer.toUnsignedLong(deadlineUs));
        int status;
        // What came before it in the burst is not its time.
        long startNs = nowNs == calledNs ? nowNs : System.nanoTime();
        core.gauges().began(startNs);
        core.dispatch().beginsHere(function);
        core.storeCore().exit();
        try {
            status = core.functionCore().invoke(function, call, startNs, core.nowMs());
        } finally {
            core.storeCore().enter(core.nowMs());
            // Whoever waits behind a function that ran for long is measured against the clock again.
            calledNs = System.nanoTime();
            core.gauges().ran(tenant.id(), 1, calledNs - startNs);
        }
        core.dispatch().ranHere(function, startNs - arrivedNs, calledNs - startNs, call.readCount(), calledNs);
        function.took(calledNs - arrivedNs);
        if (status == FunctionStatus.OK || status == FunctionStatus.FAILED) {
            result(
                    reply,
                    status,
                    call.resultCode(),
                    call.replied() ? call.replyAddress() : 0,
                    call.replied() ? call.replyLength() : 0);
        } else {
            failed(reply, status, call.error());
        }
        return calledNs;
    }

    /** Gives it to a station; when that has no room, it was never begun. */
    private void handOver(FunctionStation station, HandedCall handed, Session session) {
        boolean isOwn = station.index() == core.owner();
        if (station.offer(handed)) {
            session.executing(1);
            core.counters().increment(isOwn ? Counter.INVOCATIONS_QUEUED : Counter.INVOCATIONS_HANDED);
        } else {
            core.calls().putBack(handed);
            core.counters().increment(Counter.INVOCATIONS_SHED);
            reply.busy(0);
        }
    }

    @Override
    int shed(HandedCall call) {
        return 1;
    }

    @Override
    void answer(Reply to, HandedCall call) {
        int status = call.status();
        if (status == FunctionStatus.OK || status == FunctionStatus.FAILED) {
            result(to, status, call.resultCode(), call.replyAddress(), call.replyLength());
        } else {
            failed(to, status, call.error());
        }
    }

    private void failed(Reply to, int status, String error) {
        if (status == FunctionStatus.NOT_READY) {
            to.busy(NOT_READY_RETRY_US);
            return;
        }
        core.counters().increment(Counter.INVOCATIONS_FAILED);
        to.error(status, error);
    }

    private void result(Reply to, int status, int resultCode, long source, int replyLength) {
        if (status != FunctionStatus.OK) {
            core.counters().increment(Counter.INVOCATIONS_FAILED);
        }
        int bodyLength = InvokeReplyLayout.REPLY_OFFSET + replyLength;
        if (to.fits(bodyLength)) {
            fill(to.begin(status, bodyLength), resultCode, source, replyLength);
            to.end();
            return;
        }
        LargeBody large = to.beginLarge(status, bodyLength);
        if (large != null) {
            fill(large.address(), resultCode, source, replyLength);
            to.endLarge(large);
        }
    }

    private static void fill(long body, int resultCode, long source, int replyLength) {
        InvokeReplyLayout.write(NativeMemory.ALL, body, resultCode);
        if (replyLength > 0) {
            NativeMemory.copy(source, body + InvokeReplyLayout.REPLY_OFFSET, replyLength);
        }
    }

    void deploy(Session session, int sequence, long body, int length) {
        core.counters().increment(Counter.DEPLOYS);
        int nameLength = DeployLayout.nameLength(NativeMemory.ALL, body);
        int runtimeLength = DeployLayout.runtimeLength(NativeMemory.ALL, body);
        long name = body + DeployLayout.NAME_OFFSET;
        int flags = DeployLayout.flags(NativeMemory.ALL, body);
        long module = name + nameLength + runtimeLength;
        long targetUs = 0;
        if ((flags & DeployLayout.FLAG_TARGET) != 0) {
            targetUs = Integer.toUnsignedLong(Wire.getInt(NativeMemory.ALL, module));
            module += Integer.BYTES;
        }
        byte[] calibration = {};
        if ((flags & DeployLayout.FLAG_CALIBRATE) != 0) {
            int listLength = Wire.getInt(NativeMemory.ALL, module);
            calibration = Wire.bytes(NativeMemory.ALL, module + Integer.BYTES, listLength);
            module += Integer.BYTES + listLength;
        }
        byte[] bytes = Wire.bytes(NativeMemory.ALL, module, (int) (body + length - module));
        boolean replace = (flags & DeployLayout.FLAG_REPLACE) != 0;
        String runtime = Wire.text(NativeMemory.ALL, name + nameLength, runtimeLength);
        Manifest manifest = Manifests.of(
                        Wire.text(NativeMemory.ALL, name, nameLength),
                        runtime,
                        (flags & DeployLayout.FLAG_READ_ONLY) != 0,
                        (flags & DeployLayout.FLAG_FRESH) != 0,
                        DeployLayout.timeLimitUs(NativeMemory.ALL, body),
                        DeployLayout.memoryPagesMax(NativeMemory.ALL, body))
                .withTargetP99Us(targetUs)
                .withCalibration(calibration);
        Tenant tenant = session.tenant();
        controlWork.begin(
                session,
                Opcode.DEPLOY,
                sequence,
                () -> functions.deploy(tenant, manifest, bytes, replace),
                this::completed);
    }

    void remove(Session session, int sequence, long body, int length) {
        String name = Wire.text(NativeMemory.ALL, body, length);
        Tenant tenant = session.tenant();
        controlWork.begin(
                session, Opcode.FUNCTION_REMOVE, sequence, () -> functions.remove(tenant, name), this::completed);
    }

    private void completed(@Nullable Object result, @Nullable Throwable failure) {
        if (failure instanceof FunctionRefusedException refused) {
            reply.error(Status.FUNCTION_REFUSED, refused.getMessage());
        } else if (failure != null) {
            LOG.error("a function could not be deployed or removed", failure);
            reply.status(Status.INTERNAL);
        } else if (result instanceof FunctionInfo info) {
            encoder.function(info, false);
            reply.body(Status.OK, encoder.address(), encoder.length());
        } else {
            reply.status(Boolean.TRUE.equals(result) ? Status.OK : Status.UNKNOWN_FUNCTION);
        }
    }

    void describe(Tenant tenant, long body, int length) {
        String name = Wire.text(NativeMemory.ALL, body, length);
        FunctionInfo info = functions.describe(tenant, name);
        if (info == null) {
            unknown(reply, name);
            return;
        }
        encoder.function(info, functions.isPaused(tenant, name));
        reply.body(Status.OK, encoder.address(), encoder.length());
    }

    void pause(Tenant tenant, long body, int length, boolean paused) {
        String name = Wire.text(NativeMemory.ALL, body, length);
        boolean isThere = paused ? functions.pause(tenant, name) : functions.resume(tenant, name);
        if (isThere) {
            reply.status(Status.OK);
        } else {
            unknown(reply, name);
        }
    }

    void log(Tenant tenant) {
        encoder.lines(functions.log(tenant));
        reply.body(Status.OK, encoder.address(), encoder.length());
    }

    void list(Tenant tenant) {
        encoder.list(
                functions.list(tenant),
                info -> functions.isPaused(tenant, info.manifest().name()));
        reply.body(Status.OK, encoder.address(), encoder.length());
    }

    static void unknown(Reply to, String name) {
        to.error(
                Status.UNKNOWN_FUNCTION,
                "no function " + name + " in this tenant: deploy it, or check its entry with fn describe");
    }

    @Override
    public void close() {
        encoder.close();
    }
}
