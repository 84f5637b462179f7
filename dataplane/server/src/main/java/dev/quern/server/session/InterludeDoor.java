package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.FetchLayout;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import dev.quern.server.roles.PushbackPolicy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native door in the midst of a function, with a cursor and a reply of its own, as the function's request may be in the hands of the
 * others. Serves handshakes, requests for single records that are in order in every way, and what clients need that run functions themselves
 * ({@link ClientRuns}); whatever else a datagram holds, it keeps, to be looked at anew when the function has ended: from there on, or
 * for a client that runs functions only what it does not serve, as reads of such functions may share a datagram with calls that have to wait. Thread: the core's; allocates nothing unless it keeps a datagram or gives a module.
 */
final class InterludeDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InterludeDoor.class);

    /** No message waits. */
    private static final int NONE = -1;

    private final Core core;
    private final Counters counters;
    private final SessionTable sessions;
    private final Handshake handshake;
    private final Repeats repeats;
    private final HeldDatagrams held;
    private final MessageCursor cursor = new MessageCursor();
    private final Reply reply;
    private final RecordRequests records;
    private final Fetches fetches;
    private final ClientRuns runs;

    InterludeDoor(
            Core core,
            SessionTable sessions,
            Handshake handshake,
            ReplyWriter writer,
            Repeats repeats,
            HeldDatagrams held,
            PushbackPolicy pushback) {
        this.core = core;
        this.counters = core.counters();
        this.sessions = sessions;
        this.handshake = handshake;
        this.repeats = repeats;
        this.held = held;
        this.reply = new Reply(writer);
        this.records = new RecordRequests(core, reply, true);
        this.fetches = new Fetches(counters, reply);
        this.runs = new ClientRuns(core, reply, pushback);
    }

    void receive(long datagram, int length, long peer, DatagramSink sink) {
        boolean isGood = cursor.wrap(NativeMemory.ALL, datagram, length, false) == Verdict.GOOD;
        if (isGood && cursor.session() == 0) {
            handshake.receive(cursor, length, peer, sink);
            core.servedShort(SessionLimits.HANDSHAKE_GETS);
            return;
        }
        Session session = isGood ? sessions.find(cursor.session()) : null;
        if (session == null || !session.isPeer(peer)) {
            hold(datagram, DatagramLayout.HEADER_BYTES, length, peer, sink, null);
            return;
        }
        Tag tag = session.tag();
        if (tag != null && !tag.verify(NativeMemory.ALL, datagram, length)) {
            counters.increment(Counter.DROPPED_TAG);
            return;
        }
        session.seen(core.nowNs());
        int waiting = NONE;
        while (cursor.next()) {
            int message = (int) (cursor.message() - datagram);
            // A call that its client runs does not wait for those that are held here.
            boolean isServed = (session.runsFunctions() || waiting == NONE && !session.hasHeld()) && serve(session);
            if (!isServed && waiting == NONE) {
                waiting = message;
            } else if (isServed && waiting != NONE) {
                hold(datagram, waiting, message, peer, sink, session);
                waiting = NONE;
            }
        }
        if (waiting != NONE) {
            hold(datagram, waiting, length, peer, sink, session);
            return;
        }
        if (cursor.verdict() != Verdict.GOOD) {
            counters.increment(Counter.DROPPED_MESSAGE);
        }
    }

    private void hold(long datagram, int from, int to, long peer, DatagramSink sink, @Nullable Session session) {
        boolean isHeld = held.add(
                datagram,
                from,
                to,
                peer,
                sink,
                session,
                core.nowNs(),
                core.dispatch().runs());
        counters.increment(isHeld ? Counter.REQUESTS_HELD : Counter.REQUESTS_BUSY);
    }

    /** False, and nothing was done, when the message has to wait. */
    private boolean serve(Session session) {
        int opcode = cursor.opcode();
        int sequence = cursor.sequence();
        if (cursor.checkBody() != Verdict.GOOD || core.draining()) {
            return false;
        }
        if (opcode == Opcode.FETCH) {
            counters.increment(Counter.REQUESTS);
            fetches.serve(session, sequence, FetchLayout.offset(NativeMemory.ALL, cursor.body()));
            core.servedShort(SessionLimits.PIECE_GETS);
            return true;
        }
        boolean kept = Opcode.isKept(opcode);
        // That of the function itself comes again when it takes long, and must not keep the rest of its session.
        if ((kept || opcode == Opcode.PART) && session.isWithin(sequence) && repeats.answer(session, sequence, reply)) {
            counters.increment(Counter.REQUESTS);
            return true;
        }
        if (!kept && repeats.answerLong(session, opcode, sequence, reply)) {
            counters.increment(Counter.REQUESTS);
            return true;
        }
        boolean isRun = runs.does(session, opcode, cursor.deadlineUs(), cursor.body(), cursor.bodyLength());
        Table table = isRun || RecordRequests.does(opcode) ? session.tenant().table(cursor.table()) : null;
        if (table == null && opcode != Opcode.PING) {
            return false;
        }
        if (!session.advance(sequence)) {
            counters.increment(Counter.REQUESTS);
            counters.increment(Counter.REQUESTS_STALE);
            return true;
        }
        if (kept) {
            session.outcomes().begin(sequence, opcode);
        }
        reply.to(session, opcode, sequence, kept);
        boolean isDone;
        try {
            isDone = isRun && table != null
                    ? runs.execute(session, table, opcode, cursor.body(), cursor.bodyLength())
                    : execute(table, opcode, cursor.body(), cursor.bodyLength());
        } catch (RuntimeException fault) {
            // A bug, met on one request: the function goes on, and the request is not tried again.
            LOG.error(
                    "{} of tenant {} failed",
                    Opcode.name(opcode),
                    session.tenant().name(),
                    fault);
            reply.to(session, opcode, sequence, kept);
            reply.status(Status.INTERNAL);
            isDone = true;
        }
        if (isDone) {
            counters.increment(Counter.REQUESTS);
            core.servedShort(1);
        }
        return isDone;
    }

    private boolean execute(@Nullable Table table, int opcode, long body, int length) {
        if (table == null) {
            reply.body(Status.OK, body, length);
            return true;
        }
        return records.execute(table, opcode, body, length);
    }

    @Override
    public void close() {
        runs.close();
    }
}
