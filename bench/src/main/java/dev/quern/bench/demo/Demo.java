package dev.quern.bench.demo;

import dev.quern.bench.Machine;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.workload.ClassGraph;
import dev.quern.client.ClientConfig;
import dev.quern.client.ClientTable;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.transport.ShmTransport;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/** The demo from start to end, told on a stream. One thread. */
final class Demo {
    private static final int[] HOPS = {1, 2, 4, 8};
    private static final int IN_FLIGHT = 4;
    private static final long SEED = 20_261_121;
    private static final String MODULE = "/dev/quern/sandbox/examples/graph.wasm";

    /** A function that walks the whole graph takes milliseconds; one that takes this long has gone astray. */
    private static final Duration FUNCTION_TIME_MAX = Duration.ofSeconds(10);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);

    /** The function is warm when two rounds in a row are at no number of hops so much faster than the best before. */
    private static final double WARM_GAIN_MAX = 1.05;

    private static final int WARM_ROUNDS_ALIKE = 2;
    private static final int WARM_ROUNDS_MAX = 12;

    private static final int MOST_HOPS = 1;
    private static final int MOST_TOP = 5;

    private final PrintStream out;
    private final DemoPort port;
    private final boolean stays;
    private final int sampled;
    private final Duration runTime;
    private final Duration warmRunTime;
    private final int warmRoundsMax;

    /**
     * @param port what carries its datagrams
     * @param quick whether to show only that it works
     * @param stays whether to keep the server at the end, until this JVM is told to go
     */
    Demo(PrintStream out, DemoPort port, boolean quick, boolean stays) {
        this.out = out;
        this.port = port;
        this.stays = stays;
        this.sampled = quick ? 4 : 24;
        this.runTime = quick ? Duration.ofMillis(200) : Duration.ofSeconds(2);
        this.warmRunTime = quick ? Duration.ofMillis(50) : Duration.ofMillis(400);
        this.warmRoundsMax = quick ? 1 : WARM_ROUNDS_MAX;
    }

    /**
     * Runs to the end.
     *
     * @throws RuntimeException when an answer was wrong
     */
    void run() throws IOException, InterruptedException {
        say("Quern demo, on " + Machine.describe() + "; load averages " + Machine.loadAverages());
        say("");
        ClassGraph graph = readGraph();
        Path directory =
                Path.of("/dev/shm", "quern-demo-" + ProcessHandle.current().pid());
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(1)
                .udp(port.kind() == DemoPort.Kind.UDP ? "127.0.0.1:0" : "off")
                .shm(port.kind() == DemoPort.Kind.SHM ? directory.toString() : "off")
                .resp("127.0.0.1:0");
        if (port.kind() == DemoPort.Kind.DPDK) {
            config.net(net -> DemoNetwork.configure(net, port)).tenant("default", DemoNetwork.SECRET);
        }
        try (EmbeddedQuern quern = Quern.embedded(config.build());
                QuernClient client = connect(quern, directory)) {
            Server server = quern.server();
            say("2. A server with one core, in this JVM; the client's requests go by " + port.label() + ":");
            server.listening().forEach(line -> say("   " + line));
            if (port.kind() == DemoPort.Kind.DPDK) {
                say("   " + DemoNetwork.describe());
            }
            say("   " + server.functions().report().line());
            load(client, graph);
            deploy(client);
            warmUp(client, graph);
            compare(client, graph);
            showMost(client, graph);
            nextSteps(server);
            if (stays) {
                new CountDownLatch(1).await();
            }
        }
    }

    private QuernClient connect(EmbeddedQuern quern, Path directory) throws IOException {
        ClientConfig.Builder config =
                ClientConfig.builder().threading(ClientConfig.Threading.INVOKER).requestTimeout(REQUEST_TIMEOUT);
        return switch (port.kind()) {
            case UDP ->
                QuernClient.connect(config.address(quern.server().udpAddress()).build());
            case SHM ->
                QuernClient.connect(config.transport(ShmTransport.to(directory)).build());
            case RING -> quern.client(config);
            case DPDK ->
                QuernClient.connect(config.address(DemoNetwork.join(port))
                        .secret(DemoNetwork.SECRET)
                        .build());
        };
    }

    private ClassGraph readGraph() {
        say("1. Which class refers to which, in the JDK that runs this:");
        long startNs = System.nanoTime();
        ClassGraph graph = ClassGraph.ofRunningJdk(count -> {
            if (count % 10_000 == 0) {
                say("   " + TextTable.number(count) + " classes read ...");
            }
        });
        say(String.format(
                Locale.ROOT,
                "   %,d classes with %,d references, read in %.1f s",
                graph.size(),
                graph.referenceCount(),
                secondsSince(startNs)));
        say("");
        return graph;
    }

    private void load(QuernClient client, ClassGraph graph) {
        say("");
        say("3. Two records for each class, put one by one over " + port.label() + ":");
        Loader loader = new Loader(client, client.table());
        long startNs = System.nanoTime();
        loader.load(graph, done -> say("   " + TextTable.number(done) + " records ..."));
        double seconds = secondsSince(startNs);
        say(String.format(
                Locale.ROOT,
                "   %,d records, %.1f MB of keys and values, in %.1f s: %,.0f records/s (while the JVM still warms up)",
                loader.records(),
                loader.bytes() / 1e6,
                seconds,
                loader.records() / seconds));
        say("");
    }

    private void deploy(QuernClient client) throws IOException {
        byte[] module = module();
        long startNs = System.nanoTime();
        client.await(client.functions()
                .deploy(FunctionSpec.of(FunctionCalls.GRAPH, module).readOnly().timeLimit(FUNCTION_TIME_MAX)));
        say(String.format(
                Locale.ROOT,
                "4. Function %s deployed: %,d bytes of WebAssembly, written in C, in %.0f ms",
                FunctionCalls.GRAPH,
                module.length,
                secondsSince(startNs) * 1e3));
    }

    private static byte[] module() throws IOException {
        try (InputStream input = Demo.class.getResourceAsStream(MODULE)) {
            if (input == null) {
                throw new IOException("not in this build: " + MODULE + "; run scripts/build-guests and build again");
            }
            return input.readAllBytes();
        }
    }

    /** All hops in turns: code that was compiled for some of them alone would be thrown away at the next. */
    private void warmUp(QuernClient client, ClassGraph graph) {
        double[] first = new double[HOPS.length];
        double[] best = new double[HOPS.length];
        long startNs = System.nanoTime();
        int alike = 0;
        for (int round = 0; round < warmRoundsMax && alike < WARM_ROUNDS_ALIKE; round++) {
            boolean isFaster = false;
            for (int i = 0; i < HOPS.length; i++) {
                double rate = load(client, new FunctionCalls(client), graph, starts(graph), HOPS[i])
                        .run(warmRunTime)
                        .ratePerSecond();
                first[i] = round == 0 ? rate : first[i];
                isFaster |= rate > best[i] * WARM_GAIN_MAX;
                best[i] = Math.max(best[i], rate);
            }
            alike = isFaster ? 0 : alike + 1;
        }
        say(String.format(
                Locale.ROOT,
                "   warmed up in %.0f s, as it is compiled while it runs: from %,.0f to %,.0f calls/s at %d hops",
                secondsSince(startNs),
                first[1],
                best[1],
                HOPS[1]));
        say("");
    }

    private void compare(QuernClient client, ClassGraph graph) {
        int[] starts = starts(graph);
        say("5. Which classes does a class reach within k hops? From " + sampled + " classes chosen at random, "
                + IN_FLIGHT + " queries at a time.");
        say("   Round trips: the client fetches level by level, all records of a level at once by multi-get.");
        say("   Function:    one call does it where the records are.");
        TextTable table = new TextTable(
                "k", "reached", "round trips/s", "p50 ms", "p99 ms", "function/s", "p50 ms", "p99 ms", "ratio");
        for (int hops : HOPS) {
            QueryLoad roundTrips = load(client, new RoundTrips(client.table()), graph, starts, hops);
            QueryLoad functions = load(client, new FunctionCalls(client), graph, starts, hops);
            roundTrips.askEach();
            functions.askEach();
            LoadResult slow = roundTrips.run(runTime);
            LoadResult fast = functions.run(runTime);
            table.row(
                    Integer.toString(hops),
                    TextTable.number(meanReached(graph, starts, hops)),
                    TextTable.number(slow.ratePerSecond()),
                    milliseconds(slow.p50Us()),
                    milliseconds(slow.p99Us()),
                    TextTable.number(fast.ratePerSecond()),
                    milliseconds(fast.p50Us()),
                    milliseconds(fast.p99Us()),
                    TextTable.ratio(fast.ratePerSecond() / slow.ratePerSecond()));
            say("   k = " + hops + " done");
        }
        out.print(table.text());
        say("   Every answer of both was compared with the one worked out from the class files: all agree.");
        say("");
    }

    private static double meanReached(ClassGraph graph, int[] starts, int hops) {
        long sum = 0;
        for (int start : starts) {
            sum += graph.reach(start, hops).length - 1;
        }
        return (double) sum / starts.length;
    }

    private static QueryLoad load(QuernClient client, ReachQuery query, ClassGraph graph, int[] starts, int hops) {
        ReachAnswer[] expected = new ReachAnswer[starts.length];
        for (int i = 0; i < starts.length; i++) {
            expected[i] = ReachAnswer.of(graph, starts[i], hops);
        }
        return new QueryLoad(client, query, starts, expected, hops, IN_FLIGHT);
    }

    private int[] starts(ClassGraph graph) {
        return new SplittableRandom(SEED).ints(sampled, 0, graph.size()).toArray();
    }

    private void showMost(QuernClient client, ClassGraph graph) {
        ClientTable table = client.table();
        long startNs = System.nanoTime();
        byte[] reply = client.await(client.call(FunctionCalls.MOST)
                        .readOnly()
                        .arguments(
                                FunctionCalls.number(0),
                                FunctionCalls.number(graph.size() - 1),
                                FunctionCalls.number(MOST_HOPS),
                                FunctionCalls.number(MOST_TOP))
                        .send())
                .reply();
        say(String.format(
                Locale.ROOT,
                "6. Which classes are reached from most others, in one hop? One call that starts from all %,d, %.0f ms:",
                graph.size(),
                secondsSince(startNs) * 1e3));
        ByteBuffer fields = ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN);
        while (fields.remaining() >= 2 * Integer.BYTES) {
            int id = fields.getInt();
            int count = fields.getInt();
            byte[] record = record(table, id);
            say(String.format(Locale.ROOT, "   %,8d  %s", count, ClassGraph.nameIn(record)));
        }
        say("");
    }

    private static byte[] record(ClientTable table, int id) {
        byte[] record = table.sync().get(ClassGraph.classKey(id));
        if (record == null) {
            throw new IllegalStateException("the class's record is missing: id=" + id);
        }
        return record;
    }

    private void nextSteps(Server server) {
        say("Next:");
        if (stays) {
            String client =
                    "   redis-cli " + (port.kind() == DemoPort.Kind.DPDK ? "-a " + DemoNetwork.SECRET + " " : "")
                            + "-p " + server.respAddress().getPort();
            say(client + " DBSIZE                        this server, until you press Ctrl-C");
            say(client + " GET njava.lang.String");
        } else {
            say("   scripts/quern demo --stay                    the same, then look around with redis-cli");
        }
        say("   scripts/quern serve                          a server of your own: RESP on 6379, native from 7400");
        say("   redis-cli SET greeting hello                 talk to it");
        say("   docs/functions.md                            write, build and deploy your first function");
    }

    private static String milliseconds(double us) {
        return String.format(Locale.ROOT, "%.2f", us / 1e3);
    }

    private static double secondsSince(long startNs) {
        return (System.nanoTime() - startNs) / 1e9;
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
