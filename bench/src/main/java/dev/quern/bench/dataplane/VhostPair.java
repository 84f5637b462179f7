package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.Machine;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.ChildProcess;
import dev.quern.bench.peers.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An echo and the program that loads it, over vhost, in a process and on a processor each. The echo stands still while nobody asks. */
final class VhostPair implements AutoCloseable {
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final ChildProcess echo;
    private final ChildProcess load;

    private VhostPair(ChildProcess echo, ChildProcess load) {
        this.echo = echo;
        this.load = load;
    }

    /** Starts both, the echo by this command. */
    static VhostPair start(BenchContext context, String name, List<String> serving, List<String> loading, Path socket)
            throws InterruptedException, IOException {
        Files.deleteIfExists(socket);
        ChildProcess echo =
                process(context, "echo " + name, Peer.SERVER_CORE, serving, List.of("net_vhost0", "iface=" + socket));
        try {
            echo.awaitLine(VhostEchoMain.READY::equals, "readiness", WAIT_MAX);
            ChildProcess load = process(
                    context,
                    "load of " + name,
                    Peer.CLIENT_CORE,
                    loading,
                    List.of("net_virtio_user0", "path=" + socket + ",queues=1,queue_size=256"));
            try {
                load.awaitLine(VhostEchoMain.READY::equals, "readiness", WAIT_MAX);
                echo.pause();
                return new VhostPair(echo, load);
            } catch (RuntimeException | InterruptedException failed) {
                load.close();
                throw failed;
            }
        } catch (RuntimeException | InterruptedException failed) {
            echo.close();
            throw failed;
        }
    }

    private static ChildProcess process(
            BenchContext context, String name, int core, List<String> program, List<String> device) {
        List<String> command = new ArrayList<>(program);
        command.addAll(device);
        command.addAll(
                List.of("--no-pci", "--in-memory", "--single-file-segments", "-m", "64", "--no-telemetry", "-l"));
        command.add(Integer.toString(Math.min(core, Machine.processors() - 1)));
        List<String> pinned = ChildProcess.pinned(core, command);
        context.command(Peer.shortened(pinned));
        return ChildProcess.start(name, pinned);
    }

    /** Has so many frames under way for so long. */
    LoadResult ask(int timeMs, int underWay) throws InterruptedException {
        echo.proceed();
        try {
            load.writeLine(timeMs + " " + underWay);
            String answer = load.awaitLine(line -> line.startsWith(LoadProcess.RESULT), "a result", WAIT_MAX);
            return LoadResult.parse(answer.substring(LoadProcess.RESULT.length()));
        } finally {
            echo.pause();
        }
    }

    @Override
    public void close() {
        load.close();
        echo.close();
    }
}
