package dev.quern.client;

/** A request that has no slot yet. */
interface Waiting {
    int opcode();

    long deadlineNs();

    Completion completion();

    long correlation();

    /** Sends it, if the session has a slot for it. */
    boolean tryStart(Session session);
}
