package dev.quern.server.session;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.protocol.DatagramLayout;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Copies of datagrams that came in the midst of a function and have to wait for its end, in their order: of one whose session is known, those messages in a row that
 * have to wait, behind its header. Thread: the core's.
 */
final class HeldDatagrams implements AutoCloseable {
    /**
     * One of them.
     *
     * @param address of the copy
     * @param length of the copy
     * @param peer where it came from, copied
     * @param session whose it was found to be, or null when nothing of it was looked at
     * @param arrivedNs when it came
     * @param runs how many calls had run on this core then
     */
    record Held(
            long address,
            int length,
            long peer,
            DatagramSink sink,
            @Nullable Session session,
            long arrivedNs,
            long runs) {
        void free() {
            NativeHeap.free(address);
        }
    }

    private final ArrayDeque<Held> queue = new ArrayDeque<>();
    private long bytes;

    /**
     * False when there are too many: the datagram is lost, as any may be.
     *
     * @param from where the first message begins that has to wait, as an offset
     * @param to where the last one ends, with its padding
     */
    boolean add(
            long datagram,
            int from,
            int to,
            long peer,
            DatagramSink sink,
            @Nullable Session session,
            long arrivedNs,
            long runs) {
        int head = Math.min(to, DatagramLayout.HEADER_BYTES);
        int rest = Math.max(0, to - from);
        int length = head + rest;
        int size = length + SocketLayout.ADDRESS_SLOT;
        if (queue.size() >= (session == null ? SessionLimits.HELD_STRANGERS_MAX : SessionLimits.HELD_DATAGRAMS_MAX)
                || bytes + size > SessionLimits.HELD_BYTES_MAX) {
            return false;
        }
        long copy = NativeHeap.allocate(size);
        NativeMemory.copy(datagram, copy, head);
        NativeMemory.copy(datagram + from, copy + head, rest);
        NativeMemory.copy(peer, copy + length, SocketLayout.ADDRESS_SLOT);
        queue.add(new Held(copy, length, copy + length, sink, session, arrivedNs, runs));
        bytes += size;
        if (session != null) {
            session.held(1);
        }
        return true;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** The oldest, to be freed by the caller. */
    Held remove() {
        Held oldest = queue.remove();
        bytes -= oldest.length() + SocketLayout.ADDRESS_SLOT;
        if (oldest.session() != null) {
            oldest.session().held(-1);
        }
        return oldest;
    }

    @Override
    public void close() {
        while (!queue.isEmpty()) {
            remove().free();
        }
    }
}
