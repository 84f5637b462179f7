package dev.quern.client;

import dev.quern.protocol.FetchLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;

/** An answer's body on its way in pieces. */
final class Download {
    private final MemorySegment body;
    private final int status;
    private final Pieces pieces;

    Download(int total, int status, int pieceBytes) {
        body = MemorySegment.ofArray(new byte[total]);
        this.status = status;
        pieces = new Pieces(total, pieceBytes);
    }

    MemorySegment body() {
        return body;
    }

    int status() {
        return status;
    }

    /** Takes a piece in; false when it does not belong to this body. */
    boolean accept(MemorySegment memory, long part, int length) {
        int piece = pieces.at(PartLayout.offset(memory, part));
        int bytes = length - PartLayout.BYTES_OFFSET;
        if (piece < 0 || bytes != pieces.length(piece) || PartLayout.totalLength(memory, part) != body.byteSize()) {
            return false;
        }
        if (pieces.finish(piece)) {
            Wire.copy(memory, part + PartLayout.BYTES_OFFSET, body, pieces.offset(piece), bytes);
        }
        return true;
    }

    boolean complete() {
        return pieces.allDone();
    }

    void advance(Slot slot, OutgoingDatagram outgoing) {
        for (int piece = pieces.nextToSend(); piece >= 0; piece = pieces.nextToSend()) {
            if (!ask(pieces.offset(piece), slot, outgoing)) {
                return;
            }
            pieces.sent(piece);
        }
    }

    void repeat(Slot slot, OutgoingDatagram outgoing) {
        for (int piece = pieces.overdue(0); piece >= 0; piece = pieces.overdue(piece + 1)) {
            if (!ask(pieces.offset(piece), slot, outgoing)) {
                return;
            }
        }
    }

    /** Tells the server that it need not keep the body. Nobody answers, and nothing breaks if this gets lost. */
    void dismiss(Slot slot, OutgoingDatagram outgoing) {
        ask((int) body.byteSize(), slot, outgoing);
    }

    private static boolean ask(int offset, Slot slot, OutgoingDatagram outgoing) {
        long message = outgoing.reserve(FetchLayout.BYTES);
        if (message < 0) {
            return false;
        }
        MemorySegment memory = outgoing.memory();
        MessageLayout.writeHeader(
                memory, message, Opcode.FETCH, 0, slot.table.id(), FetchLayout.BYTES, slot.sequence, 0);
        FetchLayout.write(memory, message + MessageLayout.HEADER_BYTES, offset);
        outgoing.commit(FetchLayout.BYTES);
        return true;
    }
}
