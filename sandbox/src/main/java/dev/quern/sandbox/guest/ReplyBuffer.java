package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.io.IOException;

/** What a guest replies, in native memory that is used again and again. Thread: the core's. */
public final class ReplyBuffer implements AutoCloseable {
    private final long address;
    private final int capacity;
    private int length;
    private boolean isSet;

    /**
     * Reserves the buffer; its pages are committed when a reply first needs them.
     *
     * @throws IOException when the system has no memory to give
     */
    public ReplyBuffer(int capacity) throws IOException {
        this.capacity = capacity;
        address = Mmap.reserve(capacity);
    }

    public void clear() {
        length = 0;
        isSet = false;
    }

    void append(long from, long bytes) {
        if (bytes > capacity - length) {
            throw new GuestTrap(
                    Reason.REPLY_TOO_LARGE,
                    "reply of more than " + capacity + " bytes; reply less, or write it to a record");
        }
        NativeMemory.copy(from, address + length, bytes);
        length += (int) bytes;
        isSet = true;
    }

    /** Takes what this has from a length on out of it, and puts it into another one in place of what that has. */
    void moveTo(ReplyBuffer other, int from, boolean wasSet) {
        other.clear();
        if (isSet) {
            other.append(address + from, length - from);
        }
        length = from;
        isSet = wasSet;
    }

    /** To be told whether a part of a call replies. */
    void unset() {
        isSet = false;
    }

    /** Whether the guest replied at all, if only with nothing. */
    public boolean isSet() {
        return isSet;
    }

    public long address() {
        return address;
    }

    public int length() {
        return length;
    }

    @Override
    public void close() {
        try {
            Mmap.unmap(address, capacity);
        } catch (IOException failed) {
            throw new IllegalStateException("a reply buffer could not be unmapped", failed);
        }
    }
}
