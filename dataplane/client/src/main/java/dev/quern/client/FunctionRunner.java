package dev.quern.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions in this process that the server sends back: see {@link ClientConfig.Builder#functionRunner}. Safe on any thread; no
 * method waits.
 */
public interface FunctionRunner {
    /**
     * Whether a call of this function is offered to the server to be run here. An offer ends by {@link #keptByServer} or {@link #run}, whichever comes of it.
     *
     * @param function as it is called
     */
    boolean offers(String function);

    /** What the next call of this function would take here, by what calls have taken lately, which the server is told with it; null for nothing. */
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

    /** The server ran a call that was offered, or refused it. */
    void keptByServer(String function);

    /**
     * Runs a call, or has the server run it if there is no room by now ({@link PushedBackCall#atServer}). The future completes as that of {@link FunctionCall#send} does.
     *
     * @param call was sent back
     */
    CompletableFuture<FunctionResult> run(PushedBackCall call);
}
