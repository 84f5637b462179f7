package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.StoreStatus;

/**
 * An invocation's arguments: byte strings one after another in native memory, {@code u32 count}, then for each {@code u32 length} and
 * its bytes, unaligned and little-endian. Thread: the core's.
 */
public final class Arguments {
    private static final int COUNT_BYTES = Integer.BYTES;

    private long start;
    private int count;
    private int cursorIndex;
    private long cursor;

    /**
     * Points at a list.
     *
     * @return false, and holds none, when the list is not as long as it says
     */
    public boolean set(long address, int length) {
        count = 0;
        start = address;
        rewind();
        if (length == 0) {
            return true;
        }
        if (length < COUNT_BYTES) {
            return false;
        }
        long end = address + length;
        long claimed = Integer.toUnsignedLong(NativeMemory.getInt(address));
        long at = address + COUNT_BYTES;
        for (long i = 0; i < claimed; i++) {
            if (end - at < Integer.BYTES) {
                return false;
            }
            long argument = Integer.toUnsignedLong(NativeMemory.getInt(at));
            at += Integer.BYTES;
            if (argument > end - at) {
                return false;
            }
            at += argument;
        }
        if (at != end) {
            return false;
        }
        count = (int) claimed;
        return true;
    }

    public int count() {
        return count;
    }

    /** An argument's length, or NOT_FOUND. */
    public int length(int index) {
        return seek(index) ? NativeMemory.getInt(cursor) : StoreStatus.NOT_FOUND;
    }

    /** Where an argument's bytes lie; for an index with a length. */
    public long address(int index) {
        return seek(index) ? cursor + Integer.BYTES : 0;
    }

    private boolean seek(int index) {
        if (index < 0 || index >= count) {
            return false;
        }
        if (index < cursorIndex) {
            rewind();
        }
        while (cursorIndex < index) {
            cursor += Integer.BYTES + (long) NativeMemory.getInt(cursor);
            cursorIndex++;
        }
        return true;
    }

    private void rewind() {
        cursorIndex = 0;
        cursor = start + COUNT_BYTES;
    }
}
