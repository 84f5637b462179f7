package dev.quern.server.resp;

import dev.quern.sandbox.FunctionStatus;
import dev.quern.server.dispatch.CallOwner;
import dev.quern.server.dispatch.HandedCall;
import dev.quern.server.loop.Core;

/** Answers calls that ran elsewhere; their connections have waited for them. Thread: the core's. */
final class RespCalls implements CallOwner {
    private final Core core;

    RespCalls(Core core) {
        this.core = core;
    }

    @Override
    public void returned(HandedCall call) {
        core.dispatch().ranElsewhere(call);
        ((RespConnection) call.subject()).answered(reply -> answer(call, reply));
    }

    private void answer(HandedCall call, ReplyWriter reply) {
        if (call.status() != FunctionStatus.OK) {
            FunctionCall.failed(core, call.status(), call.error(), reply);
        } else if (call.replied()) {
            reply.bulk(call.replyAddress(), call.replyLength());
        } else {
            reply.nil();
        }
    }

    /** Each connection has sent its own. */
    @Override
    public void endReturned() {}

    /** A connection that was answered goes on with what it held, which may be long. */
    @Override
    public boolean answersShort() {
        return false;
    }
}
