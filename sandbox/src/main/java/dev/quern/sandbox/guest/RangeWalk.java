package dev.quern.sandbox.guest;

/** A walk over a range of an ordered table, as a call sees it; opened again and again. Thread: the core's. */
public interface RangeWalk {
    /** A flag: from the greatest key to the least. */
    int BACKWARDS = 1;

    /** A flag: the low key is part of the range. */
    int LOW_INCLUDED = 2;

    /** A flag: the high key is part of the range. */
    int HIGH_INCLUDED = 4;

    /** A flag: the range is of the keys that begin with the low one; there is no high one then. */
    int PREFIX = 8;

    /**
     * Begins.
     *
     * @param table a handle
     * @param low a native address, as is {@code high}; a length of 0 bounds nothing
     * @throws GuestTrap when the table is none, or no ordered one
     */
    void open(int table, long low, int lowLength, long high, int highLength, int flags);

    /** The next record, or {@link dev.quern.kvstore.Record#NONE} behind the last. */
    long next();
}
