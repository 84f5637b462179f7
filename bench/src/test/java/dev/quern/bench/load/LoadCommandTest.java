package dev.quern.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.report.Reports;
import dev.quern.bench.report.RunResult;
import dev.quern.server.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LoadCommandTest {
    @TempDir
    private Path directory;

    private int load(String... arguments) {
        List<String> all = new ArrayList<>(List.of("load"));
        all.addAll(List.of(arguments));
        return Main.commandLine().execute(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simple",
                "ycsb-a",
                "ycsb-e",
                "etc",
                "twitter-7",
                "noop",
                "gets-3",
                "call-3",
                "social",
                "ledger",
                "classes",
                "vectors"
            })
    void shouldLoadAServerInThisJvm(String workload) throws IOException {
        Path json = directory.resolve("a.json");
        assertEquals(
                0,
                load(
                        "ring",
                        "--workload",
                        workload,
                        "--records",
                        "2000",
                        "--duration",
                        "0.3",
                        "--warm-up",
                        "0.1",
                        "--in-flight",
                        "1,50",
                        "--json",
                        json.toString()));
        RunResult result = Reports.readRun(json);
        assertEquals(2, result.phases().size());
        // On a busy machine all answers of a short phase may come after its end.
        assertTrue(result.phases().stream().allMatch(phase -> phase.latency().maxUs() > 0), result.toString());
    }

    @Test
    void shouldLoadByManyTenants() throws IOException {
        Path json = directory.resolve("a.json");
        assertEquals(
                0,
                load(
                        "ring",
                        "--workload",
                        "tenants",
                        "--tenants",
                        "7",
                        "--gets",
                        "0.5",
                        "--records",
                        "200",
                        "--duration",
                        "0.3",
                        "--warm-up",
                        "0.1",
                        "--in-flight",
                        "20",
                        "--json",
                        json.toString()));
        RunResult result = Reports.readRun(json);
        assertTrue(result.workload().startsWith("7 tenants by rates of azure"), result.workload());
        assertEquals(2, load("ring", "--workload", "tenants"), "without their number");
    }

    @Test
    void shouldWriteEveryReport() throws IOException {
        Path json = directory.resolve("new/a.json");
        Path csv = directory.resolve("a.csv");
        Path html = directory.resolve("a.html");
        int code = load(
                "ring",
                "--records",
                "100",
                "--rate",
                "500,1000",
                "--poisson",
                "--duration",
                "0.2",
                "--warm-up",
                "0.1",
                "--json",
                json.toString(),
                "--csv",
                csv.toString(),
                "--html",
                html.toString());
        // Whether a busy machine holds a rate is not what this is about.
        assertTrue(code == 0 || code == 3, "code=" + code);
        PhaseResult first = Reports.readRun(json).phases().getFirst();
        assertEquals(500, first.offeredPerSecond());
        assertEquals(3, Files.readAllLines(csv).size());
        String page = Files.readString(html);
        assertTrue(page.contains("<svg") && page.contains("Latency by percentile") && page.endsWith("</html>\n"), page);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--profile", "--profile=jfr"})
    void shouldPrintWhereTheServersTimeWent(String option) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, load("ring", "--records", "1000", "--duration", "1", "--warm-up", "0.1", option));
        } finally {
            System.setOut(before);
        }
        String report = printed.toString(StandardCharsets.UTF_8);
        assertTrue(report.contains("frame of a core loop") && report.contains("\nsampled by "), report);
        for (String title : List.of("recording: ", "flame graph: ")) {
            String line = report.lines()
                    .filter(each -> each.startsWith(title))
                    .findFirst()
                    .orElseThrow();
            Path file = Path.of(line.substring(title.length()));
            assertTrue(Files.size(file) > 0, line);
            Files.delete(file);
        }
        assertEquals(2, load("udp://127.0.0.1:1", option));
    }

    @Test
    void shouldTakeTheFlightRecorderWhereAnotherProfilerCannotBeHad() throws IOException {
        Profiler missing = new Profiler() {
            @Override
            public void start(long pid, Path file) {
                throw new BenchFailedException("no such profiler");
            }

            @Override
            public void stop(long pid, Path file) {
                throw new IllegalStateException("never started");
            }

            @Override
            public String describe() {
                return "a missing profiler";
            }
        };
        List<String> lines = new ArrayList<>();
        try (Profile profile = Profile.start(missing, ProcessHandle.current().pid(), lines::add)) {
            String report = profile.stop();
            assertTrue(report.contains("sampled by the JDK's flight recorder"), report);
        }
        assertEquals(List.of("no such profiler; the JDK's flight recorder takes its place"), lines);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://localhost:1",
                "udp://localhost",
                "udp://bad host:1",
                "resp://no-such-host.invalid:6379",
                "udp://127.0.0.1:1 --workload ycsb-a-hash",
                "ring --workload ycsb-a-hash",
                "resp://127.0.0.1:1 --workload tenants --tenants 5",
                "resp://127.0.0.1:1 --workload ycsb-e",
                "memcached://127.0.0.1:1 --workload call-3",
                "memcached://127.0.0.1:1 --workload ycsb-e",
                "ring --workload nonsense",
                "ring --workload call-x",
                "ring --workload gets-0",
                "ring --workload vectors --table mine",
                "ring --workload ledger --records 1",
                "ring --ramp 5",
                "ring --ramp a:b",
                "ring --duration 0",
                "ring --keys zipf:no",
                "ring --gets 2",
                "ring --connections 0",
                "ring --in-flight 0",
                "ring --cpu 9999",
                "ring --json /proc/none/a.json",
                "ring --profile=nonsense"
            })
    void shouldSayInALineWhatIsWrongWithItsArguments(String line) {
        String[] words = line.startsWith("udp://bad") ? new String[] {line} : line.split(" ", -1);
        String told = told(2, words);
        assertEquals(1, told.lines().count(), told);
        assertTrue(told.startsWith("quern: ") && told.endsWith("(see quern load --help)\n"), told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp://127.0.0.1:", "memcached://127.0.0.1:", "udp://127.0.0.1:", "shm:/nowhere/"})
    void shouldSayInALineThatNobodyListens(String target) {
        String told = told(2, target + freePort(), "--records", "1");
        assertEquals(1, told.lines().count(), told);
        assertTrue(told.startsWith("quern load: "), told);
    }

    /** What a run that ends with this code prints to standard error, where picocli writes, too. */
    private String told(int code, String... arguments) {
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertEquals(code, load(arguments), () -> printed.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldLoadRedis() throws Exception {
        int port = freePort();
        Process redis = start(
                port,
                "redis-server",
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "",
                "--appendonly",
                "no");
        try {
            shouldLoad("resp", port);
            for (String workload : List.of("noop", "gets-3", "call-3", "social", "ledger", "classes")) {
                assertEquals(0, loadBriefly("resp", port, workload), workload);
            }
            for (String workload : List.of("ycsb-a-hash", "ycsb-d-hash", "ycsb-e-hash", "ycsb-f-hash")) {
                assertEquals(0, loadBriefly("resp", port, workload), workload);
            }
            assertEquals(2, loadBriefly("resp", port, "vectors"));
        } finally {
            redis.destroy();
            assertTrue(redis.waitFor(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldLoadMemcached() throws Exception {
        int port = freePort();
        Process memcached =
                start(port, "memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", Integer.toString(port), "-U", "0");
        try {
            shouldLoad("memcached", port);
        } finally {
            memcached.destroy();
            assertTrue(memcached.waitFor(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldLoadTarantool() throws Exception {
        int port = freePort();
        Process tarantool = start(port, "tarantool", "-e", """
                box.cfg{work_dir = '%s', wal_mode = 'none', checkpoint_interval = 0}
                box.schema.user.grant('guest', 'super', nil, nil, {if_not_exists = true})
                box.cfg{listen = '127.0.0.1:%d'}
                """.formatted(directory, port), "/dev/null");
        try {
            shouldLoad("tarantool", port);
            for (String workload : List.of("ycsb-e", "noop", "gets-3", "call-3", "social", "ledger", "classes")) {
                assertEquals(0, loadBriefly("tarantool", port, workload), workload);
            }
            assertEquals(2, loadBriefly("tarantool", port, "vectors"));
        } finally {
            tarantool.destroy();
            assertTrue(tarantool.waitFor(10, TimeUnit.SECONDS));
        }
    }

    private void shouldLoad(String scheme, int port) {
        for (String workload : List.of("simple", "etc", "ycsb-f")) {
            assertEquals(0, loadBriefly(scheme, port, workload), workload);
        }
        assertEquals(
                0,
                load(
                        scheme + "://127.0.0.1:" + port,
                        "--workload",
                        "ycsb-f",
                        "--records",
                        "3000",
                        "--no-load",
                        "--duration",
                        "0.1"));
    }

    private int loadBriefly(String scheme, int port, String workload) {
        return load(
                scheme + "://127.0.0.1:" + port,
                "--workload",
                workload,
                "--records",
                "3000",
                "--duration",
                "0.2",
                "--warm-up",
                "0.1",
                "--in-flight",
                "40",
                "--connections",
                "3");
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server and waits until it listens; the test is skipped where it is not installed. */
    private static Process start(int port, String... command) throws IOException {
        String path = String.valueOf(System.getenv("PATH"));
        assumeTrue(
                Arrays.stream(path.split(":", -1)).anyMatch(place -> Files.isExecutable(Path.of(place, command[0]))),
                command[0] + " is missing: run scripts/setup-peers");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return process;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadlineNs) {
                    process.destroyForcibly();
                    throw notYet;
                }
                Thread.onSpinWait();
            }
        }
    }
}
