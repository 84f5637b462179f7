package dev.quern.server.roles;

/**
 * When calls of one function were last sent back to clients, and how many since one ran here: by that, a few are sent back or kept from time to time
 * only to learn what they take there or here by now. Mutable, and allocates nothing. Thread: one; each lane keeps its own.
 */
public final class SentBack {
    /** One alone may have taken long there for any reason. */
    static final int FEW = 3;

    private final long[] sentNs = new long[FEW];
    private long sent;
    private int inRow;

    /** Of a function of which none was. */
    public SentBack() {}

    /** One goes back now. */
    public void sent(long nowNs) {
        sentNs[(int) (sent++ % FEW)] = nowNs;
        inRow++;
    }

    /** One ran here. */
    public void ran() {
        inRow = 0;
    }

    /** How many went back since one ran here. */
    public int inRow() {
        return inRow;
    }

    /** For how long fewer than {@link #FEW} have gone back, in nanoseconds; {@link Long#MAX_VALUE} when it never was so many. */
    public long fewSinceNs(long nowNs) {
        return sent < FEW ? Long.MAX_VALUE : nowNs - sentNs[(int) (sent % FEW)];
    }
}
