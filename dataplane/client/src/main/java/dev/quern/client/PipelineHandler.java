package dev.quern.client;

/**
 * Where a pipeline's answers go; called inside {@link QuernClient#poll}, once for every request that was taken. What
 * it throws, that poll throws at its end; or the close.
 */
public interface PipelineHandler {
    /**
     * An answer of the server, good or bad: look at {@link Reply#status}. It lies in the receive buffer, which is used again when
     * this returns. May send further requests, must not poll or wait.
     */
    void onReply(long correlation, Reply reply);

    /** No answer: a timeout, the session's end or the client's. */
    void onFailure(long correlation, QuernException cause);
}
