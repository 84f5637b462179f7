package dev.quern.server.loop;

/**
 * Where one core's bursts come from and go to. A loop does not know which kind it polls. Every method runs on the core that opened the
 * port, but {@link #describe}.
 */
public interface Port extends AutoCloseable {
    /**
     * Receives and serves up to about {@code limit} requests; pins the store's epoch itself, for the burst. Never blocks.
     *
     * @return the work done; 0 when nothing was waiting
     */
    int poll(long nowNs, int limit);

    /**
     * Sends what polling left to be sent, and nothing that has to wait.
     *
     * @return the work done
     */
    int flush(long nowNs);

    /** What listens where, for a human: {@code UDP 127.0.0.1:7400 (recvmmsg)}. Any thread. */
    String describe();

    /** While {@link Core#draining()}: whether everything received has been answered and sent. */
    boolean drained();

    /** Lets go of sockets and memory. Called once, when its core has stopped polling it. */
    @Override
    void close();
}
