package dev.quern.sandbox.guest;

import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The intrinsics that walk over a range of an ordered table, by a few cursors that a guest names by number. Believes in nothing that the
 * guest says. One per core; thread: the core's.
 *
 * <p>Where the records are elsewhere, a subclass walks; in a JVM that loads none, these methods are as good as final.
 */
public class RangeCalls {
    /** Enough to merge some ranges; each keeps a little memory. */
    private static final int CURSORS_MAX = 8;

    private static final int FLAGS_ALL =
            RangeWalk.BACKWARDS | RangeWalk.LOW_INCLUDED | RangeWalk.HIGH_INCLUDED | RangeWalk.PREFIX;

    /** A guest's cursor. */
    private static final class Walk {
        final RangeWalk range;
        long openedAt;
        long record;

        Walk(RangeWalk range) {
            this.range = range;
        }
    }

    private final CallState state;
    /** By how deep in calls of functions by functions, and by number; made when they are first opened. */
    private @Nullable Walk[][] walks = new Walk[1][CURSORS_MAX];

    /** For whoever sets the state. */
    protected RangeCalls(CallState state) {
        this.state = state;
    }

    /** What a cursor is made of. */
    protected RangeWalk newWalk() {
        return new StoreWalk(state);
    }

    /** Opens a cursor: OK, or TOO_LARGE for a bound that is longer than any key. */
    public int open(
            WindowedMemory memory,
            int cursor,
            int handle,
            int low,
            int lowLength,
            int high,
            int highLength,
            int flags) {
        if (isTooLong(lowLength) || isTooLong(highLength)) {
            return StoreStatus.TOO_LARGE;
        }
        return open(
                cursor,
                handle,
                lowLength == 0 ? 0 : memory.readable(Integer.toUnsignedLong(low), lowLength),
                lowLength,
                highLength == 0 ? 0 : memory.readable(Integer.toUnsignedLong(high), highLength),
                highLength,
                flags);
    }

    private static boolean isTooLong(int keyLength) {
        return Integer.compareUnsigned(keyLength, Limits.KEY_BYTES_MAX) > 0;
    }

    /** As above, with bounds by their native addresses. */
    public int open(int cursor, int handle, long low, int lowLength, long high, int highLength, int flags) {
        if ((flags & ~FLAGS_ALL) != 0 || (flags & RangeWalk.PREFIX) != 0 && highLength != 0) {
            throw new GuestTrap(Reason.TRAP, "range with flags=" + flags + ", high_len=" + highLength);
        }
        if (isTooLong(lowLength) || isTooLong(highLength)) {
            return StoreStatus.TOO_LARGE;
        }
        int place = place(cursor);
        if (state.depth() >= walks.length) {
            deepen();
        }
        Walk walk = walks[state.depth()][place];
        if (walk == null) {
            walk = new Walk(newWalk());
            walks[state.depth()][place] = walk;
        }
        walk.openedAt = 0;
        walk.range.open(handle, low, lowLength, high, highLength, flags);
        walk.openedAt = state.scope();
        walk.record = Record.NONE;
        return StoreStatus.OK;
    }

    /** The next record, or {@link Record#NONE} behind the last. */
    public long next(int cursor) {
        Walk walk = opened(cursor);
        walk.record = walk.range.next();
        return walk.record;
    }

    /** The record that {@link #next} gave, or {@link Record#NONE}. */
    public long current(int cursor) {
        return opened(cursor).record;
    }

    /** The next record's value: its length in the upper half, its address in the lower; NOT_FOUND behind the last. */
    public long next(WindowedMemory memory, int cursor) {
        long record = next(cursor);
        return record == Record.NONE
                ? StoreStatus.NOT_FOUND
                : inPlace(memory, Record.valueAddress(record), Record.valueLength(record));
    }

    /** The key of the record that {@link #next} gave, likewise. */
    public long key(WindowedMemory memory, int cursor) {
        long record = current(cursor);
        return record == Record.NONE
                ? StoreStatus.NOT_FOUND
                : inPlace(memory, Record.keyAddress(record), Record.keyLength(record));
    }

    private long inPlace(WindowedMemory memory, long address, int length) {
        return (long) length << Integer.SIZE | memory.toGuest(state.attempts(), address, length, state.addressMax());
    }

    private Walk opened(int cursor) {
        int place = place(cursor);
        Walk walk = state.depth() < walks.length ? walks[state.depth()][place] : null;
        if (walk == null || walk.openedAt != state.scope()) {
            throw new GuestTrap(Reason.TRAP, "range cursor " + cursor + " is not open: call range in the same call");
        }
        return walk;
    }

    private void deepen() {
        int before = walks.length;
        walks = Arrays.copyOf(walks, state.depth() + 1);
        for (int i = before; i < walks.length; i++) {
            walks[i] = new Walk[CURSORS_MAX];
        }
    }

    private static int place(int cursor) {
        if (cursor < 0 || cursor >= CURSORS_MAX) {
            throw new GuestTrap(Reason.TRAP, "range cursor " + cursor + "; there are 0 to " + (CURSORS_MAX - 1));
        }
        return cursor;
    }
}
