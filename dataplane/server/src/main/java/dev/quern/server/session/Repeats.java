package dev.quern.server.session;

import dev.quern.protocol.Status;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/** Answers requests that come again, so that none is executed twice. Thread: the core's. */
final class Repeats {
    private final Counters counters;
    private final ReplyWriter writer;

    Repeats(Counters counters, ReplyWriter writer) {
        this.counters = counters;
        this.writer = writer;
    }

    /**
     * Answers a request that is not kept and comes again while its long reply lies there to be fetched: from that one. A second reply may be
     * another, and pieces of both would be put together.
     */
    boolean answerLong(Session session, int opcode, int sequence, Reply reply) {
        LargeBody large = session.replies().get(sequence);
        if (large == null || large.opcode() != opcode) {
            return false;
        }
        counters.increment(Counter.REQUESTS_REPEATED);
        reply.piece(session, large, 0);
        return true;
    }

    /**
     * Answers a request that has begun before from its kept outcome, or with silence while it is still executing; false when it has not.
     *
     * @param reply used for what the writer alone cannot say
     */
    boolean answer(Session session, int sequence, Reply reply) {
        Outcomes outcomes = session.outcomes();
        int state = outcomes.state(sequence);
        if (state == OutcomeLayout.EMPTY) {
            return false;
        }
        if (state == OutcomeLayout.EXECUTING) {
            counters.increment(Counter.REQUESTS_EXECUTING);
            return true;
        }
        counters.increment(Counter.REQUESTS_REPEATED);
        int opcode = outcomes.opcode(sequence);
        LargeBody large = state == OutcomeLayout.LARGE ? session.replies().get(sequence) : null;
        if (large != null) {
            reply.piece(session, large, 0);
        } else if (state == OutcomeLayout.INLINE || state == OutcomeLayout.BLOCK) {
            writer.write(
                    session,
                    opcode,
                    outcomes.status(sequence),
                    sequence,
                    outcomes.body(sequence),
                    outcomes.length(sequence));
        } else {
            reply.to(session, opcode, sequence, false);
            reply.error(Status.NOT_KEPT, Status.describe(Status.NOT_KEPT));
        }
        return true;
    }
}
