package dev.quern.net;

/** Where one core's frames leave, and its buffers come from. See {@link PacketDevice} for who owns what. No method blocks or allocates Java memory. */
public interface TransmitQueue {
    /**
     * Appends up to {@code count} free buffers to {@code burst}, and no more than it has room for; they are the caller's from then on. Each has the
     * address where a frame begins by custom (8-byte aligned), length 0 and no flags.
     *
     * @return how many; fewer than asked for when the pool is used up
     */
    int allocate(PacketBurst burst, int count);

    /** Gives back the buffers at {@code from} and above, and takes them out of the burst. */
    void free(PacketBurst burst, int from);

    /**
     * Sends the frames at {@code from} and above, in their order, each from its address and in its length; the address need not be the one that
     * the buffer came with, but lies in the buffer at or above that one. The device pads what is shorter than Ethernet wants. Those taken
     * belong to the device, which frees them when they have left; the others stay the caller's, who sends them again or frees them. The burst itself is
     * not changed.
     *
     * @return how many were taken, from {@code from} on
     */
    int transmit(PacketBurst burst, int from);
}
