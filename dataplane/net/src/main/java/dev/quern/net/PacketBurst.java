package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Frames in a row, each a buffer's handle, the address of its first byte, its length and its {@link PacketFlags}. It owns nothing: see
 * {@link PacketDevice}. Thread: one at a time. Allocates nothing once it is made.
 *
 * <p>The three columns lie off the heap: a device that names buffers by addresses reads and writes the handles in place, and no access
 * checks an index, which is the caller's to keep below {@link #count}.
 */
public final class PacketBurst {
    private static final int COLUMNS = 3;

    /** Lives as long as this does. */
    @SuppressWarnings("unused")
    private final MemorySegment memory;

    private final int capacity;
    private final long handles;
    private final long addresses;

    /** The length in the high half, the flags in the low one. */
    private final long kinds;

    private int count;

    /** An empty one with room for so many. */
    public PacketBurst(int capacity) {
        this.capacity = capacity;
        long column = (long) capacity * Long.BYTES;
        memory = Arena.ofAuto().allocate(COLUMNS * column, 64);
        handles = memory.address();
        addresses = handles + column;
        kinds = addresses + column;
    }

    public int capacity() {
        return capacity;
    }

    public int count() {
        return count;
    }

    /** How many more fit. */
    public int room() {
        return capacity - count;
    }

    /** Appends one; there must be {@link #room}. */
    public void add(long handle, long address, int length, int packetFlags) {
        long at = (long) count * Long.BYTES;
        count++;
        NativeMemory.putLong(handles + at, handle);
        NativeMemory.putLong(addresses + at, address);
        NativeMemory.putLong(kinds + at, kind(length, packetFlags));
    }

    /** Forgets those at {@code newCount} and above. */
    public void truncate(int newCount) {
        count = newCount;
    }

    /** The device's name for the buffer: DPDK's is the address of the mbuf. */
    public long handle(int index) {
        return NativeMemory.getLong(handles + (long) index * Long.BYTES);
    }

    /** Where the frame's first byte lies. */
    public long address(int index) {
        return NativeMemory.getLong(addresses + (long) index * Long.BYTES);
    }

    /** The frame's bytes, without the frame check sequence. */
    public int length(int index) {
        return NativeMemory.getInt(kinds + (long) index * Long.BYTES + Integer.BYTES);
    }

    public int flags(int index) {
        return NativeMemory.getInt(kinds + (long) index * Long.BYTES);
    }

    /**
     * Where the handle of an index stands, and behind it those that follow, up to the capacity. The columns' places are for devices, which go
     * through a burst in one loop of their own, and {@link #grow} it afterwards.
     */
    public long handles(int index) {
        return handles + (long) index * Long.BYTES;
    }

    /** Where the address of an index stands. */
    public long addresses(int index) {
        return addresses + (long) index * Long.BYTES;
    }

    /** Where length and flags of an index stand, see {@link #kind}. */
    public long kinds(int index) {
        return kinds + (long) index * Long.BYTES;
    }

    /** Length and flags in one word. */
    public static long kind(int length, int packetFlags) {
        return (long) length << Integer.SIZE | packetFlags;
    }

    /** So many more have been written into the columns. */
    public void grow(int more) {
        count += more;
    }
}
