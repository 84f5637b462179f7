package dev.quern.client;

import java.util.concurrent.CompletableFuture;

/**
 * Runs functions in this process that the server sends back: see {@link ClientConfig.Builder#functionRunner}. Safe on any thread; no
 * method waits.
 */
public interface FunctionRunner {
    /**
     * Whether a call of this function could run here when the server sends it back. One that could holds a place until {@link #release} or
     * the end of {@link #run}, whichever comes of it.
     *
     * @param function as it is called
     */
    boolean tryReserve(String function);

    /** The server ran the call, or refused it. */
    void release();

    /**
     * Runs a call. The future completes as that of {@link FunctionCall#send} does.
     *
     * @param call was sent back
     */
    CompletableFuture<FunctionResult> run(PushedBackCall call);
}
