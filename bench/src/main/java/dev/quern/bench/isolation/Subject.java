package dev.quern.bench.isolation;

/** A server with one core, as two clients see it: one that reads a record, one that calls a function. Used by one thread. */
interface Subject extends AutoCloseable {
    /** Who hears of answers, inside {@link #poll}. */
    interface Listener {
        void onRead(int slot);

        void onCall();
    }

    /** Sends a read, whose answer names the slot; false when there is no room for one now. */
    boolean read(int slot);

    /** Sends a call of a function that loops so many times; false when there is no room for one now. */
    boolean call(int iterations);

    /** Sends what was begun and takes in what has come; throws when an answer is wrong. */
    void poll(Listener listener);

    @Override
    void close();
}
