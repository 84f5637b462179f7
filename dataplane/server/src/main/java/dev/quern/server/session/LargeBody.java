package dev.quern.server.session;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import java.util.BitSet;

/** A body longer than a datagram: a request being put together, or a reply waiting to be fetched. Thread: the core's. */
final class LargeBody {
    private final int sequence;
    private final int opcode;
    private final int status;
    private final int length;
    private final long address;
    private final BitSet arrived = new BitSet();
    private int bytesArrived;

    LargeBody(int sequence, int opcode, int status, int length) {
        this.sequence = sequence;
        this.opcode = opcode;
        this.status = status;
        this.length = length;
        // Backed with memory page by page as the pieces come, so that a claim alone costs nothing; never read before it
        // is complete.
        this.address = NativeHeap.allocate(length);
    }

    int sequence() {
        return sequence;
    }

    int opcode() {
        return opcode;
    }

    int status() {
        return status;
    }

    int length() {
        return length;
    }

    long address() {
        return address;
    }

    /** Takes a piece; one that came before changes nothing. */
    void add(int offset, int partBytes, long source, int bytes) {
        int part = offset / partBytes;
        if (!arrived.get(part)) {
            arrived.set(part);
            NativeMemory.copy(source, address + offset, bytes);
            bytesArrived += bytes;
        }
    }

    boolean complete() {
        return bytesArrived == length;
    }

    void free() {
        NativeHeap.free(address);
    }
}
