package dev.quern.bench.peers;

import dev.quern.bench.BenchFailedException;
import dev.quern.client.ClientConfig;
import dev.quern.client.ClientTable;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What Quern is given before it is measured: a table of the native client's own, and the functions. */
final class QuernSetup {
    /** Does nothing; so named at both servers. */
    static final String NOOP = "noop";

    /** Follows keys through the native client's table. */
    static final String LOOKUP = "lookup";

    /** The table that the native client reads; {@code redis-benchmark} overwrites values in the default one. */
    static final String TABLE = "walk";

    private static final String EXAMPLES = "/dev/quern/sandbox/examples/";

    /** Cold calls take their time on a busy machine; none of these is about deadlines. */
    private static final Duration TIME_MAX = Duration.ofSeconds(1);

    private static final int PUTS_IN_FLIGHT = 500;

    private QuernSetup() {}

    static QuernClient connect(int udpPort) {
        return QuernClient.connect(
                ClientConfig.builder().address("127.0.0.1", udpPort).build());
    }

    /** Puts every record of the {@link Workload} into {@link #TABLE}. */
    static void load(int udpPort, Workload workload) {
        try (QuernClient client = connect(udpPort)) {
            ClientTable table = client.table(TABLE);
            for (int start = 0; start < workload.keys(); start += PUTS_IN_FLIGHT) {
                List<CompletableFuture<Long>> puts = new ArrayList<>(PUTS_IN_FLIGHT);
                for (int i = start; i < Math.min(start + PUTS_IN_FLIGHT, workload.keys()); i++) {
                    puts.add(table.put(Workload.key(i), workload.value(i)));
                }
                puts.forEach(client::await);
            }
        }
    }

    /** Deploys both functions, each by the door that it will be called through. */
    static void deploy(Peer quern, int udpPort) throws IOException {
        quern.loadModule(NOOP, example(NOOP));
        try (QuernClient client = connect(udpPort)) {
            client.await(client.functions()
                    .replace(FunctionSpec.of(LOOKUP, example(LOOKUP)).readOnly().timeLimit(TIME_MAX)));
        }
    }

    /** One of the sandbox's compiled examples. */
    static byte[] example(String name) {
        String resource = EXAMPLES + name + ".wasm";
        try (InputStream input = QuernSetup.class.getResourceAsStream(resource)) {
            if (input == null) {
                throw new BenchFailedException("no example function " + resource + ": run scripts/build-guests");
            }
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
