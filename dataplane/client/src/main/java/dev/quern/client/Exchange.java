package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.BodyCheck;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests and answers of one opened session, from its OPENED to its end: what is outstanding, and what is sent again. One thread. */
final class Exchange {
    private static final int FIRST_SEQUENCE = 1;

    private final ClientLoop loop;
    private final Transport.Link link;
    private final Handshake.Opened opened;
    private final @Nullable Tag tag;
    private final Window window;
    private final OutgoingDatagram outgoing;
    private final RetransmitTimer timer;
    private final Reply reply = new Reply();
    private Slot current;
    private long lastReceiveNs;
    private @Nullable Verdict lastMalformed;

    Exchange(ClientLoop loop, Transport.Link link, Handshake.Opened opened) {
        this.loop = loop;
        this.link = link;
        this.opened = opened;
        tag = opened.tag();
        window = new Window(
                Math.min(opened.window(), loop.config().windowMax()), opened.datagramBytesMax(), FIRST_SEQUENCE);
        outgoing = new OutgoingDatagram(link, opened.session(), tag, opened.datagramBytesMax());
        timer = loop.newRetransmitTimer();
        current = window.next();
        lastReceiveNs = loop.nowNs();
    }

    int outstanding() {
        return window.outstanding();
    }

    /** A server forgets silent sessions: rather open a new one than have a write fail on the old. */
    boolean isStale() {
        return window.outstanding() == 0 && loop.readClock() - lastReceiveNs > opened.idleNs() / 4 * 3;
    }

    // Sending

    /** As {@link Session#begin}. */
    boolean begin(
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
        progressed(slot);
        slot.sends = 1;
    }

    void flush() {
        outgoing.flush();
    }

    /** Whether there is something in the datagram that is being filled. */
    boolean isFilling() {
        return !outgoing.isEmpty();
    }

    private int deadlineUs(Slot slot) {
        long us = (slot.deadlineNs - loop.nowNs()) / 1000;
        return (int) Math.max(1, Math.min(us, 0xFFFF_FFFFL));
    }

    /** Something came back for this slot: it is due again after the first delay. */
    private void progressed(Slot slot) {
        slot.sends = 0;
        slot.dueNs = loop.nowNs() + timer.afterNs(0);
    }

    void checkTimers(long nowNs) {
        int end = window.nextSequence();
        for (int sequence = window.oldest(); sequence != end; sequence++) {
            Slot slot = window.slot(sequence);
            if (slot.free() || slot.sequence != sequence) {
                continue;
            }
            if (nowNs - slot.deadlineNs >= 0) {
                fail(slot, slot.waitsAfterBusy && !slot.isDoubtful ? busy(slot) : timeout(slot));
            } else if (nowNs - slot.dueNs >= 0) {
                sendAgain(slot, nowNs);
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
        slot.waitsAfterBusy = false;
        slot.dueNs = nowNs + timer.afterNs(slot.sends);
        slot.sends++;
    }

    private QuernException timeout(Slot slot) {
        String failure = link.failure();
        return new QuernException.Timeout(Opcode.name(slot.opcode) + ": no answer in time from " + loop.describe()
                + " (sent " + slot.sends + " times)"
                + (failure == null ? "" : ": " + failure)
                + (lastMalformed == null ? "" : "; last malformed answer: " + lastMalformed.text()));
    }

    /** As {@link ClientLoop#poll} needs it: see {@link Window#shiftUnpolled}. */
    Window window() {
        return window;
    }

    // Receiving

    /**
     * Takes a datagram in whose header is good.
     *
     * @return false when it says, believably, that the session is no more
     */
    boolean accept(MessageCursor cursor, MemorySegment memory, long datagram, int length) {
        if (cursor.session() != opened.session()) {
            return true;
        }
        boolean authentic = tag == null || tag.verify(memory, datagram, length);
        if (authentic) {
            lastReceiveNs = loop.nowNs();
        }
        while (cursor.next()) {
            int sequence = cursor.sequence();
            Slot slot = window.slot(sequence);
            if (slot.free() || slot.sequence != sequence) {
                continue;
            }
            if (cursor.status() == Status.UNKNOWN_SESSION) {
                if (isBelievableEnd(slot)) {
                    return false;
                }
            } else if (authentic) {
                acceptReply(cursor, memory, slot);
            }
        }
        if (cursor.verdict() != Verdict.GOOD) {
            lastMalformed = cursor.verdict();
        }
        return true;
    }

    /** Such an answer carries no tag: where there should be one, silence must bear it out. */
    private boolean isBelievableEnd(Slot slot) {
        return tag == null || (slot.sends >= 2 && lastReceiveNs - slot.firstSentNs < 0);
    }

    private void acceptReply(MessageCursor cursor, MemorySegment memory, Slot slot) {
        Verdict verdict = cursor.checkBody();
        if (verdict != Verdict.GOOD) {
            lastMalformed = verdict;
            return;
        }
        switch (cursor.opcode()) {
            case Opcode.PART -> acceptPart(cursor, memory, slot);
            case Opcode.FETCH -> acceptPiece(cursor, memory, slot);
            default -> {
                if (cursor.opcode() == slot.opcode) {
                    measure(slot);
                    answered(cursor, memory, slot);
                }
            }
        }
    }

    /** Of one datagram each way, and not of what the server may take its time for. */
    private void measure(Slot slot) {
        boolean quick = slot.opcode < Opcode.INVOKE && slot.busyTimes == 0;
        if (quick && slot.sends == 1 && slot.upload == null && slot.download == null) {
            timer.measured(Math.max(0, loop.nowNs() - slot.firstSentNs));
        }
    }

    private void acceptPart(MessageCursor cursor, MemorySegment memory, Slot slot) {
        if (slot.upload == null) {
            return;
        }
        if (cursor.status() != Status.OK) {
            answered(cursor, memory, slot);
            return;
        }
        if (slot.waitsAfterBusy) {
            return;
        }
        slot.upload.acknowledged(PartReplyLayout.offset(memory, cursor.body()));
        progressed(slot);
        slot.upload.advance(slot, outgoing, deadlineUs(slot));
    }

    private void acceptPiece(MessageCursor cursor, MemorySegment memory, Slot slot) {
        if (cursor.status() == Status.NOT_KEPT) {
            lostPieces(slot);
            return;
        }
        if (!Status.hasBody(cursor.status())) {
            answered(cursor, memory, slot);
            return;
        }
        slot.waitsAfterBusy = false;
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
        progressed(slot);
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

    private void answered(MessageCursor cursor, MemorySegment memory, Slot slot) {
        if (cursor.status() != Status.BUSY || !isAskedAgain(slot, cursor.deadlineUs())) {
            complete(slot, cursor.status(), memory, cursor.body(), cursor.bodyLength());
        }
    }

    /**
     * What the server was too busy for was not done: it is asked again later, by the same sequence, so that no copy of it that may still be
     * under way is done besides.
     *
     * @param afterUs when, as the server says; 0 when it does not
     * @return false when that would be too late
     */
    private boolean isAskedAgain(Slot slot, int afterUs) {
        if (slot.waitsAfterBusy || slot.download != null) {
            return true;
        }
        long afterNs = afterUs == 0
                ? RetransmitTimer.afterBusyNs(slot.busyTimes, loop.jitter())
                : Integer.toUnsignedLong(afterUs) * 1000;
        slot.isDoubtful |= slot.sends > 1;
        boolean inTime = loop.config().busyRetries() && loop.nowNs() + afterNs - slot.deadlineNs < 0;
        if (inTime) {
            slot.busyTimes++;
            slot.waitsAfterBusy = true;
            slot.sends = 0;
            slot.dueNs = loop.nowNs() + afterNs;
            if (slot.upload != null) {
                slot.upload.startAnew();
            }
        }
        return inTime;
    }

    private static QuernException busy(Slot slot) {
        return QuernException.of(
                Status.BUSY,
                Opcode.name(slot.opcode),
                "too busy until the deadline, asked " + slot.busyTimes + " times");
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
        Completion completion = Objects.requireNonNull(slot.completion);
        long correlation = slot.correlation;
        int opcode = slot.opcode;
        window.release(slot);
        completion.complete(correlation, reply.wrap(opcode, status, memory, body, length));
    }

    private void fail(Slot slot, QuernException cause) {
        Completion completion = Objects.requireNonNull(slot.completion);
        long correlation = slot.correlation;
        window.release(slot);
        completion.fail(correlation, cause);
    }

    // The end

    /** Says goodbye, if there is room for it. Nobody waits for the answer. */
    void sayGoodbye() {
        if (window.next().free() && outgoing.reserve(0) >= 0) {
            long message = outgoing.reserve(0);
            MessageLayout.writeHeader(outgoing.memory(), message, Opcode.CLOSE, 0, 0, 0, window.nextSequence(), 0);
            outgoing.commit(0);
        }
        outgoing.flush();
    }

    /**
     * Ends it: what is outstanding fails, but reads, and what the server was too busy for, go in front of those that wait for the next
     * session, if there will be one.
     */
    void end(QuernException cause, @Nullable ArrayDeque<Waiting> next) {
        int oldest = window.oldest();
        for (int sequence = window.nextSequence() - 1; sequence != oldest - 1; sequence--) {
            Slot slot = window.slot(sequence);
            if (slot.free() || slot.sequence != sequence) {
                continue;
            }
            boolean undone = slot.replayable || (slot.waitsAfterBusy && !slot.isDoubtful);
            if (undone && next != null) {
                next.addFirst(new Replay(slot));
                window.release(slot);
            } else {
                fail(slot, cause);
            }
        }
    }
}
