package dev.quern.server.dispatch;

/**
 * What a message costs a lane, measured by some of its turns: those without functions, from their begin until all is sent, divided by the requests in them; an exponentially
 * weighted mean. Thread: the lane's. Allocates nothing, and reads no clock itself.
 */
public final class MessageMeter {
    /** One turn of so many is measured. */
    static final int TURNS = 32;

    /** Measured turns after which the mean is believed. */
    static final int MEASURED_MIN = 16;

    private static final double OLD = 1 - 1 / 64.0;

    /** A message that took longer says that the thread did not run meanwhile. */
    private static final long MOST_NS = 50_000;

    private int left = TURNS;
    private double sumNs;
    private double sumRequests;
    private long measured;

    /** Of a lane that has served nothing. */
    public MessageMeter() {}

    /** Whether the turn that begins is one to be measured. */
    public boolean begins() {
        if (--left > 0) {
            return false;
        }
        left = TURNS;
        return true;
    }

    /** A turn took so long and served so many requests, one at the least, and no function. */
    public void ended(long tookNs, long requests) {
        sumNs = OLD * sumNs + Math.min(tookNs, MOST_NS * requests);
        sumRequests = OLD * sumRequests + requests;
        measured++;
    }

    /** A message's cost in nanoseconds; 0 before it is known. */
    public double messageNs() {
        return measured < MEASURED_MIN ? 0 : sumNs / sumRequests;
    }

    /** How many turns were measured. */
    public long measured() {
        return measured;
    }
}
