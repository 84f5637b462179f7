package dev.quern.bench.workload;

/**
 * A server as load reaches it: requests go out without waiting, answers come back by their slot inside {@link #poll}. One thread; sends and
 * receives without allocating.
 *
 * <p>A request returns false when there is no room for it now; then nothing was sent, and polling makes room. Arrays are read before a
 * method returns. What a kind of server cannot do throws {@link UnsupportedOperationException}.
 */
public interface Endpoint extends AutoCloseable {
    /** Where answers go; called inside {@link #poll} only, once for each request that was taken. May send, must not poll. */
    interface Listener {
        void onAnswer(int slot, Answer answer);

        /** An error of the server's, a timeout, or the connection's end. */
        void onFailure(int slot, RuntimeException cause);
    }

    boolean get(byte[] key, int keyLength, int slot);

    boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot);

    /** Reads up to {@code records} records from this key on, in the order of keys; answered by their number, in {@link Answer#length}. */
    default boolean scan(byte[] key, int keyLength, int records, int slot) {
        throw new UnsupportedOperationException(describe() + " has no scans over keys in their order");
    }

    /**
     * Calls a function. What it returned 2 for is answered as {@link Answer#missing}.
     *
     * @param isReadOnly whether it never writes
     * @param arguments {@code [u32 count]}, then {@code [u32 length][bytes]} each, little-endian
     */
    default boolean call(byte[] function, boolean isReadOnly, byte[] arguments, int argumentsLength, int slot) {
        throw new UnsupportedOperationException(describe() + " has no functions here");
    }

    /**
     * Calls a function many times by one request; answered by how many of the calls returned 0, in {@link Answer#length}.
     *
     * @param arguments of each call, as of {@link #call}
     */
    default boolean callAll(byte[] function, boolean isReadOnly, byte[][] arguments, int slot) {
        throw new UnsupportedOperationException(describe() + " takes one call by a request");
    }

    /**
     * Sends a command of Redis's; answered by the reply's bytes as they came, also of a list.
     *
     * @param words as the arguments of {@link #call}
     */
    default boolean command(byte[] words, int wordsLength, int slot) {
        throw new UnsupportedOperationException(describe() + " does not speak RESP");
    }

    /** What reaches one of many tenants; its answers come with all others. The one that there is has number 0. */
    default Endpoint of(int tenant) {
        if (tenant != 0) {
            throw new UnsupportedOperationException(describe() + " has one tenant");
        }
        return this;
    }

    /** Sends what was begun and takes in what has arrived; returns the work done. */
    int poll();

    /** What a report calls it. */
    String describe();

    @Override
    void close();
}
