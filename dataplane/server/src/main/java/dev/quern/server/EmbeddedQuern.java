package dev.quern.server;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.server.port.RingPorts;

/**
 * A server inside the application's JVM: the same store, loops and functions, reached by the same client, over rings in memory. Any
 * thread.
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.builder().udp("off").resp("off").build();
 * try (EmbeddedQuern quern = Quern.embedded(config); QuernClient client = quern.client("default")) {
 *     client.table().sync().put(key, value);
 * }
 * }</pre>
 */
public final class EmbeddedQuern implements AutoCloseable {
    private final Server server;
    private final RingPorts rings;

    EmbeddedQuern(Server server, RingPorts rings) {
        this.server = server;
        this.rings = rings;
    }

    /** A client of a tenant without a secret. Close it before the server. */
    public QuernClient client(String tenant) {
        return client(tenant, "");
    }

    /**
     * A client of this tenant.
     *
     * @throws dev.quern.client.QuernException.Refused when there is no such tenant, or its secret is another
     */
    public QuernClient client(String tenant, String secret) {
        return client(ClientConfig.builder().tenant(tenant).secret(secret));
    }

    /** A client with settings of its own; its transport and address are set here. */
    public QuernClient client(ClientConfig.Builder config) {
        return QuernClient.connect(config.transport(rings.transport()).build());
    }

    /** The server itself: its store, functions, counters and whatever addresses it listens on. */
    public Server server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
    }
}
