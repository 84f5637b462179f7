package dev.quern.server.session;

import dev.quern.protocol.Status;
import dev.quern.server.dispatch.CallOwner;
import dev.quern.server.dispatch.HandedCall;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;

/**
 * Requests whose calls may be handed to a station: when they come back, in a later turn, they are answered, if somebody still waits for them. Thread: the
 * core's. Allocates nothing but for errors.
 */
abstract class ReturnedCalls implements CallOwner {
    private static final long NS_PER_US = 1_000;

    private final Core core;
    private final int opcode;

    /** A reply of its own, as the other one may be in the hands of a function that stands still. */
    private final Reply reply;

    /**
     * For a kind of request.
     *
     * @param opcode that it is answered with
     * @param reply for what comes back
     */
    ReturnedCalls(Core core, int opcode, Reply reply) {
        this.core = core;
        this.opcode = opcode;
        this.reply = reply;
    }

    /** How many calls of a request that the station had no time for were not begun. */
    abstract int shed(HandedCall call);

    /** Answers a request that was run, or failed. */
    abstract void answer(Reply to, HandedCall call);

    @Override
    public final void returned(HandedCall call) {
        Session session = (Session) call.subject();
        session.executing(-1);
        core.dispatch().ranElsewhere(call);
        if (session.closed() || !session.isWithin(call.sequence())) {
            return; // Nobody waits for it any more.
        }
        reply.to(session, opcode, call.sequence(), true);
        if (call.status() == Status.BUSY) {
            core.counters().add(Counter.INVOCATIONS_SHED, shed(call));
            reply.busy((int) Math.min(call.retryAfterNs() / NS_PER_US, Integer.MAX_VALUE));
        } else {
            answer(reply, call);
        }
    }

    @Override
    public final void endReturned() {
        reply.send();
    }

    @Override
    public final boolean answersShort() {
        return true;
    }
}
