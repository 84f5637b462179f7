package dev.quern.net;

/**
 * Frames in a row, each a buffer's handle, the address of its first byte, its length and its {@link PacketFlags}. It owns nothing: see
 * {@link PacketDevice}. Thread: one at a time. Allocates nothing once it is made.
 */
public final class PacketBurst {
    private final long[] handles;
    private final long[] addresses;
    private final int[] lengths;
    private final int[] flags;
    private int count;

    /** An empty one with room for so many. */
    public PacketBurst(int capacity) {
        handles = new long[capacity];
        addresses = new long[capacity];
        lengths = new int[capacity];
        flags = new int[capacity];
    }

    public int capacity() {
        return handles.length;
    }

    public int count() {
        return count;
    }

    /** How many more fit. */
    public int room() {
        return handles.length - count;
    }

    /** Appends one; there must be {@link #room}. */
    public void add(long handle, long address, int length, int packetFlags) {
        int index = count++;
        handles[index] = handle;
        addresses[index] = address;
        lengths[index] = length;
        flags[index] = packetFlags;
    }

    /** Forgets those at {@code newCount} and above. */
    public void truncate(int newCount) {
        count = newCount;
    }

    /** The device's name for the buffer: DPDK's is the address of the mbuf. */
    public long handle(int index) {
        return handles[index];
    }

    /** Where the frame's first byte lies. */
    public long address(int index) {
        return addresses[index];
    }

    /** The frame's bytes, without the frame check sequence. */
    public int length(int index) {
        return lengths[index];
    }

    public int flags(int index) {
        return flags[index];
    }
}
