package dev.quern.client;

/** Where an answer goes. Called on the thread that does the I/O, once for every request. */
interface Completion {
    /** The server's answer, good or bad; it is reused when this returns. */
    void complete(long correlation, Reply reply);

    /** No answer came or will come. */
    void fail(long correlation, QuernException cause);
}
