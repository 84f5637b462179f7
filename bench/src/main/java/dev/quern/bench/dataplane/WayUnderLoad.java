package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.ChildProcess;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.Tools;
import dev.quern.bench.peers.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One way's processes: a server on one core, its load on another. One thread. */
final class WayUnderLoad implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(3);
    private static final Duration ANSWER_EXTRA = Duration.ofSeconds(30);

    /**
     * What one run measured.
     *
     * @param figures of the gets
     * @param allocatedBytes by the threads that load and, in the same JVM, that serve
     */
    record Run(LoadResult figures, long allocatedBytes) {}

    private final Way way;
    private final String address;
    private final @Nullable ChildProcess server;
    private final ChildProcess load;

    private WayUnderLoad(Way way, String address, @Nullable ChildProcess server, ChildProcess load) {
        this.way = way;
        this.address = address;
        this.server = server;
        this.load = load;
    }

    /** @param serverOptions of the serving JVM */
    static WayUnderLoad start(BenchContext context, Way way, List<String> serverOptions) throws InterruptedException {
        String address = switch (way) {
            case SHM ->
                Path.of("/dev/shm", "quern-bench-" + ProcessHandle.current().pid())
                        .toString();
            case UDP -> Integer.toString(Tools.freeUdpPort());
            case RING -> "none";
        };
        ChildProcess server = null;
        try {
            if (way != Way.RING) {
                server = process(context, way, "server", ServerProcess.class, address, serverOptions);
            }
            List<String> options = way == Way.RING ? serverOptions : List.of();
            return new WayUnderLoad(
                    way, address, server, process(context, way, "load", LoadProcess.class, address, options));
        } catch (RuntimeException | InterruptedException failed) {
            if (server != null) {
                server.close();
            }
            clear(way, address);
            throw failed;
        }
    }

    /** A server that is ended by a signal leaves its directory to the next one, of which there is none. */
    private static void clear(Way way, String address) {
        if (way != Way.SHM) {
            return;
        }
        Path directory = Path.of(address);
        try (Stream<Path> left = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The process pins that thread of its own which is measured. */
    private static ChildProcess process(
            BenchContext context, Way way, String role, Class<?> main, String address, List<String> options)
            throws InterruptedException {
        List<String> command = Tools.java(
                options,
                main.getName(),
                List.of(
                        way.label(),
                        address,
                        Integer.toString(Workload.of(context.quick()).keys())));
        context.command(Peer.shortened(command));
        ChildProcess process = ChildProcess.start(way.label() + " " + role, command);
        try {
            process.awaitLine(LoadProcess.READY::equals, "readiness", START_MAX);
            return process;
        } catch (RuntimeException | InterruptedException failed) {
            process.close();
            throw failed;
        }
    }

    Way way() {
        return way;
    }

    Run run(LoadProcess.Shape shape, Duration time, int number) throws InterruptedException {
        proceed();
        load.writeLine(shape.name().toLowerCase(Locale.ROOT) + " " + time.toMillis() + " " + number);
        String answer = load.awaitLine(
                line -> line.startsWith(LoadProcess.RESULT) || line.startsWith(LoadProcess.FAILED),
                "result of " + shape,
                time.plus(ANSWER_EXTRA));
        pause();
        if (answer.startsWith(LoadProcess.FAILED)) {
            throw new BenchFailedException(way.label() + ": " + answer);
        }
        String[] parts = answer.substring(LoadProcess.RESULT.length()).split(" ", 2);
        return new Run(LoadResult.parse(parts[1]), Long.parseLong(parts[0]));
    }

    /** What the serving loops have allocated since they began. */
    long loopBytes() throws InterruptedException {
        ChildProcess asked = server;
        if (asked == null) {
            return 0;
        }
        asked.proceed();
        asked.writeLine("?");
        String answer = asked.awaitLine(line -> line.startsWith(ServerProcess.ALLOCATED), "bytes", ANSWER_EXTRA);
        return Long.parseLong(answer.substring(ServerProcess.ALLOCATED.length()));
    }

    /** Takes no processor time while others are measured. */
    void pause() {
        for (ChildProcess process : processes()) {
            process.pause();
        }
    }

    private void proceed() {
        for (ChildProcess process : processes()) {
            process.proceed();
        }
    }

    private List<ChildProcess> processes() {
        List<ChildProcess> processes = new ArrayList<>(List.of(load));
        if (server != null) {
            processes.add(server);
        }
        return processes;
    }

    @Override
    public void close() {
        load.close();
        if (server != null) {
            server.close();
        }
        clear(way, address);
    }
}
