package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.BodyCheck;
import dev.quern.protocol.BundleLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.FetchLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.PartReplyLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native door of one port: takes its datagrams, checks them, finds their session and sees that every request is answered, a write
 * never executed twice. What a malformed datagram gets is in docs/protocol.md. Thread: the core's.
 *
 * <p>A port calls {@link #beginBurst}, {@link #receive} for each datagram, and {@link #endBurst}.
 */
public final class NativeDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeDoor.class);
    private static final byte[] NOTHING = {};

    private final Core core;
    private final Counters counters;
    private final MessageCursor cursor = new MessageCursor();
    private final SessionTable sessions;
    private final SessionBudgets budgets;
    private final CoreBudget budget;
    private final ReplyWriter writer;
    private final Handshake handshake;
    private final Reply reply;
    private final Repeats repeats;
    private final Fetches fetches;
    private final Requests requests;
    private final HeldDatagrams held = new HeldDatagrams();
    private final InterludeDoor interlude;
    private final BurstLookahead lookahead = new BurstLookahead();
    private final BundleLookahead bundleLookahead;
    private final long idleNs;

    /** Once, as the sweep is of every millisecond. */
    private final Consumer<Session> expire = this::expire;

    private long sweptNs;

    /** @param ports what the transport calls the cores' ports, in their order */
    public NativeDoor(Core core, SessionBudgets budgets, int[] ports) {
        this.core = core;
        SessionConfig config = budgets.config();
        this.budgets = budgets;
        this.budget = budgets.join(core);
        this.counters = core.counters();
        this.sessions = new SessionTable(config.sessionsMax(), budget);
        this.bundleLookahead = new BundleLookahead(core.storeCore(), sessions, lookahead);
        this.writer = new ReplyWriter(counters);
        this.handshake = new Handshake(core, config, ports, sessions, writer, budget);
        this.reply = new Reply(writer);
        this.repeats = new Repeats(counters, writer);
        this.fetches = new Fetches(counters, reply);
        this.requests = new Requests(core, reply, new Reply(writer), budgets.pushback());
        this.interlude = new InterludeDoor(core, sessions, handshake, writer, repeats, held, budgets.pushback());
        this.idleNs = config.idleMs() * 1_000_000L;
        this.sweptNs = core.nowNs();
    }

    /** Pins the store's epoch for the datagrams to come. */
    public void beginBurst() {
        core.storeCore().enter(core.nowMs());
        requests.beginBurst();
    }

    /** Sends what is open, and lets the store's epoch go. */
    public void endBurst() {
        writer.finish();
        core.storeCore().exit();
    }

    /** In a burst: what is open of replies goes out now, and those to come go by datagrams of their own. */
    public void sendOpen() {
        writer.finish();
    }

    /** In the midst of a function of this core: what is open of its session's replies goes out, so that others can be answered. */
    public void beginInterlude() {
        writer.finish();
    }

    /**
     * Takes one datagram in the midst of a function: does what asks for single records, and copies the rest for {@link #serveHeld}. What a
     * session sent after a request that is held is held, too, unless its client runs functions.
     */
    public void receiveShort(long datagram, int length, long peer, DatagramSink sink) {
        counters.increment(Counter.DATAGRAMS_RECEIVED);
        if (BundleLayout.is(NativeMemory.ALL, datagram, length, false)) {
            unbundle(datagram, length, peer, sink, true);
        } else {
            interlude.receive(datagram, length, peer, sink);
        }
    }

    /** Sends what is open. */
    public void endInterlude() {
        writer.finish();
    }

    /** Whether datagrams wait that came in the midst of a function: they go before all that came later. */
    public boolean hasHeld() {
        return !held.isEmpty();
    }

    /** Serves the datagram that has waited longest; inside a burst. */
    public void serveHeld() {
        HeldDatagrams.Held oldest = held.remove();
        core.dispatch().beginHeld(oldest.runs());
        try {
            Session session = oldest.session();
            if (session == null) {
                take(oldest.address(), oldest.length(), oldest.peer(), oldest.sink(), oldest.arrivedNs());
                return;
            }
            if (session.closed()
                    || cursor.wrap(NativeMemory.ALL, oldest.address(), oldest.length(), false) != Verdict.GOOD) {
                return;
            }
            core.storeCore().renew();
            requests.arrived(oldest.arrivedNs());
            while (!session.closed() && cursor.next()) {
                serve(session);
            }
            requests.beginBurst();
        } finally {
            core.dispatch().endHeld();
            oldest.free();
        }
    }

    /** Forgets idle sessions, a few at a time. For every turn. */
    public void maintain(long nowNs) {
        if (nowNs - sweptNs >= SessionLimits.SWEEP_INTERVAL_NS) {
            sweptNs = nowNs;
            sessions.sweep(SessionLimits.SWEEP_SESSIONS, nowNs, idleNs, expire);
        }
    }

    /** Takes one datagram that came in this turn, or of which nothing better is known. */
    public void receive(long datagram, int length, long peer, DatagramSink sink) {
        receive(datagram, length, peer, sink, core.nowNs());
    }

    /**
     * Takes one datagram.
     *
     * @param peer where it came from: a 32-byte {@code sockaddr} slot
     * @param sink where its answers go
     * @param arrivedNs since when it has waited here, at the least: its deadlines count from there
     */
    public void receive(long datagram, int length, long peer, DatagramSink sink, long arrivedNs) {
        counters.increment(Counter.DATAGRAMS_RECEIVED);
        take(datagram, length, peer, sink, arrivedNs);
    }

    /** Takes one that has been counted. */
    private void take(long datagram, int length, long peer, DatagramSink sink, long arrivedNs) {
        requests.arrived(arrivedNs);
        if (BundleLayout.is(NativeMemory.ALL, datagram, length, false)) {
            unbundle(datagram, length, peer, sink, false);
        } else {
            serve(datagram, length, peer, sink, false);
        }
    }

    /** Takes a bundle's datagrams, up to one that cannot be. */
    private void unbundle(long bundle, int length, long peer, DatagramSink sink, boolean isShort) {
        int at = DatagramLayout.HEADER_BYTES;
        int scanned = isShort ? length : at;
        while (at < length) {
            if (at >= scanned) {
                scanned = at + bundleLookahead.scan(bundle + at, length - at);
            }
            int each = BundleLayout.entryLength(NativeMemory.ALL, bundle + at, length - at);
            if (each < 0) {
                counters.increment(Counter.DROPPED_MESSAGE);
                return;
            }
            long datagram = bundle + at + BundleLayout.DATAGRAM_OFFSET;
            if (isShort) {
                interlude.receive(datagram, each, peer, sink);
            } else {
                serve(datagram, each, peer, sink, true);
            }
            at += BundleLayout.HEADER_BYTES + each;
        }
    }

    /** Serves what is in a datagram of messages, be it a bundle's or one that came by itself. */
    private void serve(long datagram, int length, long peer, DatagramSink sink, boolean isBundled) {
        Verdict verdict = cursor.wrap(NativeMemory.ALL, datagram, length, false);
        if (verdict != Verdict.GOOD) {
            counters.increment(dropped(verdict));
            return;
        }
        int id = cursor.session();
        if (id == 0) {
            handshake.receive(cursor, length, peer, sink);
            return;
        }
        Session session = sessions.find(id);
        if (session == null || !session.isPeer(peer)) {
            counters.increment(session == null ? Counter.DROPPED_SESSION : Counter.DROPPED_PEER);
            sayUnknown(id, peer, sink);
            return;
        }
        Tag tag = session.tag();
        if (tag != null && !tag.verify(NativeMemory.ALL, datagram, length)) {
            counters.increment(Counter.DROPPED_TAG);
            return;
        }
        session.seen(core.nowNs());
        core.storeCore().renew();
        if (isBundled) {
            session.bundled();
        } else {
            lookahead.scan(session.tenant(), datagram, length);
        }
        while (!session.closed() && cursor.next()) {
            serve(session);
        }
        if (cursor.verdict() != Verdict.GOOD) {
            counters.increment(Counter.DROPPED_MESSAGE);
        }
    }

    private static Counter dropped(Verdict verdict) {
        return switch (verdict) {
            case DATAGRAM_SHORT -> Counter.DROPPED_SHORT;
            case DATAGRAM_LONG -> Counter.DROPPED_LONG;
            case DATAGRAM_UNALIGNED -> Counter.DROPPED_UNALIGNED;
            case BAD_MAGIC -> Counter.DROPPED_MAGIC;
            case BAD_VERSION -> Counter.DROPPED_VERSION;
            default -> Counter.DROPPED_FLAGS;
        };
    }

    /** The first message's opcode and sequence go back, so that the client knows which request it was; no longer than the question. */
    private void sayUnknown(int id, long peer, DatagramSink sink) {
        if (cursor.next()) {
            writer.writeAlone(sink, peer, id, cursor.opcode(), Status.UNKNOWN_SESSION, cursor.sequence(), NOTHING);
        }
    }

    private void serve(Session session) {
        int opcode = cursor.opcode();
        int sequence = cursor.sequence();
        counters.increment(Counter.REQUESTS);
        Verdict verdict = cursor.checkBody();
        if (verdict == Verdict.GOOD && opcode == Opcode.FETCH) {
            fetches.serve(session, sequence, FetchLayout.offset(NativeMemory.ALL, cursor.body()));
            return;
        }
        if (!session.advance(sequence)) {
            counters.increment(Counter.REQUESTS_STALE);
            return;
        }
        if (verdict != Verdict.GOOD || opcode == Opcode.HELLO || opcode == Opcode.OPEN) {
            counters.increment(Counter.REQUESTS_BAD);
            boolean unknown = verdict == Verdict.UNKNOWN_OPCODE || verdict == Verdict.GOOD;
            Verdict cause = unknown ? Verdict.UNKNOWN_OPCODE : verdict;
            answer(session, opcode, unknown ? Status.UNKNOWN_OPCODE : Status.BAD_REQUEST, sequence, cause.text());
            return;
        }
        if (opcode == Opcode.PART) {
            part(session, sequence);
            return;
        }
        if (opcode == Opcode.CLOSE) {
            writer.writeEmpty(session, opcode, Status.OK, sequence);
            writer.finish();
            counters.increment(Counter.SESSIONS_CLOSED);
            remove(session);
            return;
        }
        boolean kept = Opcode.isKept(opcode);
        if (kept ? repeats.answer(session, sequence, reply) : repeats.answerLong(session, opcode, sequence, reply)) {
            return;
        }
        execute(session, opcode, sequence, cursor.body(), cursor.bodyLength(), kept);
    }

    private void execute(Session session, int opcode, int sequence, long body, int length, boolean kept) {
        if (core.draining()) {
            answer(session, opcode, Status.DRAINING, sequence, Status.describe(Status.DRAINING));
            return;
        }
        if (kept) {
            session.outcomes().begin(sequence, opcode);
        }
        try {
            requests.execute(session, opcode, cursor.table(), sequence, cursor.deadlineUs(), body, length, kept);
        } catch (RuntimeException fault) {
            // A bug, met on one request: the core serves on, and the request is not tried again.
            LOG.error(
                    "{} of tenant {} failed",
                    Opcode.name(opcode),
                    session.tenant().name(),
                    fault);
            reply.to(session, opcode, sequence, kept);
            reply.status(Status.INTERNAL);
        }
    }

    /** A piece of a long request. What came in pieces is kept whatever its opcode, as its pieces are not sent again once acknowledged. */
    private void part(Session session, int sequence) {
        counters.increment(Counter.PARTS);
        long part = cursor.body();
        int opcode = PartLayout.opcode(NativeMemory.ALL, part);
        if (repeats.answer(session, sequence, reply)) {
            return;
        }
        int total = PartLayout.totalLength(NativeMemory.ALL, part);
        int offset = PartLayout.offset(NativeMemory.ALL, part);
        int bytes = cursor.bodyLength() - PartLayout.BYTES_OFFSET;
        int partBytes = Limits.partBytes(session.datagramBytesMax());
        LargeBody body = session.requests().get(sequence);
        if (offset % partBytes != 0
                || bytes != Math.min(partBytes, total - offset)
                || (body != null && (body.length() != total || body.opcode() != opcode))) {
            counters.increment(Counter.REQUESTS_BAD);
            answer(session, opcode, Status.BAD_REQUEST, sequence, Verdict.BAD_FIELD.text());
            return;
        }
        if (body == null) {
            body = assembly(session, opcode, sequence, total);
            if (body == null) {
                return;
            }
        }
        body.add(offset, partBytes, part + PartLayout.BYTES_OFFSET, bytes);
        long reply = writer.begin(session, Opcode.PART, Status.OK, sequence, PartReplyLayout.BYTES);
        PartReplyLayout.write(NativeMemory.ALL, reply, offset);
        if (body.complete()) {
            assembled(session, session.requests().take(body));
        }
    }

    private @Nullable LargeBody assembly(Session session, int opcode, int sequence, int total) {
        int status = core.draining() ? Status.DRAINING : Status.BUSY;
        LargeBody body = core.draining() ? null : session.requests().create(sequence, opcode, Status.OK, total);
        if (body == null) {
            counters.increment(Counter.REQUESTS_BUSY);
            answer(session, opcode, status, sequence, Status.describe(status));
        }
        return body;
    }

    /** The body is no longer among the session's, whose window may move on while a function reads it. */
    private void assembled(Session session, LargeBody body) {
        int sequence = body.sequence();
        try {
            Verdict verdict = BodyCheck.request(NativeMemory.ALL, body.opcode(), body.address(), body.length());
            if (verdict == Verdict.GOOD) {
                execute(session, body.opcode(), sequence, body.address(), body.length(), true);
            } else {
                counters.increment(Counter.REQUESTS_BAD);
                answer(session, body.opcode(), Status.BAD_REQUEST, sequence, verdict.text());
            }
        } finally {
            session.requests().free(body);
        }
    }

    /** An error outside of execution: never kept. */
    private void answer(Session session, int opcode, int status, int sequence, String text) {
        reply.to(session, opcode, sequence, false);
        reply.error(status, text);
    }

    private void expire(Session session) {
        counters.increment(Counter.SESSIONS_EXPIRED);
        remove(session);
    }

    private void remove(Session session) {
        sessions.remove(session);
        session.close();
    }

    /** Ends the sessions of one peer that has gone, as a ring's other end may. */
    public void forget(DatagramSink sink) {
        sessions.drainTo(session -> {
            if (session.sink().equals(sink)) {
                counters.increment(Counter.SESSIONS_CLOSED);
                remove(session);
            }
        });
    }

    @Override
    public void close() {
        sessions.drainTo(this::remove);
        held.close();
        interlude.close();
        requests.close();
        budgets.leave(core, budget);
    }
}
