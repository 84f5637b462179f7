package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one server core: it opens a session, opens it anew when it has ended, and holds the requests that wait for one.
 * What happens inside a session is {@link Exchange}'s. One thread, the client's.
 */
final class Session {
    private enum State {
        OPENING,
        REOPENING_TABLES,
        OPEN
    }

    /** Requests that wait are looked through for overdue ones every so many timers; the first of them every time. */
    private static final int TIMERS_PER_SWEEP = 64;

    private final ClientLoop loop;
    private final Transport.Link link;
    private final Handshake handshake;
    /** Where what arrives by a link that others use as well finds this session; null when nobody else does. */
    private final @Nullable GroupLink shared;

    private final MessageCursor cursor = new MessageCursor();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private State state = State.OPENING;
    private @Nullable Exchange exchange;
    private Handshake.@Nullable Opened opened;
    private int tablesToReopen;
    private int timers;

    Session(ClientLoop loop, Transport.Link link) {
        this.loop = loop;
        this.link = link;
        shared = link instanceof GroupLink theirs ? theirs : null;
        handshake = new Handshake(loop.config(), link, loop.datagramBytesMax());
        beginHandshake();
    }

    private void beginHandshake() {
        handshake.start(loop.nowNs());
        if (shared != null) {
            shared.awaitHandshake(handshake.clientNonce(), this);
            loop.activate();
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** What the server said when it opened the session last; null before that. */
    Handshake.@Nullable Opened opened() {
        return opened;
    }

    Handshake handshake() {
        return handshake;
    }

    Transport.Link link() {
        return link;
    }

    /** Requests sent and waiting. */
    int outstanding() {
        Exchange now = exchange;
        return waiting.size() + (now == null ? 0 : now.outstanding());
    }

    // Sending

    /**
     * Takes a slot for a request; false when there is none now. Then write the body to {@link #bodyMemory} at {@link #body} and call
     * {@link #commit}.
     *
     * @param replayable whether it may be done twice, and so moves to the next session when this one ends
     */
    boolean begin(
            int opcode,
            boolean replayable,
            TableHandle table,
            int bodyLength,
            long deadlineNs,
            Completion completion,
            long correlation) {
        Exchange now = exchange;
        if (now == null || state != State.OPEN) {
            return false;
        }
        if (now.isStale()) {
            restart();
            return false;
        }
        return now.begin(opcode, replayable, table, bodyLength, deadlineNs, completion, correlation);
    }

    MemorySegment bodyMemory() {
        return begun().bodyMemory();
    }

    long body() {
        return begun().body();
    }

    void commit() {
        begun().commit();
        loop.activate();
    }

    private Exchange begun() {
        Exchange now = exchange;
        if (now == null) {
            throw new IllegalStateException("nothing was begun");
        }
        return now;
    }

    /** Sends it when there is a slot for it, or fails it when it is too late. */
    void await(Waiting request) {
        waiting.add(request);
        loop.activate();
    }

    void flush() {
        Exchange now = exchange;
        if (now != null) {
            now.flush();
        }
    }

    // Turns

    /** Sends what can be sent of what waits. */
    int sendWaiting() {
        int work = 0;
        while (!waiting.isEmpty() && waiting.element().tryStart(this)) {
            waiting.remove();
            work++;
        }
        return work;
    }

    int receive(int datagramsMax) {
        int work = 0;
        while (work < datagramsMax && receiveNext()) {
            work++;
        }
        return work;
    }

    private boolean receiveNext() {
        int found = link.find();
        if (found > 0) {
            try {
                deliver(link.foundMemory(), link.foundOffset(), found);
            } finally {
                link.release();
            }
            return true;
        }
        int copied = found == 0 ? 0 : link.receive(loop.incoming());
        if (copied > 0) {
            deliver(loop.incomingMemory(), 0, copied);
        }
        return copied > 0;
    }

    private void deliver(MemorySegment memory, long datagram, int length) {
        if (cursor.wrap(memory, datagram, length, true) == Verdict.GOOD) {
            accept(memory, datagram, length);
        }
    }

    /** Takes in a datagram that came by a shared link. */
    void deliver(MemorySegment memory, long datagram, int length, long nowNs) {
        loop.turnAt(nowNs);
        deliver(memory, datagram, length);
        if (!waiting.isEmpty() || isBlocked()) {
            loop.activate();
        }
    }

    /** The server has given this session's number to another: it has forgotten this one. */
    void superseded() {
        if (exchange != null) {
            restart();
        }
    }

    /** Whether there is something that the link has not taken yet. */
    boolean isBlocked() {
        Exchange now = exchange;
        return now != null && now.isFilling();
    }

    /** Whether it wants looks at the clock. */
    boolean isTimed() {
        return state != State.OPEN || outstanding() > 0;
    }

    private void accept(MemorySegment memory, long datagram, int length) {
        Exchange now = exchange;
        if (cursor.session() == DatagramLayout.SESSION_NONE) {
            while (state == State.OPENING && cursor.next()) {
                Handshake.Opened answer = handshake.accept(cursor, memory, loop.nowNs());
                if (answer != null) {
                    open(answer);
                }
            }
        } else if (now != null && !now.accept(cursor, memory, datagram, length)) {
            restart();
        }
    }

    void checkTimers(long nowNs) {
        if (state == State.OPENING) {
            handshake.poll(nowNs);
        }
        expireWaiting(nowNs);
        Exchange now = exchange;
        if (now != null) {
            now.checkTimers(nowNs);
        }
    }

    private void expireWaiting(long nowNs) {
        QuernException refusal = state == State.OPENING ? handshake.refusal() : null;
        if (refusal instanceof QuernException.Refused) {
            failWaiting(refusal);
            return;
        }
        int look = timers++ % TIMERS_PER_SWEEP == 0 ? waiting.size() : Math.min(waiting.size(), 1);
        for (int i = look; i > 0; i--) {
            Waiting request = waiting.remove();
            if (nowNs - request.deadlineNs() >= 0) {
                request.completion().fail(request.correlation(), timeout(request));
            } else if (look == 1) {
                waiting.addFirst(request);
            } else {
                waiting.add(request);
            }
        }
    }

    private QuernException timeout(Waiting request) {
        String failure = link.failure();
        return new QuernException.Timeout(Opcode.name(request.opcode()) + ": not sent in time to " + loop.describe()
                + (state == State.OPENING
                        ? ": no session, " + handshake.progress() + (failure == null ? "" : ": " + failure)
                        : ": too many requests before it"));
    }

    /** A client that was not polled for a while: what it began since its last poll was begun now, not then. */
    void shift(long gapNs) {
        Exchange now = exchange;
        if (now != null) {
            now.window().shiftUnpolled(gapNs);
        }
    }

    void markPolled() {
        Exchange now = exchange;
        if (now != null) {
            now.window().markPolled();
        }
    }

    // Beginnings and ends

    private void open(Handshake.Opened answer) {
        Handshake.Opened before = opened;
        opened = answer;
        loop.takesRunFigures(answer.takesRunFigures());
        Exchange next = new Exchange(loop, link, answer);
        exchange = next;
        if (shared != null) {
            shared.opened(answer.session(), answer.isBundled() ? answer.datagramBytesMax() : 0, this);
            loop.activate();
        }
        tablesToReopen = 0;
        state = State.REOPENING_TABLES;
        for (TableHandle table : loop.tables()) {
            reopen(next, table);
        }
        if (tablesToReopen == 0) {
            state = State.OPEN;
        }
        if (before != null && !before.ports().equals(answer.ports())) {
            loop.sessions().changed(this, answer);
        }
    }

    /** Table ids are of the server's process: a new one may have given them otherwise. */
    private void reopen(Exchange next, TableHandle table) {
        Request<Integer> request =
                TableRequests.open(table, loop.config().requestTimeout().toNanos());
        var _ = request.future.whenComplete((id, failure) -> {
            if (!next.equals(exchange)) {
                return;
            }
            if (failure instanceof QuernException.Timeout) {
                // Rather no session than one that may write to the wrong table.
                restart();
            } else if (--tablesToReopen == 0) {
                state = State.OPEN;
            }
        });
        if (next.begin(
                request.opcode, false, TableHandle.DEFAULT, request.bodyLength, request.deadlineNs, request, 0)) {
            request.write(next.bodyMemory(), next.body());
            next.commit();
            tablesToReopen++;
        } else {
            table.reopened(TableHandle.ID_UNKNOWN);
        }
    }

    /** The session is gone: reads move to the next one, the outcome of anything else is unknown. */
    private void restart() {
        Exchange old = exchange;
        exchange = null;
        state = State.OPENING;
        beginHandshake();
        if (old != null) {
            old.end(
                    new QuernException.OutcomeUnknown("the session with " + loop.describe()
                            + " ended before the answer: the request was done once or not at all"),
                    waiting);
        }
    }

    /** The server has this core no more: what can be done by another core goes there. */
    void retire(Session heir) {
        restart();
        heir.waiting.addAll(waiting);
        waiting.clear();
        link.close();
    }

    /** Says goodbye, if there is somebody to hear it, and fails what is outstanding. */
    void close(QuernException cause) {
        Exchange old = exchange;
        exchange = null;
        state = State.OPENING;
        if (old != null) {
            old.sayGoodbye();
            old.end(cause, null);
        }
        failWaiting(cause);
        link.close();
    }

    private void failWaiting(QuernException cause) {
        for (int i = waiting.size(); i > 0; i--) {
            Waiting request = waiting.remove();
            request.completion().fail(request.correlation(), cause);
        }
    }
}
