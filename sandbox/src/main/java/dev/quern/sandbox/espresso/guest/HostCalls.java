package dev.quern.sandbox.espresso.guest;

/**
 * What a context asks of the host: calls of the store, with keys and values by their native addresses. Calls into the context's host
 * are by name, so that each has one of its own. Statuses are those of {@link dev.quern.guest.Call}.
 */
public interface HostCalls {
    /** Where a found record's bytes begin, in the memory that a call names for it; how many there are is what the call returns. */
    int FOUND_BYTES = Long.BYTES;

    int get(int table, long key, int keyLength, long found);

    int put(int table, long key, int keyLength, long value, int valueLength);

    int putTtl(int table, long key, int keyLength, long value, int valueLength, long ttlMs);

    int delete(int table, long key, int keyLength);

    int incr(int table, long key, int keyLength, long delta);

    long sum();

    /** An expected length of -1 stands for no record. */
    int cas(int table, long key, int keyLength, long expected, int expectedLength, long value, int valueLength);

    int range(int cursor, int table, long low, int lowLength, long high, int highLength, int flags);

    int rangeNext(int cursor, long found);

    int rangeKey(int cursor, long found);

    int table(long name, int nameLength);

    int argumentCount();

    int argument(int index, long found);

    int reply(long bytes, int length);

    /** Random bytes to where they are wanted. */
    int random(long target, int length);

    int call(long name, int nameLength, long arguments, int argumentsLength);

    int callResult();

    int callReply(long found);

    void log(long line, int length);

    long now();
}
