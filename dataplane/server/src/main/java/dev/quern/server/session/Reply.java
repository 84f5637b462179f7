package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reply to the request in hand: whole in a datagram, or kept and sent in pieces; and, where the protocol wants it, remembered for
 * when the request comes again. Reused for every request; thread: the core's; allocates nothing for replies that fit a datagram.
 */
final class Reply {
    private final ReplyWriter writer;
    private @Nullable Session session;
    private int opcode;
    private int sequence;
    private boolean kept;
    private int status;
    private int length;
    private long body;

    Reply(ReplyWriter writer) {
        this.writer = writer;
    }

    /** @param kept whether the outcome is remembered; its slot has begun then */
    void to(Session session, int opcode, int sequence, boolean kept) {
        this.session = session;
        this.opcode = opcode;
        this.sequence = sequence;
        this.kept = kept;
    }

    private Session session() {
        return Objects.requireNonNull(session);
    }

    boolean fits(int bodyLength) {
        return ReplyWriter.fits(session(), bodyLength);
    }

    /** Starts a reply that {@link #fits}: fill its body at the address returned, then {@link #end}. */
    long begin(int status, int bodyLength) {
        this.status = status;
        this.length = bodyLength;
        body = writer.begin(session(), opcode, status, sequence, bodyLength);
        return body;
    }

    /** The body is filled. */
    void end() {
        if (!kept) {
            return;
        }
        Outcomes outcomes = session().outcomes();
        if (status == Status.BUSY || status == Status.DRAINING) {
            outcomes.cancel(sequence); // Nothing was done: it may come again.
        } else {
            outcomes.end(sequence, status, body, length);
        }
    }

    void empty(int status) {
        long ignored = begin(status, 0);
        end();
    }

    /** A reply whose status says it all, with the protocol's words where they help. */
    void status(int status) {
        switch (status) {
            case Status.OK, Status.NOT_FOUND, Status.EXISTS, Status.CONFLICT -> empty(status);
            default -> error(status, Status.describe(status));
        }
    }

    /**
     * BUSY: nothing was done, and the client may ask again.
     *
     * @param retryAfterUs when it should; 0 leaves that to it
     */
    void busy(int retryAfterUs) {
        status = Status.BUSY;
        length = 0;
        body = writer.begin(session(), opcode, status, sequence, 0);
        MessageLayout.setRetryAfterUs(NativeMemory.ALL, body - MessageLayout.HEADER_BYTES, retryAfterUs);
        end();
    }

    /** An error, in words; allocates. */
    void error(int status, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Limits.ERROR_BYTES_MAX) {
            bytes = Arrays.copyOf(bytes, Limits.ERROR_BYTES_MAX);
        }
        NativeMemory.copyFromArray(bytes, 0, begin(status, bytes.length), bytes.length);
        end();
    }

    /** A body that lies elsewhere, whatever its length. */
    void body(int status, long source, int bodyLength) {
        if (fits(bodyLength)) {
            NativeMemory.copy(source, begin(status, bodyLength), bodyLength);
            end();
            return;
        }
        LargeBody large = beginLarge(status, bodyLength);
        if (large != null) {
            NativeMemory.copy(source, large.address(), bodyLength);
            endLarge(large);
        }
    }

    /** Starts a reply longer than a datagram: fill it, then {@link #endLarge}. Null when there is no room, which has been answered. */
    @Nullable
    LargeBody beginLarge(int status, int bodyLength) {
        LargeBody large = bodyLength > Limits.BODY_BYTES_MAX
                ? null
                : session().replies().create(sequence, opcode, status, bodyLength);
        if (large == null) {
            boolean done = Opcode.isKept(opcode);
            int why =
                    bodyLength > Limits.BODY_BYTES_MAX ? Status.REPLY_TOO_LARGE : done ? Status.NOT_KEPT : Status.BUSY;
            error(why, Status.describe(why));
        }
        return large;
    }

    void endLarge(LargeBody large) {
        if (kept) {
            session().outcomes().endElsewhere(sequence, large.status(), OutcomeLayout.LARGE);
        }
        piece(session(), large, 0);
    }

    /** Sends what is open: for replies outside of a burst. */
    void send() {
        writer.finish();
    }

    /** Sends one piece of a large reply. */
    void piece(Session to, LargeBody large, int offset) {
        int bytes = Math.min(Limits.partBytes(to.datagramBytesMax()), large.length() - offset);
        long part = writer.begin(to, Opcode.FETCH, large.status(), large.sequence(), PartLayout.BYTES_OFFSET + bytes);
        PartLayout.write(NativeMemory.ALL, part, large.length(), offset, large.opcode());
        NativeMemory.copy(large.address() + offset, part + PartLayout.BYTES_OFFSET, bytes);
    }
}
