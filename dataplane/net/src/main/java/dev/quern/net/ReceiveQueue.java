package dev.quern.net;

/** Where one core gets frames from, see {@link PacketDevice} for who owns what. No method blocks or allocates Java memory. */
public interface ReceiveQueue {
    /** No descriptor. */
    int NO_DESCRIPTOR = -1;

    /**
     * Appends to {@code burst} up to {@code limit} frames that have arrived, and no more than it has room for. They are the caller's from then on.
     * A frame lies in one buffer, from its Ethernet header on, any VLAN tag in its place, without the frame check sequence; the device drops
     * what it cannot give in one buffer. Each has its {@link PacketFlags}.
     *
     * @return how many; 0 when none had arrived
     */
    int receive(PacketBurst burst, int limit);

    /** A file descriptor that epoll says is readable when frames have arrived, or {@link #NO_DESCRIPTOR}. */
    default int descriptor() {
        return NO_DESCRIPTOR;
    }
}
