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
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests about functions. An invocation runs here and now; deploying and removing go to the control thread and are answered in a
 * later turn. Thread: the core's.
 */
final class FunctionRequests implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionRequests.class);

    private final Core core;
    private final Functions functions;
    private final Reply reply;
    private final FunctionEncoder encoder = new FunctionEncoder();

    FunctionRequests(Core core, Reply reply) {
        this.core = core;
        this.functions = core.functions();
        this.reply = reply;
    }

    /**
     * Called inside the store's epoch, and leaves it while the function runs, which pins its own.
     *
     * @param nowNs of a moment ago
     */
    void invoke(Tenant tenant, Table table, int deadlineUs, long body, int length, long nowNs) {
        core.counters().increment(Counter.INVOCATIONS);
        int nameLength = InvokeLayout.nameLength(NativeMemory.ALL, body);
        long name = body + InvokeLayout.NAME_OFFSET;
        Function function = functions.find(tenant, name, nameLength);
        if (function == null) {
            unknown(Wire.text(NativeMemory.ALL, name, nameLength));
            return;
        }
        boolean readOnly = (InvokeLayout.flags(NativeMemory.ALL, body) & InvokeLayout.FLAG_READ_ONLY) != 0;
        long arguments = name + nameLength;
        Invocation call = core.functionCore().invocation();
        call.set(arguments, (int) (body + length - arguments), table, readOnly, Integer.toUnsignedLong(deadlineUs));
        int status;
        core.storeCore().exit();
        try {
            status = core.functionCore().invoke(function, call, nowNs, core.nowMs());
        } finally {
            core.storeCore().enter(core.nowMs());
        }
        answer(call, status);
    }

    private void answer(Invocation call, int status) {
        if (status != FunctionStatus.OK) {
            core.counters().increment(Counter.INVOCATIONS_FAILED);
        }
        if (status != FunctionStatus.OK && status != FunctionStatus.FAILED) {
            reply.error(status, call.error());
            return;
        }
        int replyLength = call.replied() ? call.replyLength() : 0;
        int bodyLength = InvokeReplyLayout.REPLY_OFFSET + replyLength;
        if (reply.fits(bodyLength)) {
            fill(reply.begin(status, bodyLength), call, replyLength);
            reply.end();
            return;
        }
        LargeBody large = reply.beginLarge(status, bodyLength);
        if (large != null) {
            fill(large.address(), call, replyLength);
            reply.endLarge(large);
        }
    }

    private static void fill(long body, Invocation call, int replyLength) {
        InvokeReplyLayout.write(NativeMemory.ALL, body, call.resultCode());
        if (replyLength > 0) {
            NativeMemory.copy(call.replyAddress(), body + InvokeReplyLayout.REPLY_OFFSET, replyLength);
        }
    }

    void deploy(Session session, int sequence, long body, int length) {
        core.counters().increment(Counter.DEPLOYS);
        int nameLength = DeployLayout.nameLength(NativeMemory.ALL, body);
        int runtimeLength = DeployLayout.runtimeLength(NativeMemory.ALL, body);
        long name = body + DeployLayout.NAME_OFFSET;
        long module = name + nameLength + runtimeLength;
        byte[] bytes = Wire.bytes(NativeMemory.ALL, module, (int) (body + length - module));
        int flags = DeployLayout.flags(NativeMemory.ALL, body);
        boolean replace = (flags & DeployLayout.FLAG_REPLACE) != 0;
        String runtime = Wire.text(NativeMemory.ALL, name + nameLength, runtimeLength);
        Manifest manifest = Manifests.of(
                Wire.text(NativeMemory.ALL, name, nameLength),
                runtime,
                (flags & DeployLayout.FLAG_READ_ONLY) != 0,
                (flags & DeployLayout.FLAG_FRESH) != 0,
                DeployLayout.timeLimitUs(NativeMemory.ALL, body),
                DeployLayout.memoryPagesMax(NativeMemory.ALL, body));
        Tenant tenant = session.tenant();
        later(session, Opcode.DEPLOY, sequence, () -> functions.deploy(tenant, manifest, bytes, replace));
    }

    void remove(Session session, int sequence, long body, int length) {
        String name = Wire.text(NativeMemory.ALL, body, length);
        Tenant tenant = session.tenant();
        later(session, Opcode.FUNCTION_REMOVE, sequence, () -> functions.remove(tenant, name));
    }

    /** Does it on the control thread; its outcome is kept, so that the request stays "executing" until then. */
    private <T> void later(Session session, int opcode, int sequence, Callable<T> work) {
        session.executing(1);
        boolean taken = core.control().submit(core, work, (result, failure) -> {
            session.executing(-1);
            if (!session.closed()) {
                reply.to(session, opcode, sequence, true);
                completed(result, failure);
                reply.send();
            }
        });
        if (!taken) {
            session.executing(-1);
            core.counters().increment(Counter.REQUESTS_BUSY);
            reply.status(Status.BUSY);
        }
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
            unknown(name);
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
            unknown(name);
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

    private void unknown(String name) {
        reply.error(
                Status.UNKNOWN_FUNCTION,
                "no function " + name + " in this tenant: deploy it, or check its entry with fn describe");
    }

    @Override
    public void close() {
        encoder.close();
    }
}
