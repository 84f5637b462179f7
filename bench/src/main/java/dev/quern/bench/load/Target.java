package dev.quern.bench.load;

import dev.quern.bench.workload.Endpoint;
import dev.quern.bench.workload.StoredFunction;
import dev.quern.bench.workload.Workloads;
import dev.quern.client.ClientConfig;
import dev.quern.client.ClientGroup;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.transport.ShmTransport;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which server is loaded, and how it is reached: {@code udp://HOST:PORT} and {@code shm:DIRECTORY} for Quern's own protocol, {@code ring} for a
 * server with one core in this JVM, {@code resp://HOST:PORT} for Redis and our door for its clients, {@code memcached://HOST:PORT},
 * {@code tarantool://HOST:PORT}. One thread.
 */
public final class Target implements AutoCloseable {
    /** Where functions in Lua look for records, and gets and puts go that name no table. */
    private static final String TARANTOOL_SPACE = "records";

    /** Long enough that a core which has requests every few microseconds never sleeps between them. */
    private static final int SPINS = 100_000;

    /** Cold calls take their time on a busy machine; no workload is about deadlines. */
    private static final Duration FUNCTION_TIME_MAX = Duration.ofSeconds(1);

    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    /** A server that is there answers within milliseconds; on a busy machine it may have to be scheduled first. */
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    private static final String FORMS =
            "a target is udp://HOST:PORT, shm:DIRECTORY, ring, resp://HOST:PORT, memcached://HOST:PORT or tarantool://HOST:PORT";

    /**
     * How Quern is asked; the other servers know none of it.
     *
     * @param tenant its name, or what all their names begin with
     * @param table empty for the tenant's default one
     * @param isOrdered whether that table is in the order of its keys
     * @param tenants 0 for the one of that name; otherwise so many, {@code TENANT-0} and on, with the same secret
     * @param ownSockets whether each of several tenants has a socket of its own over UDP; otherwise they share one
     */
    public record Login(
            String tenant, String secret, String table, boolean isOrdered, int tenants, boolean ownSockets) {
        /** Whose tenants, if there are several, share a socket. */
        public Login(String tenant, String secret, String table, boolean isOrdered, int tenants) {
            this(tenant, secret, table, isOrdered, tenants, false);
        }

        /** The default tenant without a secret, and its default table. */
        public static final Login DEFAULT = new Login("default", "", "", false, 0, false);

        List<String> names() {
            return tenants == 0
                    ? List.of(tenant)
                    : IntStream.range(0, tenants)
                            .mapToObj(i -> tenant + '-' + i)
                            .toList();
        }
    }

    private final URI uri;
    private final Login login;
    private final @Nullable EmbeddedQuern embedded;
    private boolean isRedis;

    /**
     * Checks the address, and starts the server of {@code ring}.
     *
     * @param serverCpus what the server of {@code ring} runs on; empty to leave that to the system
     * @throws IllegalArgumentException when it is no target
     */
    public Target(String address, Login login, List<Integer> serverCpus) {
        this.login = login;
        try {
            uri = new URI(address.equals("ring") ? "ring:in-this-jvm" : address);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(FORMS + ", not " + address, e);
        }
        String scheme = uri.getScheme();
        if (scheme == null
                || !List.of("udp", "shm", "ring", "resp", "memcached", "tarantool")
                        .contains(scheme)) {
            throw new IllegalArgumentException(FORMS + ", not " + address);
        }
        if (List.of("udp", "resp", "memcached", "tarantool").contains(scheme)
                && (uri.getHost() == null || uri.getPort() < 1)) {
            throw new IllegalArgumentException(FORMS + ", not " + address);
        }
        if (uri.getHost() != null && address().isUnresolved()) {
            throw new IllegalArgumentException("no host is called " + uri.getHost() + ": check the target " + address);
        }
        embedded = scheme.equals("ring") ? embedded(login, serverCpus) : null;
    }

    private static EmbeddedQuern embedded(Login login, List<Integer> cpus) {
        ServerConfig.Builder config =
                ServerConfig.builder().cores(1).udp("off").resp("off").idle(idle -> idle.spins(SPINS));
        if (!cpus.isEmpty()) {
            config.cpus(cpus);
        }
        if (!login.tenant().equals("default") || login.tenants() > 0) {
            login.names().forEach(name -> config.tenant(name, login.secret()));
        }
        try {
            return Quern.embedded(config.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Checks that this target can do what a workload takes, as far as its address tells: before anything is sent, and before a server is started.
     *
     * @throws IllegalArgumentException when it cannot; the message says what to change
     */
    static void check(String address, String workload, int tenants, boolean hasFunctions) {
        boolean isResp = address.startsWith("resp:");
        boolean isMemcached = address.startsWith("memcached:");
        boolean takesResp = workload.toLowerCase(Locale.ROOT).endsWith(Workloads.HASHES);
        if (takesResp && !isResp) {
            throw new IllegalArgumentException(
                    workload + " is made of RESP's commands: load resp://HOST:PORT by it, or run "
                            + workload.substring(0, workload.length() - Workloads.HASHES.length()) + " at " + address);
        }
        if (tenants > 0 && (isResp || isMemcached)) {
            throw new IllegalArgumentException(
                    "--tenants are of Quern's own protocol: load udp://HOST:PORT, shm:DIRECTORY or ring, not "
                            + address);
        }
        if (isMemcached && hasFunctions) {
            throw new IllegalArgumentException("memcached runs no functions: choose another workload than " + workload);
        }
        if (!takesResp && Workloads.isOrdered(workload) && (isResp || isMemcached)) {
            throw new IllegalArgumentException(workload
                    + " takes a table in the order of its keys, which only Quern's own protocol has: load udp://HOST:PORT,"
                    + " shm:DIRECTORY or ring, not " + address);
        }
    }

    /**
     * Connects.
     *
     * @param connections sessions, or TCP connections
     * @param depthMax requests under way on each
     * @param valueLengthMax the longest value, in bytes
     */
    public Endpoint connect(int connections, int depthMax, int valueLengthMax, Endpoint.Listener listener) {
        return switch (uri.getScheme()) {
            case "resp" -> new RespEndpoint(address(), connections, depthMax, valueLengthMax, isRedis, listener);
            case "memcached" -> new MemcachedEndpoint(address(), connections, depthMax, valueLengthMax, listener);
            case "tarantool" ->
                new TarantoolEndpoint(address(), tarantoolSpace(), connections, depthMax, valueLengthMax, listener);
            default ->
                login.tenants() == 0 ? quern(login.tenant(), connections, listener) : tenants(connections, listener);
        };
    }

    /** Looks which server it is, as functions go by other names at Redis. */
    public void recognise() throws IOException {
        if (uri.getScheme().equals("resp")) {
            try (RespConnection connection = new RespConnection(address(), ANSWER_MAX)) {
                isRedis = !(connection.call("INFO", "server") instanceof byte[] info
                        && new String(info, StandardCharsets.UTF_8).contains("server_name:quern"));
            }
        }
    }

    /**
     * Deploys functions to the server that was {@link #recognise recognised}, in place of others of their names, and makes tables in the order of their keys
     * for them, which Quern has by its own protocol only; Redis's functions need none.
     *
     * @throws UnsupportedOperationException when the server has none
     */
    public void deploy(List<StoredFunction> functions, List<String> orderedTables) throws IOException {
        switch (uri.getScheme()) {
            case "resp" -> deployByResp(functions);
            case "memcached" -> throw new UnsupportedOperationException("memcached runs no functions");
            case "tarantool" -> deployToTarantool(functions);
            default -> {
                for (String tenant : login.names()) {
                    try (QuernClient client = client(tenant)) {
                        deploy(client, functions, orderedTables);
                    }
                }
            }
        }
    }

    private static void deploy(QuernClient client, List<StoredFunction> functions, List<String> orderedTables) {
        orderedTables.forEach(client::orderedTable);
        for (StoredFunction function : functions) {
            FunctionSpec spec =
                    FunctionSpec.of(function.name(), function.module()).timeLimit(FUNCTION_TIME_MAX);
            client.await(client.functions().replace(function.isReadOnly() ? spec.readOnly() : spec));
        }
    }

    private void deployByResp(List<StoredFunction> functions) throws IOException {
        try (RespConnection connection = new RespConnection(address(), ANSWER_MAX)) {
            for (StoredFunction function : functions) {
                if (isRedis && function.lua().isEmpty()) {
                    throw new UnsupportedOperationException("there is no function " + function.name() + " for Redis");
                }
                connection.call(
                        RespConnection.bytes("FUNCTION"),
                        RespConnection.bytes("LOAD"),
                        RespConnection.bytes("REPLACE"),
                        isRedis ? lua(function) : webAssembly(function));
            }
        }
    }

    /** In the table of the login, or in the space for records. */
    private int tarantoolSpace() {
        String name = login.table().isEmpty() ? TARANTOOL_SPACE : login.table();
        try (TarantoolConnection connection = new TarantoolConnection(address(), ANSWER_MAX)) {
            return connection.space(name, login.isOrdered());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deployToTarantool(List<StoredFunction> functions) throws IOException {
        try (TarantoolConnection connection = new TarantoolConnection(address(), ANSWER_MAX)) {
            int ignored = connection.space(TARANTOOL_SPACE, false);
            for (StoredFunction function : functions) {
                if (function.tarantool().isEmpty()) {
                    throw new UnsupportedOperationException(
                            "there is no function " + function.name() + " for Tarantool");
                }
                connection.eval(function.tarantool());
            }
        }
    }

    private static byte[] lua(StoredFunction function) {
        return RespConnection.bytes("#!lua name=" + function.name() + "\n" + function.lua());
    }

    private static byte[] webAssembly(StoredFunction function) {
        byte[] line = RespConnection.bytes(String.format(
                Locale.ROOT,
                "#!wasm name=%s readonly=%s timeout-ms=%d%n",
                function.name(),
                function.isReadOnly() ? "yes" : "no",
                FUNCTION_TIME_MAX.toMillis()));
        byte[] module = function.module();
        byte[] payload = Arrays.copyOf(line, line.length + module.length);
        System.arraycopy(module, 0, payload, line.length, module.length);
        return payload;
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    private Endpoint tenants(int connections, Endpoint.Listener listener) {
        if (uri.getScheme().equals("udp") && !login.ownSockets()) {
            return group(connections, listener);
        }
        List<Function<Endpoint.Listener, Endpoint>> connectors = new ArrayList<>(login.tenants());
        login.names().forEach(name -> connectors.add(its -> quern(name, connections, its)));
        return new TenantsEndpoint(connectors, listener);
    }

    /** All tenants' sessions over one socket. */
    private Endpoint group(int connections, Endpoint.Listener listener) {
        ClientGroup group =
                ClientGroup.open(config(login.tenant()).address(address()).build());
        try {
            byte[] secret = login.secret().getBytes(StandardCharsets.UTF_8);
            List<Function<Endpoint.Listener, Endpoint>> connectors = new ArrayList<>(login.tenants());
            for (String name : login.names()) {
                connectors.add(its -> endpoint(
                        IntStream.range(0, connections)
                                .mapToObj(i -> group.connect(name, secret))
                                .toList(),
                        its));
            }
            return new TenantsEndpoint(connectors, group, listener);
        } catch (QuernException.Timeout e) {
            group.close();
            throw new UnreachableException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            group.close();
            throw e;
        }
    }

    private Endpoint quern(String tenant, int connections, Endpoint.Listener listener) {
        List<QuernClient> clients = new ArrayList<>(connections);
        try {
            for (int i = 0; i < connections; i++) {
                clients.add(client(tenant));
            }
            return endpoint(clients, listener);
        } catch (RuntimeException e) {
            clients.forEach(QuernClient::close);
            throw e;
        }
    }

    private Endpoint endpoint(List<QuernClient> clients, Endpoint.Listener listener) {
        String description = "quern " + uri + ", " + clients.size() + (clients.size() == 1 ? " session" : " sessions");
        return new NativeEndpoint(description, clients, login.table(), login.isOrdered(), listener);
    }

    private ClientConfig.Builder config(String tenant) {
        return ClientConfig.builder()
                .threading(ClientConfig.Threading.INVOKER)
                .connectTimeout(CONNECT_MAX)
                .tenant(tenant)
                .secret(login.secret());
    }

    private QuernClient client(String tenant) {
        ClientConfig.Builder config = config(tenant);
        if (embedded != null) {
            return embedded.client(config);
        }
        try {
            return QuernClient.connect(
                    uri.getScheme().equals("udp")
                            ? config.address(address()).build()
                            : config.transport(ShmTransport.to(Path.of(uri.getSchemeSpecificPart())))
                                    .build());
        } catch (IOException | QuernException.Timeout e) {
            throw new UnreachableException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
