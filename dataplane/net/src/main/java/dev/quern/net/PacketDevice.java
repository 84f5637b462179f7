package dev.quern.net;

/**
 * A network interface whose frames we read and write ourselves, by one receive queue and one transmit queue for each core.
 *
 * <p>Memory: the device owns a pool of buffers, each known by a handle and large enough for a frame. A buffer has one owner at a time:
 * the device, or the core that got it by {@link ReceiveQueue#receive} or {@link TransmitQueue#allocate}. A core ends its ownership by
 * {@link TransmitQueue#transmit} or {@link TransmitQueue#free}, on any transmit queue of the same device, whichever queue the buffer came
 * by. Until then the bytes stay where they are, whatever else is received.
 *
 * <p>Threads: a receive queue belongs to one thread at a time, and so does a transmit queue, not always to the same. Who hands a queue on
 * sees to it that the next owner sees all that the last one did. The methods here are for any thread; {@link #listen} and {@link #close} for
 * one at a time.
 */
public interface PacketDevice extends AutoCloseable {
    /** For a human, with the name that the operator gave: {@code kernel:eth1, 2 queues}. */
    String describe();

    /** Its own address, the first octet in bits 47 to 40. */
    long mac();

    /** The longest IP packet that it carries in a frame. */
    int mtu();

    /** Pairs of queues. Frames are spread over the receive queues by flow, or all come by the first. */
    int queueCount();

    /** @param index from 0 */
    ReceiveQueue receiveQueue(int index);

    /** @param index from 0 */
    TransmitQueue transmitQueue(int index);

    /**
     * The bytes that a buffer has room for, from the address of an allocated or a received packet on. Not below {@link #mtu} and
     * {@link NetLimits#BUFFER_BYTES_OVER_MTU}.
     */
    int bufferBytes();

    /** Whether {@link PacketFlags#IPV4_CHECKSUM_WANTED} and {@link PacketFlags#UDP_CHECKSUM_WANTED} are obeyed: else the stack computes both. */
    boolean fillsChecksums();

    /** The calling thread is going to use queues. Called by each thread, before its first use of any. */
    default void attach() {
        // Most devices don't ask who uses them.
    }

    /** The calling thread, which has attached itself, uses no queue any more. */
    default void detach() {
        // Most devices don't ask who uses them.
    }

    /** Asks for frames to this multicast address, too. A device that shows all frames does nothing. */
    void listen(long multicastMac);

    /** Frames lost so far because no buffer was free or nobody came for them. */
    long missed();

    /** Ends all queues and frees all buffers. Called once, when no core uses any more. */
    @Override
    void close();
}
