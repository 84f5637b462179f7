package dev.quern.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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

    /** What calls of this function have taken here lately, which the server is told with the next one; null for nothing. */
    default @Nullable RunFigures figures(String function) {
        return null;
    }

    /**
     * Whether functions are computing on all processors but one, so that nobody else's thread should stay awake without work. Asked often, by the
     * client's I/O thread.
     */
    default boolean takesProcessors() {
        return false;
    }

    /** The server ran the call, or refused it. */
    void release();

    /**
     * Runs a call. The future completes as that of {@link FunctionCall#send} does.
     *
     * @param call was sent back
     */
    CompletableFuture<FunctionResult> run(PushedBackCall call);
}
