package dev.quern.guest;

/**
 * One call of a function: its arguments, its reply, and the tenant's records as its transaction sees them. Keys have from 1 to 4,096 bytes.
 * A negative number is a status; what a function cannot decide about, as the tenant's quota, ends the call instead, by an exception that
 * is not to be caught.
 */
public interface Call {
    /** The handle of the table that the call was made for. */
    int TABLE = 0;

    int OK = 0;
    int NOT_FOUND = -1;

    /** The value is not the one expected. */
    int CONFLICT = -3;

    int TOO_LARGE = -5;
    int NOT_A_NUMBER = -6;
    int OVERFLOW = -7;
    int BAD_KEY = -9;

    /** A called function returned another number than 0. */
    int FAILED = -20;

    /** A called function is paused. */
    int PAUSED = -29;

    /** Flags of {@link #range}. */
    int RANGE_BACKWARDS = 1;

    int RANGE_LOW_INCLUDED = 2;
    int RANGE_HIGH_INCLUDED = 4;

    /** The low key is what the keys begin with, and there is no high one. */
    int RANGE_PREFIX = 8;

    /** Points {@code value} to a record's value where it lies; its length, or NOT_FOUND and then {@code value} is as it was. */
    int get(int table, Bytes key, View value);

    int put(int table, Bytes key, Bytes value);

    /** As {@link #put}, for a record that is gone {@code ttlMs} from now; above 0. */
    int putTtl(int table, Bytes key, Bytes value, long ttlMs);

    int delete(int table, Bytes key);

    /** Adds to a number kept as decimal text (absent: 0); {@link #sum} is then what it came to. */
    int incr(int table, Bytes key, long delta);

    /** What the last {@link #incr} that was OK came to. */
    long sum();

    /** Writes if the value is as expected, byte for byte; CONFLICT if not. */
    int cas(int table, Bytes key, Bytes expected, Bytes value);

    /** Writes if there is no record; CONFLICT if there is one. */
    int putIfAbsent(int table, Bytes key, Bytes value);

    /**
     * Opens one of 8 cursors, 0 to 7, over the keys of an ordered table from low to high, both left out unless flags say otherwise. A key of
     * length 0 bounds nothing.
     */
    int range(int cursor, int table, Bytes low, Bytes high, int flags);

    /** The next record's value, as {@link #get}; NOT_FOUND behind the last. Shows what this call wrote, too. */
    int rangeNext(int cursor, View value);

    /** The key of the record that {@link #rangeNext} gave, likewise. */
    int rangeKey(int cursor, View key);

    /** The handle of one of the tenant's tables, or NOT_FOUND. */
    int table(Bytes name);

    int argumentCount();

    /** Points {@code argument} to an argument where it lies; its length, or NOT_FOUND. */
    int argument(int index, View argument);

    /** Appends to the reply; the bytes may lie in a record. */
    int reply(Bytes bytes);

    /** Makes {@code target} so many random bytes, 65,536 at most, good enough for secrets. */
    int random(Buffer target, int length);

    /**
     * Calls another of the tenant's functions on this runtime, by name, with a {@link Buffer#list list} of arguments, or none of length 0:
     * within this call's transaction, time and {@link #TABLE}. OK, or FAILED when it returned another number than 0, and all that it wrote
     * is dropped; NOT_FOUND, PAUSED. When it traps, so does this call. A function that is running, or one of its module, cannot be called.
     */
    int call(Bytes name, Bytes arguments);

    /** What the function last called returned; 0 before any. */
    int callResult();

    /** Points {@code reply} to what the function last called replied, good until the next one is called; its length, or NOT_FOUND for none. */
    int callReply(View reply);

    /** Adds a line to the tenant's function log, of at most 1 KiB. */
    void log(String line);

    /** Unix milliseconds; the same throughout a call's attempt. */
    long now();
}
