package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * Walks the messages of one received datagram and never reads outside it, whatever the datagram holds. One thread; reused for every
 * datagram; allocates nothing.
 *
 * <pre>{@code
 * if (cursor.wrap(memory, datagram, length, false) == Verdict.GOOD) {
 *     while (cursor.next()) {
 *         Verdict verdict = cursor.checkBody(); // GOOD, or answer this message with its text
 *     }
 *     // cursor.verdict() tells whether the walk ended at the datagram's end
 * }
 * }</pre>
 *
 * <p>The tag is not checked here: between {@code wrap} and {@code next}, look the session up and call {@link Tag#verify}.
 */
public final class MessageCursor {
    private MemorySegment memory = MemorySegment.NULL;
    private long datagram;
    private int datagramLength;
    private boolean replies;
    private int position;
    private long message;
    private int messageLength;
    private Verdict verdict = Verdict.DATAGRAM_SHORT;

    /**
     * Points the cursor in front of a datagram's first message and checks the datagram's header.
     *
     * @param replies whether it should come from a server
     */
    public Verdict wrap(MemorySegment memory, long datagram, int length, boolean replies) {
        this.memory = memory;
        this.datagram = datagram;
        this.replies = replies;
        position = DatagramLayout.HEADER_BYTES;
        messageLength = 0;
        verdict = checkHeader(length);
        datagramLength = verdict == Verdict.GOOD ? length : 0;
        return verdict;
    }

    private Verdict checkHeader(int length) {
        if (length < DatagramLayout.HEADER_BYTES) {
            return Verdict.DATAGRAM_SHORT;
        }
        if (length > Limits.DATAGRAM_BYTES_MAX) {
            return Verdict.DATAGRAM_LONG;
        }
        if (DatagramLayout.magic(memory, datagram) != DatagramLayout.MAGIC) {
            return Verdict.BAD_MAGIC;
        }
        if (DatagramLayout.version(memory, datagram) != DatagramLayout.VERSION) {
            return Verdict.BAD_VERSION;
        }
        if (length % MessageLayout.ALIGNMENT != 0) {
            return Verdict.DATAGRAM_UNALIGNED;
        }
        int flags = DatagramLayout.flags(memory, datagram);
        boolean reply = (flags & DatagramLayout.FLAG_REPLY) != 0;
        return reply == replies && (flags & ~DatagramLayout.FLAGS_ALL) == 0 ? Verdict.GOOD : Verdict.BAD_FLAGS;
    }

    /** Moves to the next message; false at the end and at a message whose length cannot be, which {@link #verdict()} tells apart. */
    public boolean next() {
        int rest = datagramLength - position;
        if (rest <= 0) {
            return false;
        }
        if (rest < MessageLayout.HEADER_BYTES) {
            return stop(Verdict.MESSAGE_SHORT);
        }
        message = datagram + position;
        messageLength = MessageLayout.length(memory, message);
        if (messageLength < MessageLayout.HEADER_BYTES) {
            return stop(Verdict.MESSAGE_SHORT);
        }
        // The rest is a multiple of the alignment, so that a message which fits it fits with its padding.
        if (messageLength > rest) {
            return stop(Verdict.MESSAGE_LONG);
        }
        position += MessageLayout.padded(messageLength);
        return true;
    }

    private boolean stop(Verdict cause) {
        verdict = cause;
        datagramLength = 0;
        messageLength = 0;
        return false;
    }

    /** Whether the walk so far met only messages whose lengths fit. */
    public Verdict verdict() {
        return verdict;
    }

    /** Checks the current message's body: every length in it, and every field against its range. */
    public Verdict checkBody() {
        return replies
                ? BodyCheck.reply(memory, opcode(), status(), body(), bodyLength())
                : status() != Status.OK
                        ? Verdict.REQUEST_WITH_STATUS
                        : BodyCheck.request(memory, opcode(), body(), bodyLength());
    }

    public int session() {
        return DatagramLayout.session(memory, datagram);
    }

    public boolean tagged() {
        return (DatagramLayout.flags(memory, datagram) & DatagramLayout.FLAG_TAGGED) != 0;
    }

    public int opcode() {
        return MessageLayout.opcode(memory, message);
    }

    public int status() {
        return MessageLayout.status(memory, message);
    }

    public int table() {
        return MessageLayout.table(memory, message);
    }

    public int sequence() {
        return MessageLayout.sequence(memory, message);
    }

    public int deadlineUs() {
        return MessageLayout.deadlineUs(memory, message);
    }

    /** Offset of the current message's header. */
    public long message() {
        return message;
    }

    /** Offset of the current message's body. */
    public long body() {
        return message + MessageLayout.HEADER_BYTES;
    }

    public int bodyLength() {
        return messageLength - MessageLayout.HEADER_BYTES;
    }
}
