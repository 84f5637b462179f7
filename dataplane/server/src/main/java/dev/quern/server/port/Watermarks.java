package dev.quern.server.port;

/**
 * Since when what lies in a queue has been there, by what the side that takes sees alone: it notes at times how far the queue reaches, and
 * what lies before a mark was there when that was taken. A bound from below, short of the truth by the distance of two marks at the most. Positions
 * count up and are never used again. Allocates nothing. Thread: one.
 */
final class Watermarks {
    private static final int MARKS_MAX = 32;

    /** How far two marks are apart at the least, as long as all find room. */
    private static final long SPACING_NS = 50_000;

    private final long[] end = new long[MARKS_MAX];
    private final long[] atNs = new long[MARKS_MAX];
    private int count;
    private long spacingNs = SPACING_NS;

    /**
     * The queue reaches as far as this now.
     *
     * @param tail the position after its last
     */
    void note(long tail, long nowNs) {
        if (count == 0) {
            spacingNs = SPACING_NS;
        } else if (end[count - 1] - tail >= 0 || nowNs - atNs[count - 1] < spacingNs) {
            return;
        }
        if (count == MARKS_MAX) {
            thin();
        }
        end[count] = tail;
        atNs[count++] = nowNs;
    }

    /** Keeps the later of each two, for a queue that has waited for longer than there is room at this distance. */
    private void thin() {
        count /= 2;
        for (int i = 0; i < count; i++) {
            end[i] = end[2 * i + 1];
            atNs[i] = atNs[2 * i + 1];
        }
        spacingNs *= 2;
    }

    /** Since when what is taken now has been there, for positions that do not go back: {@code nowNs} when no mark says. */
    long arrivedNs(long position, long nowNs) {
        if (count == 0) {
            return nowNs;
        }
        int passed = 0;
        while (passed < count && end[passed] - position <= 0) {
            passed++;
        }
        if (passed > 0) {
            count -= passed;
            System.arraycopy(end, passed, end, 0, count);
            System.arraycopy(atNs, passed, atNs, 0, count);
        }
        return count > 0 ? atNs[0] : nowNs;
    }
}
