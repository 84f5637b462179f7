package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.OpenedLayout;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What calls took that a client ran itself goes to servers that know of it. */
@Timeout(60)
class RunFiguresTest {
    /** Could run anything, and has measured it. */
    private static final FunctionRunner MEASURED = new FunctionRunner() {
        @Override
        public boolean offers(String function) {
            return true;
        }

        @Override
        public @Nullable RunFigures figures(String function) {
            return new RunFigures(100, 2, 3);
        }

        @Override
        public void keptByServer(String function) {}

        @Override
        public CompletableFuture<FunctionResult> run(PushedBackCall call) {
            throw new IllegalStateException("nothing was sent back");
        }
    };

    private static int flagsSent(QuernClient client) {
        return client.invoke("flags").join().reply()[0];
    }

    @Test
    void shouldTellThemToServersThatTakeThemOnly() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.address())
                        .functionRunner(MEASURED)
                        .build())) {
            assertEquals(InvokeLayout.FLAG_CLIENT_RUNS, flagsSent(client));
            server.openedFlags = OpenedLayout.FLAG_RUN_FIGURES;
            server.restart();
            client.ping().join();
            assertEquals(InvokeLayout.FLAG_CLIENT_RUNS | InvokeLayout.FLAG_MEASURED, flagsSent(client));
        }
    }
}
