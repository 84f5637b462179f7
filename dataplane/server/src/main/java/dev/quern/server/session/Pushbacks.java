package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.FunctionFetchLayout;
import dev.quern.protocol.FunctionModuleLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.PushbackLayout;
import dev.quern.protocol.RunFiguresLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import dev.quern.sandbox.DeployedModule;
import dev.quern.sandbox.Function;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.roles.ClientFigures;
import dev.quern.server.roles.PushbackPolicy;
import java.util.Arrays;

/** Sends invocations back to clients that can run them, and gives them the modules. Thread: the core's. */
final class Pushbacks {
    private static final long NS_PER_US = 1_000;

    private final Core core;
    private final Reply reply;
    private final PushbackPolicy policy;
    private final ClientFigures client = new ClientFigures();

    Pushbacks(Core core, Reply reply, PushbackPolicy policy) {
        this.core = core;
        this.reply = reply;
        this.policy = policy;
    }

    /**
     * For an invocation whose client can run it: whether it is to.
     *
     * @param argumentsEnd where what the client measured stands, if the flags say so
     */
    boolean goesBack(
            Function function,
            int flags,
            long argumentsEnd,
            int argumentBytes,
            long waitedNs,
            int deadlineUs,
            long nowNs) {
        long leftNs = deadlineUs == 0 ? Long.MAX_VALUE : Integer.toUnsignedLong(deadlineUs) * NS_PER_US - waitedNs;
        if ((flags & InvokeLayout.FLAG_MEASURED) == 0) {
            client.clear();
        } else {
            client.set(
                    RunFiguresLayout.tookUs(NativeMemory.ALL, argumentsEnd) * NS_PER_US,
                    RunFiguresLayout.roundTrips(NativeMemory.ALL, argumentsEnd),
                    RunFiguresLayout.records(NativeMemory.ALL, argumentsEnd));
        }
        return core.dispatch()
                .pushesBack(policy, function, client, argumentBytes, core.owner(), waitedNs, leftNs, nowNs);
    }

    /** Sends one back, of which that was said. */
    void sendBack(Session session, byte[] sha256) {
        session.sentBack();
        core.counters().increment(Counter.INVOCATIONS_PUSHED_BACK);
        PushbackLayout.write(
                NativeMemory.ALL, reply.begin(Status.PUSHED_BACK, PushbackLayout.BYTES), sha256, core.nowMs());
        reply.end();
    }

    /** A tenant's own function, for one of its clients. */
    void fetch(Tenant tenant, long body, int length) {
        String name = Wire.text(
                NativeMemory.ALL, body + FunctionFetchLayout.NAME_OFFSET, length - FunctionFetchLayout.NAME_OFFSET);
        DeployedModule module = core.functions().module(tenant, name);
        if (module == null) {
            refuse(tenant, name);
            return;
        }
        if (module.isPaused()) {
            reply.status(Status.FUNCTION_PAUSED);
            return;
        }
        boolean isKnown = Arrays.equals(module.sha256(), FunctionFetchLayout.knownSha256(NativeMemory.ALL, body));
        int moduleLength = isKnown ? 0 : module.bytes().length;
        int bodyLength = FunctionModuleLayout.MODULE_OFFSET + moduleLength;
        if (reply.fits(bodyLength)) {
            fill(reply.begin(Status.OK, bodyLength), module, moduleLength);
            reply.end();
            return;
        }
        LargeBody large = reply.beginLarge(Status.OK, bodyLength);
        if (large != null) {
            fill(large.address(), module, moduleLength);
            reply.endLarge(large);
        }
    }

    private static void fill(long body, DeployedModule module, int moduleLength) {
        FunctionModuleLayout.write(
                NativeMemory.ALL,
                body,
                module.sha256(),
                module.manifest().timeLimitUs(),
                module.manifest().memoryPagesMax(),
                DeployedModule.flags(module.manifest()));
        NativeMemory.copyFromArray(module.bytes(), 0, body + FunctionModuleLayout.MODULE_OFFSET, moduleLength);
    }

    private void refuse(Tenant tenant, String name) {
        if (core.functions().describe(tenant, name) == null) {
            reply.error(Status.UNKNOWN_FUNCTION, "no function " + name + " in this tenant");
        } else {
            reply.error(
                    Status.FUNCTION_REFUSED,
                    name + " runs at the server only: functions.pushback does not allow else, or it is no WebAssembly");
        }
    }
}
