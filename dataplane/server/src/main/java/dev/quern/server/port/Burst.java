package dev.quern.server.port;

import dev.quern.ffi.linux.MultiMessage;

/** Datagrams that came by one recvmmsg, and how many of them have been taken. Thread: the core's. */
final class Burst implements AutoCloseable {
    private final MultiMessage messages = new MultiMessage(PortLimits.BATCH, PortLimits.SLOT_BYTES);
    private int received;
    private int next;

    /** Receives what is there, up to so many; over the datagrams of last time, which must have been served. */
    void receive(int descriptor, int limit, boolean isStamped) {
        // An error here is a past datagram's (ECONNREFUSED from a peer that has gone): it says nothing of the next
        // one.
        received = Math.max(0, messages.receive(descriptor, limit, isStamped));
        next = 0;
    }

    /** How many came by the last call. */
    int received() {
        return received;
    }

    /** When the kernel received it, in nanoseconds of Unix time; 0 when that is not known. */
    long stampNs(int slot) {
        return messages.stampNs(slot);
    }

    boolean isEmpty() {
        return next == received;
    }

    /** The place of the next datagram. */
    int take() {
        return next++;
    }

    boolean truncated(int slot) {
        return messages.truncated(slot);
    }

    long address(int slot) {
        return messages.address(slot);
    }

    int length(int slot) {
        return messages.length(slot);
    }

    long peer(int slot) {
        return messages.peer(slot);
    }

    @Override
    public void close() {
        messages.close();
    }
}
