package dev.quern.server.session;

/** Where a door's datagrams go. Implemented by the ports; thread: the core's. */
public interface DatagramSink {
    /** A buffer of {@link #bytesMax} bytes for the next datagram; the same one again until {@link #send}. Never 0. */
    long acquire();

    /** Sends the acquired buffer's first {@code length} bytes to the peer (a 32-byte {@code sockaddr} slot); may be lost, as any datagram. */
    void send(int length, long peer);

    /** The longest datagram that this sink offers to a peer. */
    int bytesMax(long peer);
}
