package dev.quern.server.dispatch;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.InvokeAllEntryLayout;
import dev.quern.protocol.InvokeAllReplyLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.Status;
import java.util.concurrent.atomic.AtomicLong;

/** The answer to a request of many calls, as it grows. Thread: whose turn it is to run them. Allocates nothing. */
final class BatchReply {
    private final AtomicLong charged;
    private final int bytesKept;
    private long address;
    private int capacity;
    private int length;

    /** @param charged counts the bytes of all such answers of a lane */
    BatchReply(AtomicLong charged, int bytesKept) {
        this.charged = charged;
        this.bytesKept = bytesKept;
    }

    /** An answer to so many calls, which are to be added. */
    void begin(int count) {
        length = 0;
        InvokeAllReplyLayout.write(NativeMemory.ALL, append(InvokeAllReplyLayout.BYTES_MIN), count);
    }

    /** What another one has. */
    void copy(BatchReply other) {
        length = 0;
        NativeMemory.copy(other.address, append(other.length), other.length);
    }

    /** Whether there are so many bytes of such answers that no more calls should be made. */
    boolean isLaneFull() {
        return charged.get() > DispatchLimits.BATCH_BYTES_MAX;
    }

    /**
     * Adds what came of a call. Where its reply finds no room it says so: the call was made.
     *
     * @param left how many are still to be added
     */
    void add(int status, int result, long source, int replyLength, int left) {
        if (!hasRoom(replyLength, left)) {
            entry(Status.NOT_KEPT, 0, 0);
            return;
        }
        long reply = entry(status, result, replyLength);
        if (replyLength > 0) {
            NativeMemory.copy(source, reply, replyLength);
        }
    }

    /** As the other, with an error's text, which is left out where it finds no room. */
    void add(int status, byte[] text, int left) {
        boolean hasRoom = hasRoom(text.length, left);
        long reply = entry(status, 0, hasRoom ? text.length : 0);
        if (hasRoom) {
            NativeMemory.copyFromArray(text, 0, reply, text.length);
        }
    }

    private boolean hasRoom(int replyLength, int left) {
        return (long) length + (left + 1L) * InvokeAllEntryLayout.BYTES_MIN + replyLength <= Limits.BODY_BYTES_MAX;
    }

    private long entry(int status, int result, int replyLength) {
        long entry = append(InvokeAllEntryLayout.BYTES_MIN + replyLength);
        InvokeAllEntryLayout.write(NativeMemory.ALL, entry, status, result, replyLength);
        return entry + InvokeAllEntryLayout.REPLY_OFFSET;
    }

    private long append(int bytes) {
        if (length + bytes > capacity) {
            grow(length + bytes);
        }
        long at = address + length;
        length += bytes;
        return at;
    }

    private void grow(int wanted) {
        int larger = (int) Math.min(Limits.BODY_BYTES_MAX, Math.max(Math.max(wanted, 2L * capacity), bytesKept));
        long moved = NativeHeap.allocate(larger);
        NativeMemory.copy(address, moved, length);
        long ignored = charged.addAndGet(larger);
        release();
        address = moved;
        capacity = larger;
    }

    /** The status of the first call. */
    int firstStatus() {
        return InvokeAllEntryLayout.status(NativeMemory.ALL, address + InvokeAllReplyLayout.ENTRIES_OFFSET);
    }

    long address() {
        return address;
    }

    int length() {
        return length;
    }

    /** Lets go of more memory than is kept. */
    void shrink() {
        length = 0;
        if (capacity > bytesKept) {
            release();
        }
    }

    void free() {
        release();
    }

    private void release() {
        if (capacity > 0) {
            NativeHeap.free(address);
            long ignored = charged.addAndGet(-capacity);
            capacity = 0;
            address = 0;
        }
    }
}
