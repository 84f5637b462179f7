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
