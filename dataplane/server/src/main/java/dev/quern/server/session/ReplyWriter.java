package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Tag;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import org.jspecify.annotations.Nullable;

/**
 * Puts replies into datagrams, as many to one as fit: the datagram stays open until its session changes, it is full, or the burst ends.
 * Thread: the core's; allocates nothing.
 */
final class ReplyWriter {
    private final Counters counters;
    private @Nullable Session session;
    private long datagram;
    private int position;

    ReplyWriter(Counters counters) {
        this.counters = counters;
    }

    /**
     * Starts a reply whose body has so many bytes and fits a datagram, see {@link #fits}. Returns the body's address, to be filled
     * before the next call.
     */
    long begin(Session to, int opcode, int status, int sequence, int bodyLength) {
        int size = MessageLayout.sizeOf(bodyLength);
        if (session != to || position + size > to.datagramBytesMax()) {
            open(to);
        }
        long message = datagram + position;
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

    private void open(Session to) {
        finish();
        session = to;
        datagram = to.sink().acquire();
        DatagramLayout.writeHeader(NativeMemory.ALL, datagram, DatagramLayout.FLAG_REPLY, to.id());
        position = DatagramLayout.HEADER_BYTES;
    }

    /** Tags and sends the open datagram, if there is one. */
    void finish() {
        Session to = session;
        if (to == null) {
            return;
        }
        session = null;
        if (to.closed()) {
            return;
        }
        Tag tag = to.tag();
        if (tag != null) {
            tag.seal(NativeMemory.ALL, datagram, position);
        }
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
