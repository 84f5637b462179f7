package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The datagram that a session is filling. One thread. */
final class OutgoingDatagram {
    private final Transport.Link link;
    private final int session;
    private final @Nullable Tag tag;
    private final int bytesMax;
    private final ByteBuffer buffer;
    private final MemorySegment memory;
    private int position = DatagramLayout.HEADER_BYTES;

    OutgoingDatagram(Transport.Link link, int session, @Nullable Tag tag, int bytesMax) {
        this.link = link;
        this.session = session;
        this.tag = tag;
        this.bytesMax = bytesMax;
        buffer = ByteBuffer.allocateDirect(bytesMax);
        memory = MemorySegment.ofBuffer(buffer);
    }

    MemorySegment memory() {
        return memory;
    }

    /**
     * Makes room for a message and says where it goes; sends what is there if it must.
     *
     * @return the message's offset, or −1 when there is no room and the link takes nothing now
     */
    long reserve(int bodyLength) {
        int size = MessageLayout.sizeOf(bodyLength);
        if (position + size > bytesMax && !flush()) {
            return -1;
        }
        return position;
    }

    /** Ends the message that was written where {@link #reserve} said. */
    void commit(int bodyLength) {
        position += MessageLayout.pad(memory, position, bodyLength);
    }

    /** Copies a whole message, header and body, to where {@link #reserve} said, and ends it. */
    void commit(MemorySegment source, long message, int length) {
        Wire.copy(source, message, memory, position, length);
        commit(length - MessageLayout.HEADER_BYTES);
    }

    boolean isEmpty() {
        return position == DatagramLayout.HEADER_BYTES;
    }

    /** Sends what there is; false when the link takes nothing now, and then it is still here. */
    boolean flush() {
        if (isEmpty()) {
            return true;
        }
        DatagramLayout.writeHeader(memory, 0, 0, session);
        if (tag != null) {
            tag.seal(memory, 0, position);
        }
        buffer.limit(position).position(0);
        if (!link.send(buffer)) {
            return false;
        }
        position = DatagramLayout.HEADER_BYTES;
        return true;
    }
}
