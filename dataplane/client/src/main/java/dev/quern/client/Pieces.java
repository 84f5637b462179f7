package dev.quern.client;

import dev.quern.protocol.Limits;
import java.util.BitSet;

/** Which pieces of a body longer than a datagram are done, and which to move next. */
final class Pieces {
    private final int total;
    private final int pieceBytes;
    private final int count;
    private final int inFlightMax;
    private final BitSet done;
    private int doneCount;
    private int next;

    Pieces(int total, int pieceBytes) {
        this.total = total;
        this.pieceBytes = pieceBytes;
        count = (total + pieceBytes - 1) / pieceBytes;
        inFlightMax = Math.max(1, Limits.LARGE_IN_FLIGHT_BYTES / pieceBytes);
        done = new BitSet(count);
    }

    int count() {
        return count;
    }

    int offset(int piece) {
        return piece * pieceBytes;
    }

    int length(int piece) {
        return Math.min(pieceBytes, total - offset(piece));
    }

    /** The piece that starts at this offset; −1 when none does. */
    int at(int offset) {
        return offset >= 0 && offset < total && offset % pieceBytes == 0 ? offset / pieceBytes : -1;
    }

    boolean isDone(int piece) {
        return done.get(piece);
    }

    /** @return whether it was not done before */
    boolean finish(int piece) {
        if (done.get(piece)) {
            return false;
        }
        done.set(piece);
        doneCount++;
        next = Math.max(next, piece + 1);
        return true;
    }

    boolean allDone() {
        return doneCount == count;
    }

    /** A piece that has not been sent and may be now; −1 when enough are on their way. */
    int nextToSend() {
        int inFlight = next - doneCount;
        return next < count && inFlight < inFlightMax ? next : -1;
    }

    void sent(int piece) {
        next = Math.max(next, piece + 1);
    }

    /** The first piece from here on that was sent and is not done; −1 when there is none. */
    int overdue(int from) {
        int piece = done.nextClearBit(from);
        return piece < next ? piece : -1;
    }
}
