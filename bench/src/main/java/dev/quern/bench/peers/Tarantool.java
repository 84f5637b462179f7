package dev.quern.bench.peers;

import dev.quern.bench.BenchContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Tarantool as a peer: all in memory, in a directory of its own that goes with it. Used by one thread. */
public final class Tarantool implements AutoCloseable {
    private final Peer peer;
    private final Path directory;

    private Tarantool(Peer peer, Path directory) {
        this.peer = peer;
        this.directory = directory;
    }

    /** Starts it on the servers' core; {@code tarantool} is on the {@code PATH}. */
    public static Tarantool start(BenchContext context) throws InterruptedException, IOException {
        Path directory = Files.createTempDirectory("quern-tarantool-");
        int port = Tools.freePort();
        // Without a script it would read commands, and do nothing else until they come.
        List<String> command = List.of("tarantool", "-e", configuration(directory, port), "/dev/null");
        try {
            return new Tarantool(Peer.start(context, "tarantool", port, command), directory);
        } catch (RuntimeException | InterruptedException e) {
            delete(directory);
            throw e;
        }
    }

    /**
     * 2 GB for records, no log and no snapshots. The user {@code guest}, who needs no password, may do all. It takes more requests at a time than the benches have
     * under way, where by default it stops reading at 768; and it listens when all of this is done.
     */
    private static String configuration(Path directory, int port) {
        return "box.cfg{work_dir = '" + directory + "', wal_mode = 'none', checkpoint_interval = 0,"
                + " memtx_memory = 2147483648, net_msg_max = 4096, log_level = 'warn'}"
                + " box.schema.user.grant('guest', 'super', nil, nil, {if_not_exists = true})"
                + " box.cfg{listen = '127.0.0.1:" + port + "'}";
    }

    /** The process. */
    public Peer peer() {
        return peer;
    }

    /** As a load's target. */
    public String address() {
        return "tarantool://127.0.0.1:" + peer.respPort();
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the process, and deletes what it kept. */
    @Override
    public void close() {
        peer.close();
        delete(directory);
    }
}
