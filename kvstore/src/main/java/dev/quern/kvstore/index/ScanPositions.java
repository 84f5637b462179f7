package dev.quern.kvstore.index;

import org.jspecify.annotations.Nullable;

/**
 * Where scans of an ordered index stand, as a scan's cursor is a number and a key is longer. The last 1,024 scans begun are known, each
 * with its last two cursors, as a client may ask again for a step whose answer it did not get. A scan that was forgotten begins anew, so
 * that it, too, meets all. Safe on any thread.
 */
final class ScanPositions {
    private static final int PLACE_BITS = 10;
    private static final int SCANS_MAX = 1 << PLACE_BITS;

    /** By place, the number of the scan's last step; it goes on rising when the place is used for another scan. */
    private final long[] steps = new long[SCANS_MAX];

    private final byte[][] latest = new byte[SCANS_MAX][];
    private final byte[][] before = new byte[SCANS_MAX][];
    private int begun;

    /** The key from which a scan with that cursor goes on; null for the beginning. */
    synchronized byte @Nullable [] find(long cursor) {
        int place = (int) cursor & SCANS_MAX - 1;
        long step = cursor >>> PLACE_BITS;
        if (step == 0 || step > steps[place]) {
            return null;
        }
        if (step == steps[place]) {
            return latest[place];
        }
        return step == steps[place] - 1 ? before[place] : null;
    }

    /** The cursor with which a scan goes on from that key; {@code cursor} is the one with which it came here. */
    @SuppressWarnings("NullAway") // a scan's first step has none before it
    synchronized long save(long cursor, byte[] key) {
        int place = (int) cursor & SCANS_MAX - 1;
        long step = cursor >>> PLACE_BITS;
        if (step != 0 && step == steps[place]) {
            before[place] = latest[place];
        } else {
            place = begun++ & SCANS_MAX - 1;
            // A step between the two scans' numbers, so that no cursor of the one is taken for the other's.
            steps[place]++;
            before[place] = null;
        }
        latest[place] = key;
        return ++steps[place] << PLACE_BITS | place;
    }
}
