package dev.quern.bench.roles;

/** When requests were due, and how long after that they were sent and answered, since a moment. Made once and filled again. Thread: one. */
final class AnswerTimes {
    private static final int US_BITS = 32;

    private final long[] kept;
    private final int[] lateUs;
    private int count;
    private long beginNs;

    /** For so many answers; what comes beyond them is not kept. */
    AnswerTimes(int answersMax) {
        kept = new long[answersMax];
        lateUs = new int[answersMax];
    }

    /** Forgets all; times count from here. */
    void begin(long nowNs) {
        beginNs = nowNs;
        count = 0;
    }

    /** A request was answered, so long after it was due. One that was due earlier is none of these. */
    void add(long dueNs, long sentNs, long tookNs) {
        long dueUs = (dueNs - beginNs) / 1_000;
        if (dueNs >= beginNs && dueUs <= Integer.MAX_VALUE && count < kept.length) {
            lateUs[count] = Math.clamp((sentNs - dueNs) / 1_000, 0, Integer.MAX_VALUE);
            kept[count++] = dueUs << US_BITS | Math.min(tookNs / 1_000, Integer.MAX_VALUE);
        }
    }

    int count() {
        return count;
    }

    /** Since the moment, in microseconds. */
    int dueUs(int answer) {
        return (int) (kept[answer] >>> US_BITS);
    }

    /** From when it was due until it was sent, in microseconds: the client had no processor, or too many under way. */
    int lateUs(int answer) {
        return lateUs[answer];
    }

    /** From when it was due until it was answered, in microseconds. */
    int tookUs(int answer) {
        return (int) kept[answer];
    }
}
