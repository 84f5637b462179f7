package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.client.transport.UdpTransport;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's connection to a Quern server: tables, functions, and what lies under both, one session with each of the server's cores,
 * authenticated by the tenant's secret, batched, repeated when datagrams get lost, and opened anew when the server was restarted.
 *
 * <pre>{@code
 * try (QuernClient client = QuernClient.connect(ClientConfig.builder().address("127.0.0.1", 7400).build())) {
 *     SyncTable users = client.table("users").sync();
 *     users.put(key, value);
 *     byte[] reply = client.invoke("sum", key).join().reply();
 * }
 * }</pre>
 *
 * <p>Threads: any, where the client has its own I/O thread (the default); one at a time, where the application polls
 * ({@link ClientConfig.Threading#INVOKER}). Share one client: it holds 64 Ki requests, sent or waiting.
 */
public final class QuernClient implements AutoCloseable {
    private final ClientConfig config;
    private final ClientLoop loop;
    private final long timeoutNs;
    private final ClientTable defaultTable;
    private final Map<String, ClientTable> tables = new ConcurrentHashMap<>();

    QuernClient(ClientConfig config, ClientLoop loop) {
        this.config = config;
        this.loop = loop;
        timeoutNs = config.requestTimeout().toNanos();
        TableHandle handle = new TableHandle(TableHandle.DEFAULT.name(), 0, TableHandle.DEFAULT.options());
        defaultTable = new ClientTable(this, handle, timeoutNs);
        tables.put(handle.name(), defaultTable);
    }

    /**
     * Opens the sessions.
     *
     * @throws QuernException.Refused when tenant or secret is wrong
     * @throws QuernException.Timeout when no server answers within the connect timeout
     */
    public static QuernClient connect(ClientConfig config) {
        Transport configured = config.transport();
        Transport transport = configured == null ? udp(config) : configured;
        ClientLoop loop = new ClientLoop(config, transport);
        try {
            loop.connect();
        } catch (RuntimeException e) {
            loop.close();
            throw e;
        }
        QuernClient client = new QuernClient(config, loop);
        if (config.threading() == ClientConfig.Threading.IO_THREAD) {
            loop.startThread();
        }
        return client;
    }

    static Transport udp(ClientConfig config) {
        try {
            return UdpTransport.to(
                    config.address(),
                    config.datagramBytesLocal(),
                    config.datagramBytesRemote(),
                    IntUnaryOperator.identity(),
                    config.serverQueues());
        } catch (IOException e) {
            throw (QuernException)
                    new QuernException.Timeout("cannot reach " + config.address() + ": " + e.getMessage()).initCause(e);
        }
    }

    /** The table that every tenant has. */
    public ClientTable table() {
        return defaultTable;
    }

    /** A table by its name, created when there is none. Asks the server the first time, and waits for the answer. */
    public ClientTable table(String name) {
        return table(name, TableOptions.ANY);
    }

    /** As {@link #table(String)}, of a table whose records are in the order of their keys. */
    public ClientTable orderedTable(String name) {
        return table(name, TableOptions.ANY.ordered());
    }

    /**
     * As {@link #table(String)}, of a table that is as the options ask.
     *
     * @throws QuernException.BadRequest when there is a table of that name which is not
     */
    public ClientTable table(String name, TableOptions options) {
        return await(openTable(name, options));
    }

    /** As {@link #table(String, TableOptions)}, without waiting. */
    public CompletableFuture<ClientTable> openTable(String name, TableOptions options) {
        ClientTable known = tables.get(name);
        if (known != null && known.handle().options().cover(options)) {
            return CompletableFuture.completedFuture(known);
        }
        TableHandle handle = new TableHandle(name, 0, options);
        return submit(TableRequests.open(handle, timeoutNs)).thenApply(id -> {
            ClientTable table = new ClientTable(this, handle, timeoutNs);
            ClientTable earlier = tables.putIfAbsent(name, table);
            if (earlier != null) {
                earlier.handle().add(options);
                return earlier;
            }
            loop.tables().add(handle);
            return table;
        });
    }

    /** Collects reads and writes that happen all at once or not at all. */
    public ClientTransaction transaction() {
        return new ClientTransaction(this, timeoutNs);
    }

    /** As {@link #transaction()}, with another timeout. */
    public ClientTransaction transaction(Duration timeout) {
        return new ClientTransaction(this, timeoutNs(timeout));
    }

    /** To deploy, list, describe and remove functions. */
    public Functions functions() {
        return new Functions(this, timeoutNs);
    }

    /** To say what the server's cores do, for those who may. */
    public CoreRoles roles() {
        return new CoreRoles(this, timeoutNs);
    }

    /**
     * Calls a function next to the data: {@code module} for its entry {@code run}, or {@code module.entry}. It may write, and reaches the
     * default table as its table 0; {@link #call} has more to say.
     */
    public CompletableFuture<FunctionResult> invoke(String function, byte[]... arguments) {
        return call(function).arguments(arguments).send();
    }

    /** Prepares a call of a function, with another table or timeout, or read-only. */
    public FunctionCall call(String function) {
        return new FunctionCall(this, function, timeoutNs);
    }

    /** Asks a core for a sign of life. */
    public CompletableFuture<Void> ping() {
        return submit(new Request<Void>(
                Opcode.PING,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                0,
                (memory, body) -> {},
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("ping");
                    }
                    return null;
                }));
    }

    /** The server's counters, as far as they concern this tenant. */
    public CompletableFuture<Map<String, String>> stats() {
        return submit(new Request<>(
                Opcode.STATS,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                0,
                (memory, body) -> {},
                QuernClient::parseStats));
    }

    /**
     * What the server tells of itself on a topic, in lines for people: {@code roles}, {@code events}, {@code placement FUNCTION}.
     */
    public CompletableFuture<String> show(String topic) {
        byte[] asked = topic.getBytes(StandardCharsets.UTF_8);
        return submit(new Request<>(
                Opcode.STATS,
                true,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                asked.length,
                (memory, body) -> Wire.putBytes(memory, body, asked),
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("show " + topic);
                    }
                    return Wire.text(reply.memory(), reply.body(), reply.length());
                }));
    }

    private static Map<String, String> parseStats(Reply reply) {
        if (!reply.ok()) {
            throw reply.exception("stats");
        }
        Map<String, String> stats = new LinkedHashMap<>();
        Wire.text(reply.memory(), reply.body(), reply.length()).lines().forEach(line -> {
            int space = line.indexOf(' ');
            if (space > 0) {
                stats.put(line.substring(0, space), line.substring(space + 1));
            }
        });
        return stats;
    }

    /**
     * A pipeline of requests without futures, which allocates nothing: for load generators and event loops. The client must be one that
     * the application polls.
     */
    public Pipeline pipeline(ClientTable table, PipelineHandler handler) {
        if (config.threading() != ClientConfig.Threading.INVOKER) {
            throw new IllegalStateException("a pipeline needs a client with Threading.INVOKER, whose thread is yours");
        }
        return new Pipeline(loop, table.handle(), timeoutNs, handler);
    }

    /**
     * One turn of a client that the application polls: sends what was asked, takes in what came, calls back, and repeats what is overdue.
     * Call it often: nothing happens in between. A callback must not call it.
     *
     * @return the work done; 0 when there was none
     */
    public int poll() {
        if (config.threading() != ClientConfig.Threading.INVOKER) {
            throw new IllegalStateException("this client has its own I/O thread: poll only one with Threading.INVOKER");
        }
        return loop.poll();
    }

    /** Waits for a future of this client, polling where that is the caller's job; throws its {@link QuernException}. */
    public <T> T await(CompletableFuture<T> future) {
        if (config.threading() == ClientConfig.Threading.INVOKER) {
            while (!future.isDone()) {
                if (loop.poll() == 0) {
                    loop.pause();
                }
            }
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuernException("interrupted while waiting for an answer: its outcome is unknown", Status.OK);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QuernException cause) {
                throw cause;
            }
            throw new IllegalStateException("a callback on a future failed", e.getCause());
        }
    }

    /** Ends the sessions. What is outstanding completes with {@link QuernException.Closed}. Closing twice does nothing. */
    @Override
    public void close() {
        loop.close();
    }

    @Nullable
    FunctionRunner functionRunner() {
        return config.functionRunner();
    }

    /** Whether the server wants to be told what calls took that were run here. */
    boolean takesRunFigures() {
        return loop.takesRunFigures();
    }

    String tenant() {
        return config.tenant();
    }

    <T> CompletableFuture<T> submit(Request<T> request) {
        loop.submit(request);
        return request.future;
    }

    static long timeoutNs(Duration timeout) {
        TableRequests.require(
                timeout.isPositive() && timeout.compareTo(Duration.ofDays(1)) <= 0,
                "a timeout is positive and at most a day: " + timeout);
        return timeout.toNanos();
    }
}
