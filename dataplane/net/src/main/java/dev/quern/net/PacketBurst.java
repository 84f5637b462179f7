package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Frames in a row, each a buffer's handle, the address of its first byte, its length and its {@link PacketFlags}. It owns nothing: see
 * {@link PacketDevice}. Thread: one at a time. Allocates nothing once it is made.
 *
 * <p>The columns lie off the heap: a device that names buffers by addresses reads and writes the handles in place, and no access
 * checks an index, which is the caller's to keep below {@link #count}. What a device stores for each frame is what it costs: so address and
 * length share a word, and flags have a column only while frames differ in them.
 */
public final class PacketBurst {
    private static final int LENGTH_SHIFT = 48;

    /** A user's addresses are shorter than that. */
    private static final long ADDRESS_MASK = (1L << LENGTH_SHIFT) - 1;

    /** Lives as long as this does. */
    @SuppressWarnings("unused")
    private final MemorySegment memory;

    private final int capacity;
    private final long handles;
    private final long frames;
    private final long flags;

    private int count;
    private boolean isUniform = true;

    /** Every frame's flags while they are the same. */
    private int commonFlags;

    /** An empty one with room for so many. */
    public PacketBurst(int capacity) {
        this.capacity = capacity;
        long column = (long) capacity * Long.BYTES;
        memory = Arena.ofAuto().allocate(2 * column + (long) capacity * Integer.BYTES, 64);
        handles = memory.address();
        frames = handles + column;
        flags = frames + column;
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
        NativeMemory.putLong(handles + at, handle);
        NativeMemory.putLong(frames + at, frame(address, length));
        grow(1, packetFlags);
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
        return frameAddress(NativeMemory.getLong(frames + (long) index * Long.BYTES));
    }

    /** The frame's bytes, without the frame check sequence. */
    public int length(int index) {
        return frameLength(NativeMemory.getLong(frames + (long) index * Long.BYTES));
    }

    public int flags(int index) {
        return isUniform ? commonFlags : NativeMemory.getInt(flags + (long) index * Integer.BYTES);
    }

    /** All flags of those from {@code from} up to {@code to} together. */
    public int flags(int from, int to) {
        if (isUniform) {
            return commonFlags;
        }
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= NativeMemory.getInt(flags + (long) i * Integer.BYTES);
        }
        return all;
    }

    /**
     * Where the handle of an index stands, and behind it those that follow, up to the capacity. The columns' places are for devices, which go
     * through a burst in one loop of their own, and {@link #grow} it afterwards.
     */
    public long handles(int index) {
        return handles + (long) index * Long.BYTES;
    }

    /** Where address and length of an index stand, see {@link #frame}. */
    public long frames(int index) {
        return frames + (long) index * Long.BYTES;
    }

    /** An address and a length, up to 65,535, in one word. */
    public static long frame(long address, int length) {
        return (long) length << LENGTH_SHIFT | address;
    }

    /** The address in such a word. */
    public static long frameAddress(long frame) {
        return frame & ADDRESS_MASK;
    }

    /** The length in such a word. */
    public static int frameLength(long frame) {
        return (int) (frame >>> LENGTH_SHIFT);
    }

    /** So many more have been written into the columns, all with these flags. */
    public void grow(int more, int packetFlags) {
        if (count == 0) {
            isUniform = true;
            commonFlags = packetFlags;
        } else if (!isUniform || packetFlags != commonFlags) {
            writeFlags(more, packetFlags);
        }
        count += more;
    }

    private void writeFlags(int more, int packetFlags) {
        for (int i = isUniform ? 0 : count; i < count + more; i++) {
            NativeMemory.putInt(flags + (long) i * Integer.BYTES, i < count ? commonFlags : packetFlags);
        }
        isUniform = false;
    }
}
