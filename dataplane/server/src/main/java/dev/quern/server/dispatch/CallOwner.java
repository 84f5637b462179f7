package dev.quern.server.dispatch;

/** Who received an invocation and answers it once it has run elsewhere. Thread: the lane's. */
public interface CallOwner {
    /** A call has come back, for good or ill; it may be read until this returns. */
    void returned(HandedCall call);

    /** No more come back just now: what was answered goes out. */
    void endReturned();

    /** Whether calls may be answered in the midst of a function of the same lane. */
    boolean answersShort();
}
