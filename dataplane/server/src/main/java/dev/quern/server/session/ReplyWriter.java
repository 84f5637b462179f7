package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.BundleLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Tag;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import org.jspecify.annotations.Nullable;

/**
 * Puts replies into datagrams, as many to one as fit: the datagram stays open until its session changes, it is full, or the burst ends. Those of
 * sessions that come in bundles go in bundles: the next session's datagram then begins behind the one before. Thread: the core's; allocates
 * nothing.
 */
final class ReplyWriter {
    private final Counters counters;
    private @Nullable Session session;

    /** The buffer being filled, where in it the session's datagram begins, what is used of it, and what may be. */
    private long buffer;

    private int begin;
    private int position;
    private int positionMax;

    ReplyWriter(Counters counters) {
        this.counters = counters;
    }

    /**
     * Starts a reply whose body has so many bytes and fits a datagram, see {@link #fits}. Returns the body's address, to be filled
     * before the next call.
     */
    long begin(Session to, int opcode, int status, int sequence, int bodyLength) {
        int size = MessageLayout.sizeOf(bodyLength);
        if (session != to || position + size > positionMax) {
            open(to, size);
        }
        long message = buffer + position;
        // The padding lies in the message's last word: cleared first, and what the body needs of it is written
        // afterwards.
        NativeMemory.putLong(message + size - Long.BYTES, 0);
        MessageLayout.writeHeader(NativeMemory.ALL, message, opcode, status, 0, bodyLength, sequence, 0);
        position += size;
        return message + MessageLayout.HEADER_BYTES;
    }

    /** A reply whose body lies elsewhere. */
    void write(Session to, int opcode, int status, int sequence, long body, int bodyLength) {
        NativeMemory.copy(body, begin(to, opcode, status, sequence, bodyLength), bodyLength);
    }

    /** A reply with no body. */
    void writeEmpty(Session to, int opcode, int status, int sequence) {
        long ignored = begin(to, opcode, status, sequence, 0);
    }

    static boolean fits(Session to, int bodyLength) {
        return MessageLayout.sizeOf(bodyLength) <= to.datagramBytesMax() - DatagramLayout.HEADER_BYTES;
    }

    private void open(Session to, int size) {
        Session last = session;
        int bytesMax = to.datagramBytesMax();
        boolean isBundled =
                to.isBundled() && BundleLayout.BYTES_BESIDE + DatagramLayout.HEADER_BYTES + size <= bytesMax;
        if (isBundled && last != null && isRoomBehind(last, to, size)) {
            endDatagram(last);
            begin = position + BundleLayout.DATAGRAM_OFFSET;
            positionMax = Math.min(positionMax, bytesMax);
        } else {
            finish();
            buffer = to.sink().acquire();
            positionMax = bytesMax;
            begin = 0;
            if (isBundled) {
                BundleLayout.writeHeader(NativeMemory.ALL, buffer, true);
                begin = BundleLayout.BYTES_BESIDE;
            }
        }
        session = to;
        DatagramLayout.writeHeader(NativeMemory.ALL, buffer + begin, DatagramLayout.FLAG_REPLY, to.id());
        position = begin + DatagramLayout.HEADER_BYTES;
    }

    /** Whether a session's datagram, with a message of this size, may come behind that of another in the open bundle. */
    private boolean isRoomBehind(Session last, Session to, int size) {
        int end = position + BundleLayout.HEADER_BYTES + DatagramLayout.HEADER_BYTES + size;
        return begin > 0
                && last != to
                && !last.closed()
                && last.isBundledWith(to)
                && end <= Math.min(positionMax, to.datagramBytesMax());
    }

    /** Nothing is added to the session's datagram any more: it gets its tag and, in a bundle, its length. */
    private void endDatagram(Session of) {
        Tag tag = of.tag();
        if (tag != null) {
            tag.seal(NativeMemory.ALL, buffer + begin, position - begin);
        }
        if (begin > 0) {
            BundleLayout.writeEntry(NativeMemory.ALL, buffer + begin - BundleLayout.DATAGRAM_OFFSET, position - begin);
        }
    }

    /** Sends what is open, if something is. */
    void finish() {
        Session to = session;
        if (to == null) {
            return;
        }
        session = null;
        if (to.closed()) {
            return;
        }
        endDatagram(to);
        to.sink().send(position, to.peer());
        counters.increment(Counter.DATAGRAMS_SENT);
    }

    /** Sends an untagged datagram of one message outside any session: handshakes, and word of an unknown session. */
    void writeAlone(DatagramSink sink, long peer, int sessionId, int opcode, int status, int sequence, byte[] body) {
        finish();
        long alone = sink.acquire();
        DatagramLayout.writeHeader(NativeMemory.ALL, alone, DatagramLayout.FLAG_REPLY, sessionId);
        long message = alone + DatagramLayout.HEADER_BYTES;
        MessageLayout.writeHeader(NativeMemory.ALL, message, opcode, status, 0, body.length, sequence, 0);
        NativeMemory.copyFromArray(body, 0, message + MessageLayout.HEADER_BYTES, body.length);
        int size = MessageLayout.pad(NativeMemory.ALL, message, body.length);
        sink.send(DatagramLayout.HEADER_BYTES + size, peer);
        counters.increment(Counter.DATAGRAMS_SENT);
    }
}
