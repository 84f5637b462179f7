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
     * Receives while a function of this core stands still, see {@link Core#isInterlude}: serves what asks for single records, as long as
     * {@link Core#mayServeShort}, and keeps the rest, in the order of each session, for {@link #poll}. May be called in the midst of one.
     *
     * @return the work done; 0 when nothing was waiting
     */
    int pollShort(long nowNs, int limit);

    /**
     * Sends what polling left to be sent, and nothing that has to wait. Also called after the core has waited in {@link Core#events}, with
     * the turn's old time.
     *
     * @return the work done
     */
    int flush(long nowNs);

    /**
     * Whether whatever arrives here ends its core's wait: by a watch or a channel in {@link Core#events}, or because whoever brings it
     * calls {@link Core#wakeup}. A core with a port that cannot sleeps for short whiles only.
     */
    boolean wakesCore();

    /**
     * After memory could not be touched, which the JVM says by an InternalError at some later place: lets go of memory that others took
     * away. Returns whether there was any, and the core goes on then.
     */
    default boolean recover() {
        return false;
    }

    /** The core is going to sleep, and looks once more before: who can wake it has to be told now. */
    default void announceRest() {}

    /** The core is awake again. */
    default void endRest() {}

    /** What listens where, for a human: {@code UDP 127.0.0.1:7400 (recvmmsg)}. Any thread. */
    String describe();

    /** While {@link Core#draining()}: whether everything received has been answered and sent. */
    boolean drained();

    /** Lets go of sockets and memory. Called once, when its core has stopped polling it. */
    @Override
    void close();
}
