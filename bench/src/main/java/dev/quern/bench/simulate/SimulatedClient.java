package dev.quern.bench.simulate;

import java.util.Arrays;

/**
 * Who sends the load. One on the server's own processors sends what is due and takes replies in only when it looks, and takes time from the cores; it has so many
 * requests under way at the most, and sends the others when there is room.
 *
 * @param looksNs when it looks, in order; none for clients elsewhere, whose requests come and whose replies go at once; not to be changed
 * @param share of one processor, which it takes from a core that is idle, else from all in turns
 * @param getsMax gets under way at each lane at the most
 * @param callsMax calls under way at the most
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of times that one run goes by, compared with nothing
record SimulatedClient(long[] looksNs, double share, int getsMax, int callsMax) {
    /** On machines of their own. */
    static final SimulatedClient ELSEWHERE = new SimulatedClient(new long[0], 0, Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** It does not look any more. */
    static final long NEVER = Long.MAX_VALUE;

    /** One that looks at equal intervals, for so long. */
    static SimulatedClient every(long lookNs, long untilNs, double share, int getsMax, int callsMax) {
        long[] looksNs = new long[(int) (untilNs / lookNs)];
        for (int i = 0; i < looksNs.length; i++) {
            looksNs[i] = (i + 1) * lookNs;
        }
        return new SimulatedClient(looksNs, share, getsMax, callsMax);
    }

    boolean isHere() {
        return looksNs.length > 0;
    }

    /** When it sees a reply of that time; {@link #NEVER} after its last look. */
    long seesNs(long doneNs) {
        return isHere() ? firstFrom(doneNs) : doneNs;
    }

    /** Its next look after that time; {@link #NEVER} after the last. */
    long nextNs(long nowNs) {
        return firstFrom(nowNs + 1);
    }

    private long firstFrom(long timeNs) {
        int at = Arrays.binarySearch(looksNs, timeNs);
        int next = at < 0 ? -at - 1 : at;
        return next < looksNs.length ? looksNs[next] : NEVER;
    }
}
