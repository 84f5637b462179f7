package dev.quern.bench.peers;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Quern and its peers as one load generator meets them: each on core 0, all of them alive until the end, and all held still but the one that is measured.
 * One thread.
 */
public final class Servers implements AutoCloseable {
    /** Connections to each server that is reached by TCP. */
    public static final int CONNECTIONS = 48;

    public static final String REDIS = "redis";
    public static final String TARANTOOL = "tarantool";
    public static final String QUERN_UDP = "quern udp";
    public static final String QUERN_SHM = "quern shm";
    public static final String QUERN_RESP = "quern resp";

    /** Peers that can stand beside Quern. */
    public enum Kind {
        REDIS,
        MEMCACHED,
        TARANTOOL,
        /** No more than a Java hash map behind RESP. */
        HASH_MAP
    }

    /** What a ledger grows by in a run is several times the default. */
    private static final String CONFIG = """
            [[tenant]]
            name = "default"
            quota_bytes = 8589934592
            """;

    private final Path shm;
    private final Path config;
    private final List<Peer> started = new ArrayList<>();
    private final List<Way> ways = new ArrayList<>();
    private @Nullable Tarantool tarantool;

    private Servers(Path shm, Path config) {
        this.shm = shm;
        this.config = config;
    }

    /** Starts Quern, and those of the peers that are installed; the context is told of others. */
    public static Servers start(BenchContext context, Set<Kind> peers) throws InterruptedException, IOException {
        Path config = Files.writeString(Files.createTempFile("quern-bench-", ".toml"), CONFIG);
        Servers servers = new Servers(Files.createTempDirectory(shmRoot(), "quern-bench-"), config);
        try {
            servers.startQuern(context);
            for (Kind kind : Kind.values()) {
                if (peers.contains(kind)) {
                    servers.start(context, kind);
                }
            }
        } catch (RuntimeException | InterruptedException | IOException e) {
            servers.close();
            throw e;
        }
        servers.started.forEach(Peer::pause);
        return servers;
    }

    private static Path shmRoot() {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
    }

    private void startQuern(BenchContext context) throws InterruptedException {
        int udpPort = Tools.freeUdpPort();
        int respPort = Tools.freePort();
        List<String> arguments = List.of(
                "serve",
                "--config",
                config.toString(),
                "--cores",
                "1",
                "--resp",
                "127.0.0.1:" + respPort,
                "--udp",
                "127.0.0.1:" + udpPort,
                "--shm",
                shm.toString());
        Peer quern = add(
                Peer.start(context, "quern", respPort, Tools.java(List.of(), "dev.quern.server.cli.Main", arguments)));
        ways.add(new Way(QUERN_SHM, quern, "shm:" + shm, true, 1));
        ways.add(new Way(QUERN_UDP, quern, "udp://127.0.0.1:" + udpPort, true, 1));
        addResp(QUERN_RESP, quern);
    }

    private void start(BenchContext context, Kind kind) throws InterruptedException, IOException {
        switch (kind) {
            case REDIS -> {
                if (isInstalled(context, "redis-server")) {
                    addResp(REDIS, add(Peer.redis(context)));
                }
            }
            case MEMCACHED -> {
                if (isInstalled(context, "memcached")) {
                    startMemcached(context);
                }
            }
            case TARANTOOL -> {
                if (isInstalled(context, "tarantool")) {
                    tarantool = Tarantool.start(context);
                    ways.add(new Way(TARANTOOL, add(tarantool.peer()), tarantool.address(), false, CONNECTIONS));
                }
            }
            case HASH_MAP -> {
                int port = Tools.freePort();
                addResp(
                        "hash map",
                        add(Peer.start(
                                context,
                                "hash map",
                                port,
                                Tools.java(HashMapServer.class, List.of(Integer.toString(port))))));
            }
        }
    }

    private static boolean isInstalled(BenchContext context, String program) {
        boolean isInstalled = Tools.isOnPath(program);
        if (!isInstalled) {
            context.say(program + " is missing and left out: run scripts/setup-peers");
        }
        return isInstalled;
    }

    private void startMemcached(BenchContext context) throws InterruptedException {
        int port = Tools.freePort();
        String command = String.format(Locale.ROOT, "memcached -u nobody -l 127.0.0.1 -p %d -U 0 -t 1 -m 2048", port);
        Peer memcached = add(Peer.start(context, "memcached", port, List.of(command.split(" ", -1))));
        ways.add(new Way("memcached", memcached, "memcached://127.0.0.1:" + port, false, CONNECTIONS));
    }

    private Peer add(Peer peer) {
        started.add(peer);
        return peer;
    }

    private void addResp(String name, Peer peer) {
        ways.add(new Way(name, peer, "resp://127.0.0.1:" + peer.respPort(), false, CONNECTIONS));
    }

    /** Every way to every server. */
    public List<Way> ways() {
        return List.copyOf(ways);
    }

    /** The way of a name. */
    public Way way(String name) {
        return ways.stream()
                .filter(way -> way.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BenchFailedException(name + " was not started"));
    }

    /** Whether there is a way of a name. */
    public boolean has(String name) {
        return ways.stream().anyMatch(way -> way.name().equals(name));
    }

    /** Ends all of them. */
    @Override
    public void close() {
        started.forEach(Peer::close);
        if (tarantool != null) {
            tarantool.close();
        }
        try {
            Files.deleteIfExists(shm);
            Files.deleteIfExists(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
