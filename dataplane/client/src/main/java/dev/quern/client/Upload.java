package dev.quern.client;

import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;

/** A request's body on its way in pieces. */
final class Upload {
    private final MemorySegment body;
    private final int pieceBytes;
    private Pieces pieces;
    private boolean isAnew;

    Upload(MemorySegment body, int pieceBytes) {
        this.body = body;
        this.pieceBytes = pieceBytes;
        pieces = new Pieces((int) body.byteSize(), pieceBytes);
    }

    /** The server has let go of what it had: all pieces are to be sent anew. */
    void startAnew() {
        pieces = new Pieces((int) body.byteSize(), pieceBytes);
        isAnew = true;
    }

    MemorySegment body() {
        return body;
    }

    /** Notes that a piece arrived. */
    void acknowledged(int offset) {
        int piece = pieces.at(offset);
        if (piece >= 0) {
            pieces.finish(piece);
        }
    }

    /** Sends as many new pieces as may go. */
    void advance(Slot slot, OutgoingDatagram outgoing, int deadlineUs) {
        for (int piece = pieces.nextToSend(); piece >= 0; piece = pieces.nextToSend()) {
            if (!send(piece, slot, outgoing, deadlineUs)) {
                return;
            }
            pieces.sent(piece);
        }
    }

    /**
     * Sends again what got no answer: the pieces in flight, or one of them all, to learn how the request ended. After a new start an
     * acknowledgement may be one of a copy that the server has let go of: then it is all of them.
     */
    void repeat(Slot slot, OutgoingDatagram outgoing, int deadlineUs) {
        if (pieces.allDone() && isAnew) {
            startAnew();
        }
        if (pieces.overdue(0) < 0 && !pieces.allDone()) {
            advance(slot, outgoing, deadlineUs);
            return;
        }
        if (pieces.allDone()) {
            send(pieces.count() - 1, slot, outgoing, deadlineUs);
            return;
        }
        for (int piece = pieces.overdue(0); piece >= 0; piece = pieces.overdue(piece + 1)) {
            if (!send(piece, slot, outgoing, deadlineUs)) {
                return;
            }
        }
    }

    private boolean send(int piece, Slot slot, OutgoingDatagram outgoing, int deadlineUs) {
        int offset = pieces.offset(piece);
        int length = pieces.length(piece);
        int bodyLength = PartLayout.BYTES_OFFSET + length;
        long message = outgoing.reserve(bodyLength);
        if (message < 0) {
            return false;
        }
        MemorySegment memory = outgoing.memory();
        MessageLayout.writeHeader(
                memory, message, Opcode.PART, 0, slot.table.id(), bodyLength, slot.sequence, deadlineUs);
        long part = message + MessageLayout.HEADER_BYTES;
        PartLayout.write(memory, part, (int) body.byteSize(), offset, slot.opcode);
        Wire.copy(body, offset, memory, part + PartLayout.BYTES_OFFSET, length);
        outgoing.commit(bodyLength);
        return true;
    }
}
