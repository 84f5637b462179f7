package dev.quern.bench.peers;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.load.RespConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One of the servers that are compared: a child process on its own core that listens on a TCP port. Used by one thread. */
public final class Peer implements AutoCloseable {
    /** The core that servers run on; clients have the next one. */
    public static final int SERVER_CORE = 0;

    public static final int CLIENT_CORE = 1;

    static final String REDIS = "redis";
    static final String QUERN = "quern";

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration REPLY_MAX = Duration.ofSeconds(30);
    private static final int PIPELINE = 500;

    private final String name;
    private final int respPort;
    private final ChildProcess process;

    private Peer(String name, int respPort, ChildProcess process) {
        this.name = name;
        this.respPort = respPort;
        this.process = process;
    }

    /** Starts Redis without persistence. */
    public static Peer redis(BenchContext context) throws InterruptedException {
        if (!Tools.isOnPath("redis-server") || !Tools.isOnPath("redis-benchmark")) {
            throw new BenchFailedException(
                    "redis-server and redis-benchmark are not on the PATH: run scripts/setup-redis, then again");
        }
        int port = Tools.freePort();
        return start(
                context,
                "redis",
                port,
                List.of(
                        "redis-server",
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--appendonly",
                        "no"));
    }

    /** Starts Quern with one core, as its launcher does; its native port is {@code udpPort}. */
    static Peer quern(BenchContext context, int udpPort) throws InterruptedException {
        int port = Tools.freePort();
        return start(
                context,
                "quern",
                port,
                Tools.java(
                        "dev.quern.server.cli.Main",
                        List.of(
                                "serve",
                                "--cores",
                                "1",
                                "--resp",
                                "127.0.0.1:" + port,
                                "--udp",
                                "127.0.0.1:" + udpPort)));
    }

    /**
     * Starts a server on the servers' core and waits until it listens.
     *
     * @param port of TCP, on the loopback interface
     * @throws BenchFailedException when it does not, with what it printed
     */
    public static Peer start(BenchContext context, String name, int port, List<String> command)
            throws InterruptedException {
        List<String> pinned = ChildProcess.pinned(SERVER_CORE, command);
        context.command(shortened(pinned));
        ChildProcess process = ChildProcess.start(name, pinned);
        try {
            awaitPort(name, port, process);
        } catch (RuntimeException | InterruptedException e) {
            process.close();
            throw e;
        }
        return new Peer(name, port, process);
    }

    /** A class path in a report tells nobody anything. */
    public static List<String> shortened(List<String> command) {
        List<String> shortened = new ArrayList<>(command);
        int classPath = shortened.indexOf("-cp");
        if (classPath >= 0) {
            shortened.set(classPath + 1, "bench/target/quern/lib/*");
        }
        return shortened;
    }

    private static void awaitPort(String name, int port, ChildProcess process) throws InterruptedException {
        long deadlineNs = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadlineNs) {
                    throw new BenchFailedException(
                            name + " does not listen on port " + port + "; its output:\n" + process.tail(), e);
                }
            }
            Thread.sleep(20);
        }
    }

    public String name() {
        return name;
    }

    /** The TCP port. */
    public int respPort() {
        return respPort;
    }

    /** A connection for loading and checking. */
    RespConnection connect() {
        return new RespConnection(respPort, REPLY_MAX);
    }

    /** Puts every record of the {@link Workload}. */
    public void load(Workload workload) throws IOException {
        try (RespConnection connection = connect()) {
            for (int start = 0; start < workload.keys(); start += PIPELINE) {
                int end = Math.min(start + PIPELINE, workload.keys());
                for (int i = start; i < end; i++) {
                    connection.send(RespConnection.bytes("SET"), Workload.key(i), workload.value(i));
                }
                for (int i = start; i < end; i++) {
                    if (!"OK".equals(connection.receive())) {
                        throw new BenchFailedException(name + " did not answer OK to SET");
                    }
                }
            }
        }
    }

    /** Reads some records back: each key must be there with a value of the right length. */
    void checkRecords(BenchContext context, Workload workload) throws IOException {
        try (RespConnection connection = connect()) {
            for (int i = 0; i < workload.keys(); i += 997) {
                Object value = connection.call(RespConnection.bytes("GET"), Workload.key(i));
                context.check(
                        value instanceof byte[] bytes && bytes.length == Workload.VALUE_LENGTH,
                        name + " has a value of " + Workload.VALUE_LENGTH + " bytes for each key; index=" + i);
            }
            context.check(
                    connection.call("DBSIZE") instanceof Long size && size >= workload.keys(),
                    name + " holds " + workload.keys() + " records or more");
        }
    }

    /** Loads a Lua function that does nothing: Redis only. */
    void loadLuaNoop() throws IOException {
        loadFunction(RespConnection.bytes("""
            #!lua name=bench
            redis.register_function{function_name='%s', callback=function(keys, args) return nil end,
              flags={'no-writes'}}
            """.formatted(QuernSetup.NOOP)));
    }

    /** Loads a WebAssembly function: Quern only. */
    void loadModule(String function, byte[] module) throws IOException {
        byte[] line = RespConnection.bytes("#!wasm name=" + function + " readonly=yes timeout-ms=1000\n");
        byte[] payload = Arrays.copyOf(line, line.length + module.length);
        System.arraycopy(module, 0, payload, line.length, module.length);
        loadFunction(payload);
    }

    private void loadFunction(byte[] payload) throws IOException {
        try (RespConnection connection = connect()) {
            connection.call(
                    RespConnection.bytes("FUNCTION"),
                    RespConnection.bytes("LOAD"),
                    RespConnection.bytes("REPLACE"),
                    payload);
        }
    }

    /** Calls the function that does nothing; an error ends the run. */
    void checkNoop() throws IOException {
        try (RespConnection connection = connect()) {
            connection.call("FCALL", QuernSetup.NOOP, "0");
        }
    }

    /** The process. */
    public long pid() {
        return process.pid();
    }

    /** Holds the process still while another is measured. */
    public void pause() {
        process.pause();
    }

    /** Lets it run on. */
    public void proceed() {
        process.proceed();
    }

    /** Ends the process. */
    @Override
    public void close() {
        process.close();
    }
}
