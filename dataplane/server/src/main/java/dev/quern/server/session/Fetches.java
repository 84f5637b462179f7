package dev.quern.server.session;

import dev.quern.protocol.Limits;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Verdict;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;

/** Sends on replies that were longer than a datagram, piece by piece, as they are asked for. Thread: the core's. */
final class Fetches {
    private final Counters counters;
    private final Reply reply;

    Fetches(Counters counters, Reply reply) {
        this.counters = counters;
        this.reply = reply;
    }

    /** Answers FETCH: the reply to this sequence from an offset on, or, at its end, that it is no longer wanted. */
    void serve(Session session, int sequence, int offset) {
        counters.increment(Counter.FETCHES);
        LargeBody body = session.replies().get(sequence);
        if (body == null) {
            answer(session, Status.NOT_KEPT, sequence, Status.describe(Status.NOT_KEPT));
        } else if (offset == body.length()) {
            session.replies().remove(sequence);
        } else if (offset > body.length() || offset % Limits.partBytes(session.datagramBytesMax()) != 0) {
            counters.increment(Counter.REQUESTS_BAD);
            answer(session, Status.BAD_REQUEST, sequence, Verdict.BAD_FIELD.text());
        } else {
            reply.piece(session, body, offset);
        }
    }

    private void answer(Session session, int status, int sequence, String text) {
        reply.to(session, Opcode.FETCH, sequence, false);
        reply.error(status, text);
    }
}
