package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.BodyCheck;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.PartReplyLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A session with one core of the server: the window of outstanding requests, what is sent again and when, and the session's end and
 * new beginning. One thread, the client's.
 */
final class Session {
    private enum State {
        OPENING,
        REOPENING_TABLES,
        OPEN
    }

    private final ClientLoop loop;
    private final Transport.Link link;
    private final Handshake handshake;
    private final OutgoingDatagram outgoing;
    private final MessageCursor cursor = new MessageCursor();
    private final Reply reply = new Reply();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private State state = State.OPENING;
    private Window window = new Window(1, Limits.DATAGRAM_BYTES_MIN);
    private Handshake.@Nullable Opened opened;
    private @Nullable Tag tag;
    private long lastReceiveNs;
    private int tablesToReopen;
    private Slot current = window.slot(0);
    private @Nullable Verdict lastMalformed;

    Session(ClientLoop loop, Transport.Link link) {
        this.loop = loop;
        this.link = link;
        handshake = new Handshake(loop.config(), link, loop.datagramBytesMax());
        outgoing = new OutgoingDatagram(link);
        handshake.start(loop.nowNs());
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** What the server said when it opened the session; null before that. */
    Handshake.@Nullable Opened opened() {
        return opened;
    }

    Handshake handshake() {
        return handshake;
    }

    Transport.Link link() {
        return link;
    }

    int outstanding() {
        return window.outstanding() + waiting.size();
    }

    // Sending

    /**
     * Takes a slot for a request; false when there is none now. Then write the body to {@link #bodyMemory} at {@link #body} and call
     * {@link #commit}.
     */
    boolean begin(
            int opcode,
            boolean replayable,
            TableHandle table,
            int bodyLength,
            long deadlineNs,
            Completion completion,
            long correlation) {
        if (state != State.OPEN || (window.outstanding() == 0 && !stillKnown())) {
            return false;
        }
        return beginInAnyState(opcode, replayable, table, bodyLength, deadlineNs, completion, correlation);
    }

    /** A server forgets silent sessions: rather open a new one than have a write fail on the old. */
    private boolean stillKnown() {
        Handshake.Opened session = opened;
        if (session == null || loop.readClock() - lastReceiveNs > session.idleNs() / 4 * 3) {
            restart();
            return false;
        }
        return true;
    }

    private boolean beginInAnyState(
            int opcode,
            boolean replayable,
            TableHandle table,
            int bodyLength,
            long deadlineNs,
            Completion completion,
            long correlation) {
        Slot slot = window.next();
        boolean whole = bodyLength <= window.bodyBytesWhole();
        if (!slot.free() || (whole && outgoing.reserve(bodyLength) < 0)) {
            return false;
        }
        window.take(slot, whole ? MessageLayout.HEADER_BYTES + bodyLength : MessageLayout.HEADER_BYTES);
        if (!whole) {
            slot.upload = new Upload(MemorySegment.ofArray(new byte[bodyLength]), window.partBytes());
        }
        slot.opcode = opcode;
        slot.replayable = replayable;
        slot.table = table;
        slot.completion = completion;
        slot.correlation = correlation;
        slot.deadlineNs = deadlineNs;
        MessageLayout.writeHeader(
                slot.memory, slot.message, opcode, 0, table.id(), bodyLength, slot.sequence, deadlineUs(slot));
        current = slot;
        return true;
    }

    MemorySegment bodyMemory() {
        return current.upload == null ? current.memory : current.upload.body();
    }

    long body() {
        return current.upload == null ? current.message + MessageLayout.HEADER_BYTES : 0;
    }

    void commit() {
        Slot slot = current;
        if (slot.upload != null) {
            slot.upload.advance(slot, outgoing, deadlineUs(slot));
        } else {
            outgoing.commit(slot.memory, slot.message, slot.length);
        }
        slot.firstSentNs = loop.nowNs();
        window.sent();
        touch(slot);
        slot.sends = 1;
    }

    private int deadlineUs(Slot slot) {
        long us = (slot.deadlineNs - loop.nowNs()) / 1000;
        return (int) Math.max(1, Math.min(us, 0xFFFF_FFFFL));
    }

    /** Something went out or came back for this slot: it is due again after the first delay. */
    private void touch(Slot slot) {
        slot.sends = 0;
        slot.dueNs = loop.nowNs() + loop.retransmitNs(0);
    }

    void await(Waiting request) {
        waiting.add(request);
    }

    boolean flush() {
        return outgoing.flush();
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
        while (work < datagramsMax) {
            int length = link.receive(loop.incoming());
            if (length == 0) {
                break;
            }
            work++;
            accept(loop.incomingMemory(), length);
        }
        return work;
    }

    void checkTimers(long nowNs) {
        if (state == State.OPENING) {
            handshake.poll(nowNs);
        }
        expireWaiting(nowNs);
        int end = window.nextSequence();
        for (int sequence = window.oldest(); sequence != end; sequence++) {
            Slot slot = window.slot(sequence);
            if (slot.free() || slot.sequence != sequence) {
                continue;
            }
            if (nowNs - slot.deadlineNs >= 0) {
                fail(slot, timeout(slot.opcode, slot.sends));
            } else if (nowNs - slot.dueNs >= 0) {
                sendAgain(slot, nowNs);
            }
        }
    }

    /** A client that was not polled for a while: what it began since its last poll was begun now, not then. */
    void shift(long gapNs) {
        window.shiftUnpolled(gapNs);
    }

    void markPolled() {
        window.markPolled();
    }

    private void expireWaiting(long nowNs) {
        QuernException refusal = state == State.OPENING ? handshake.refusal() : null;
        boolean refused = refusal instanceof QuernException.Refused;
        for (int i = waiting.size(); i > 0; i--) {
            Waiting request = waiting.remove();
            if (refused && refusal != null) {
                request.completion().fail(request.correlation(), refusal);
            } else if (nowNs - request.deadlineNs() >= 0) {
                request.completion().fail(request.correlation(), timeout(request.opcode(), 0));
            } else {
                waiting.add(request);
            }
        }
    }

    private void sendAgain(Slot slot, long nowNs) {
        if (slot.download != null) {
            slot.download.repeat(slot, outgoing);
        } else if (slot.upload != null) {
            slot.upload.repeat(slot, outgoing, deadlineUs(slot));
        } else if (outgoing.reserve(slot.length - MessageLayout.HEADER_BYTES) >= 0) {
            Wire.putInt(slot.memory, slot.message + MessageLayout.DEADLINE_US_OFFSET, deadlineUs(slot));
            outgoing.commit(slot.memory, slot.message, slot.length);
        }
        slot.dueNs = nowNs + loop.retransmitNs(slot.sends);
        slot.sends++;
    }

    private QuernException timeout(int opcode, int sends) {
        String failure = link.failure();
        return new QuernException.Timeout(Opcode.name(opcode) + ": no answer in time from " + loop.describe()
                + (state == State.OPENING
                        ? " (no session: " + handshake.progress() + ")"
                        : " (sent " + sends + " times)")
                + (failure == null ? "" : ": " + failure)
                + (lastMalformed == null ? "" : "; last malformed datagram: " + lastMalformed.text()));
    }

    // Receiving

    private void accept(MemorySegment memory, int length) {
        Verdict verdict = cursor.wrap(memory, 0, length, true);
        if (verdict != Verdict.GOOD) {
            lastMalformed = verdict;
            return;
        }
        int session = cursor.session();
        if (session == DatagramLayout.SESSION_NONE) {
            acceptHandshake(memory);
        } else if (opened != null && session == opened.session() && state != State.OPENING) {
            boolean authentic = tag == null || tag.verify(memory, 0, length);
            if (authentic) {
                lastReceiveNs = loop.nowNs();
            }
            while (cursor.next() && acceptReply(memory, authentic)) {
                // Each message is dealt with in the condition.
            }
        }
        if (cursor.verdict() != Verdict.GOOD) {
            lastMalformed = cursor.verdict();
        }
    }

    private void acceptHandshake(MemorySegment memory) {
        while (state == State.OPENING && cursor.next()) {
            Handshake.Opened answer = handshake.accept(cursor, memory, loop.nowNs());
            if (answer != null) {
                open(answer);
            }
        }
    }

    /** @return whether the datagram's other messages are still of interest */
    private boolean acceptReply(MemorySegment memory, boolean authentic) {
        int sequence = cursor.sequence();
        Slot slot = window.slot(sequence);
        int status = cursor.status();
        if (slot.free() || slot.sequence != sequence || (!authentic && status != Status.UNKNOWN_SESSION)) {
            return true;
        }
        if (status == Status.UNKNOWN_SESSION) {
            if (tag != null && (slot.sends < 2 || lastReceiveNs - slot.firstSentNs >= 0)) {
                return true;
            }
            restart();
            return false;
        }
        Verdict verdict = cursor.checkBody();
        if (verdict != Verdict.GOOD) {
            lastMalformed = verdict;
            return true;
        }
        switch (cursor.opcode()) {
            case Opcode.PART -> acceptPart(slot, memory);
            case Opcode.FETCH -> acceptPiece(slot, memory);
            default -> {
                if (cursor.opcode() == slot.opcode) {
                    complete(slot, status, memory, cursor.body(), cursor.bodyLength());
                }
            }
        }
        return true;
    }

    private void acceptPart(Slot slot, MemorySegment memory) {
        if (slot.upload == null) {
            return;
        }
        if (cursor.status() != Status.OK) {
            complete(slot, cursor.status(), memory, cursor.body(), cursor.bodyLength());
            return;
        }
        slot.upload.acknowledged(PartReplyLayout.offset(memory, cursor.body()));
        touch(slot);
        slot.upload.advance(slot, outgoing, deadlineUs(slot));
    }

    private void acceptPiece(Slot slot, MemorySegment memory) {
        if (cursor.status() == Status.NOT_KEPT) {
            lostPieces(slot);
            return;
        }
        if (!Status.hasBody(cursor.status())) {
            complete(slot, cursor.status(), memory, cursor.body(), cursor.bodyLength());
            return;
        }
        long part = cursor.body();
        if (PartLayout.opcode(memory, part) != slot.opcode) {
            return;
        }
        Download download = slot.download;
        if (download == null) {
            download = new Download(PartLayout.totalLength(memory, part), cursor.status(), window.partBytes());
            slot.download = download;
        }
        if (!download.accept(memory, part, cursor.bodyLength())) {
            return;
        }
        touch(slot);
        if (!download.complete()) {
            download.advance(slot, outgoing);
            return;
        }
        download.dismiss(slot, outgoing);
        MemorySegment body = download.body();
        int length = (int) body.byteSize();
        Verdict verdict = BodyCheck.reply(body, slot.opcode, download.status(), 0, length);
        if (verdict == Verdict.GOOD) {
            complete(slot, download.status(), body, 0, length);
        } else {
            fail(slot, new QuernException(Opcode.name(slot.opcode) + ": malformed reply: " + verdict.text(), 0));
        }
    }

    private void lostPieces(Slot slot) {
        slot.download = null;
        if (slot.replayable) {
            slot.sends = 0;
            sendAgain(slot, loop.nowNs());
        } else {
            fail(
                    slot,
                    new QuernException.OutcomeUnknown(Opcode.name(slot.opcode)
                            + ": done, but the server no longer keeps its long reply: do not repeat it blindly"));
        }
    }

    private void complete(Slot slot, int status, MemorySegment memory, long body, int length) {
        Completion completion = slot.completion;
        long correlation = slot.correlation;
        int opcode = slot.opcode;
        window.release(slot);
        if (completion != null) {
            completion.complete(correlation, reply.wrap(opcode, status, memory, body, length));
        }
    }

    private void fail(Slot slot, QuernException cause) {
        Completion completion = slot.completion;
        long correlation = slot.correlation;
        window.release(slot);
        if (completion != null) {
            completion.fail(correlation, cause);
        }
    }

    // Beginnings and ends

    private void open(Handshake.Opened answer) {
        opened = answer;
        tag = answer.tag();
        lastReceiveNs = loop.nowNs();
        window = new Window(answer.window(), answer.datagramBytesMax());
        outgoing.reset(answer.session(), tag, answer.datagramBytesMax());
        tablesToReopen = 0;
        state = State.REOPENING_TABLES;
        for (TableHandle table : loop.tables()) {
            if (!reopen(table)) {
                break;
            }
        }
        if (tablesToReopen == 0) {
            state = State.OPEN;
        }
    }

    private boolean reopen(TableHandle table) {
        Request<Integer> request =
                TableRequests.open(table, loop.config().requestTimeout().toNanos());
        request.onEnd(() -> {
            if (--tablesToReopen == 0 && state == State.REOPENING_TABLES) {
                state = State.OPEN;
            }
        });
        if (!beginInAnyState(
                request.opcode, false, TableHandle.DEFAULT, request.bodyLength, request.deadlineNs, request, 0)) {
            return false;
        }
        request.write(bodyMemory(), body());
        commit();
        tablesToReopen++;
        return true;
    }

    /** The session is gone: reads move to the next one, the outcome of anything else is unknown. */
    private void restart() {
        state = State.OPENING;
        handshake.start(loop.nowNs());
        Window old = window;
        window = new Window(1, Limits.DATAGRAM_BYTES_MIN);
        for (int sequence = old.nextSequence() - 1; sequence != old.oldest() - 1; sequence--) {
            Slot slot = old.slot(sequence);
            if (slot.free() || slot.sequence != sequence || slot.completion == null) {
                continue;
            }
            if (slot.replayable) {
                waiting.addFirst(new Replay(slot));
            } else {
                slot.completion.fail(
                        slot.correlation,
                        new QuernException.OutcomeUnknown(Opcode.name(slot.opcode)
                                + ": the session with " + loop.describe()
                                + " ended before the answer: it was done once or not at all"));
            }
        }
    }

    /** Says goodbye, if there is somebody to hear it, and fails what is outstanding. */
    void close(QuernException cause) {
        if (state == State.OPEN && window.next().free()) {
            long message = outgoing.reserve(0);
            if (message >= 0) {
                MessageLayout.writeHeader(outgoing.memory(), message, Opcode.CLOSE, 0, 0, 0, window.nextSequence(), 0);
                outgoing.commit(0);
                outgoing.flush();
            }
        }
        state = State.OPENING;
        int end = window.nextSequence();
        for (int sequence = window.oldest(); sequence != end; sequence++) {
            Slot slot = window.slot(sequence);
            if (!slot.free() && slot.sequence == sequence) {
                fail(slot, cause);
            }
        }
        while (!waiting.isEmpty()) {
            Waiting request = waiting.remove();
            request.completion().fail(request.correlation(), cause);
        }
        link.close();
    }
}
