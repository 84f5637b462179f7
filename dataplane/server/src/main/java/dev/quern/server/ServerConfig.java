package dev.quern.server;

import dev.quern.client.transport.ShmTransport;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.protocol.Limits;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.server.dispatch.RolesMode;
import dev.quern.server.loop.IdleConfig;
import dev.quern.server.net.NetConfig;
import dev.quern.server.port.UdpPorts;
import dev.quern.server.session.SessionConfig;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a server is to run. Immutable; made by {@link #builder()} or read from a file by {@link ConfigFile}. The keys, their ranges and
 * their defaults are in docs/configuration.md.
 */
public final class ServerConfig {
    /** A runtime chosen by the server. */
    public static final String RUNTIME_AUTO = "auto";

    private static final int CORES_DEFAULT = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);

    private final int cores;
    private final List<Integer> cpus;
    private final @Nullable InetSocketAddress resp;
    private final @Nullable InetSocketAddress udp;
    private final @Nullable InetSocketAddress metrics;
    private final @Nullable Path shm;
    private final int shmRingBytes;
    private final int shmClientsMax;
    private final UdpPorts.Driver udpDriver;
    private final int socketBufferBytes;
    private final int datagramBytesMax;
    private final String netDevice;
    private final DpdkConfig dpdk;
    private final @Nullable NetConfig net;
    private final IdleConfig idle;
    private final RolesMode roles;
    private final long functionWaitNs;
    private final SessionConfig sessions;
    private final boolean hugePages;
    private final FunctionsConfig functions;
    private final Pushback pushback;
    private final @Nullable Path functionCosts;
    private final int drainMs;
    private final List<TenantSettings> tenants;

    private ServerConfig(Builder builder) {
        cores = builder.coreCount();
        cpus = List.copyOf(builder.cpus);
        resp = builder.resp.address();
        udp = builder.udp.address();
        metrics = builder.metrics.address();
        shm = builder.shm;
        shmRingBytes = builder.shmRingBytes;
        shmClientsMax = builder.shmClientsMax;
        udpDriver = builder.udpDriver;
        socketBufferBytes = builder.socketBufferBytes;
        datagramBytesMax = builder.datagramBytesMax;
        netDevice = builder.net.device();
        dpdk = builder.net.dpdk();
        net = builder.net.isOff() ? null : builder.net.toConfig(datagramBytesMax, cores);
        idle = builder.idle.toConfig();
        roles = builder.roles.toMode(cores);
        functionWaitNs = builder.functions.waitNs();
        sessions = builder.sessions.toConfig();
        hugePages = builder.hugePages;
        functions = builder.functions.toConfig();
        functionCosts = builder.functions.costs();
        pushback = builder.functions.pushback();
        drainMs = builder.drainMs;
        tenants = builder.tenants.isEmpty()
                ? List.of(TenantSettings.of(TenantSettings.NAME_DEFAULT, ""))
                : List.copyOf(builder.tenants);
        check();
    }

    private void check() {
        if (new HashSet<>(cpus).size() < cpus.size()) {
            throw new ConfigException("cpus names a processor twice: " + cpus + ": each core needs one to itself");
        }
        if (!cpus.isEmpty() && cpus.size() != cores) {
            throw new ConfigException("cpus names " + cpus.size() + " processors for " + cores
                    + " cores: name one for each core, or none");
        }
        if (udp != null && udp.getPort() != 0 && udp.getPort() + cores - 1 > 0xFFFF) {
            throw new ConfigException("udp.listen: " + cores + " cores need as many ports from " + udp.getPort()
                    + " on, past the last one: choose a lower port");
        }
        Set<String> names = new HashSet<>();
        for (TenantSettings tenant : tenants) {
            if (!names.add(tenant.name())) {
                throw new ConfigException("tenant " + tenant.name() + " is named twice: give each tenant once");
            }
            checkReach("UDP", udp, tenant);
            if (net != null && tenant.secret().isEmpty()) {
                throw unguarded("UDP", "a network of its own (net.device)", tenant);
            }
            checkReach("RESP", resp, tenant);
            checkTrust(tenant);
        }
    }

    /** Whoever reaches a tenant without a secret owns its data: such a tenant is for this machine alone. */
    private static void checkReach(String door, @Nullable InetSocketAddress address, TenantSettings tenant) {
        if (address != null
                && !address.getAddress().isLoopbackAddress()
                && tenant.secret().isEmpty()) {
            throw unguarded(door, ListenAddress.format(address), tenant);
        }
    }

    /** What a trusted tenant deploys runs with the server's rights, and so nobody may be that tenant unasked. */
    private void checkTrust(TenantSettings tenant) {
        boolean isReachable = udp != null || resp != null;
        if (isReachable
                && tenant.secret().isEmpty()
                && !tenant.trustedRuntimes().isEmpty()) {
            throw new ConfigException("tenant " + tenant.name() + " has trusted_runtimes and no secret, so that whoever"
                    + " reaches the server could run anything as it: give it a secret");
        }
        if (isReachable && tenant.secret().isEmpty() && tenant.isOperator()) {
            throw new ConfigException("tenant " + tenant.name() + " has operator = true and no secret, so that whoever"
                    + " reaches the server could change what its cores do: give it a secret");
        }
    }

    private static ConfigException unguarded(String door, String where, TenantSettings tenant) {
        return new ConfigException(door + " would listen on " + where + ", which other machines reach, and tenant "
                + tenant.name() + " has no secret: give it one (--tenant " + tenant.name()
                + ":SECRET, or secret in the file), or listen on 127.0.0.1");
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Core loops, each with a thread and a UDP port. */
    public int cores() {
        return cores;
    }

    /** The processors that the cores are pinned to, in their order; empty for none. */
    public List<Integer> cpus() {
        return cpus;
    }

    /** Where Redis clients connect; null when the door is shut. */
    public @Nullable InetSocketAddress resp() {
        return resp;
    }

    /** Core 0's UDP address, the other cores' are the ports above; null when the door is shut. */
    public @Nullable InetSocketAddress udp() {
        return udp;
    }

    /** Where Prometheus reads metrics by HTTP; null when nobody can. */
    public @Nullable InetSocketAddress metrics() {
        return metrics;
    }

    /** The directory by which clients of this machine attach to shared memory; null when the door is shut. */
    public @Nullable Path shm() {
        return shm;
    }

    /** A ring's size, each way and client. */
    public int shmRingBytes() {
        return shmRingBytes;
    }

    /** Clients of one core. */
    public int shmClientsMax() {
        return shmClientsMax;
    }

    public UdpPorts.Driver udpDriver() {
        return udpDriver;
    }

    /** What each UDP socket asks of the kernel, each way. */
    public int socketBufferBytes() {
        return socketBufferBytes;
    }

    /** The longest datagram for peers on other machines. */
    public int datagramBytesMax() {
        return datagramBytesMax;
    }

    /** The packet device, {@code KIND:NAME}, or {@code off}. */
    public String netDevice() {
        return netDevice;
    }

    /** How DPDK is to be started when the packet device is one of its; without the device's name. */
    DpdkConfig dpdk() {
        return dpdk;
    }

    /** What the server is on its packet device's link; null when there is none. */
    public @Nullable NetConfig net() {
        return net;
    }

    public IdleConfig idle() {
        return idle;
    }

    /** How cores come to serve or to run functions. */
    public RolesMode roles() {
        return roles;
    }

    /** What each core allows its native sessions. */
    public SessionConfig sessions() {
        return sessions;
    }

    /** Whether the kernel is asked to back tenants' memory with huge pages. */
    public boolean hugePages() {
        return hugePages;
    }

    /** How functions are run. */
    public FunctionsConfig functions() {
        return functions;
    }

    /** How long an invocation may expect to wait and still be taken in, in nanoseconds. */
    public long functionWaitNs() {
        return functionWaitNs;
    }

    /** What {@code quern calibrate} wrote; null when runtimes cost what they declare. */
    public @Nullable Path functionCosts() {
        return functionCosts;
    }

    /** Which invocations go back to clients that can run them. */
    public Pushback pushback() {
        return pushback;
    }

    /** What a shutdown waits for answers under way. */
    public int drainMs() {
        return drainMs;
    }

    public List<TenantSettings> tenants() {
        return tenants;
    }

    /** Collects a configuration; every setting has a default. Ranges are those of docs/configuration.md. Not thread-safe. */
    public static final class Builder {
        private @Nullable Integer cores;
        private List<Integer> cpus = List.of();
        private ListenAddress resp = ListenAddress.loopback(6379);
        private ListenAddress udp = ListenAddress.loopback(7400);
        private ListenAddress metrics = ListenAddress.parse("metrics.listen", "off");
        private @Nullable Path shm;
        private int shmRingBytes = 1 << 20;
        private int shmClientsMax = 64;
        private UdpPorts.Driver udpDriver = UdpPorts.Driver.AUTO;
        private int socketBufferBytes = 4 << 20;
        private int datagramBytesMax = Limits.DATAGRAM_BYTES_DEFAULT;
        private final NetSettings net = new NetSettings();
        private final IdleSettings idle = new IdleSettings();
        private final RolesSettings roles = new RolesSettings();
        private final SessionSettings sessions = new SessionSettings();
        private final FunctionsSettings functions = new FunctionsSettings();
        private boolean hugePages = true;
        private int drainMs = 5_000;
        private final List<TenantSettings> tenants = new ArrayList<>();

        private Builder() {}

        public Builder cores(int count) {
            cores = ConfigKey.range("cores", count, 1, Limits.CORES_MAX);
            return this;
        }

        private int coreCount() {
            Integer given = cores;
            if (given != null) {
                return given;
            }
            return cpus.isEmpty() ? CORES_DEFAULT : cpus.size();
        }

        public Builder cpus(List<Integer> processors) {
            ConfigKey.range("the count of cpus", processors.size(), 0, Limits.CORES_MAX);
            for (int processor : processors) {
                ConfigKey.range("cpus", processor, 0, 1023);
            }
            cpus = List.copyOf(processors);
            return this;
        }

        /** Whether all doors are shut, so that only the same JVM can reach the server. */
        public boolean listensNowhere() {
            return resp.address() == null && udp.address() == null && shm == null && net.isOff();
        }

        /** {@code HOST:PORT}, or {@code off}. */
        public Builder resp(String address) {
            resp = ListenAddress.parse("resp.listen", address);
            return this;
        }

        /** {@code HOST:PORT} of core 0, or {@code off}. */
        public Builder udp(String address) {
            udp = ListenAddress.parse("udp.listen", address);
            return this;
        }

        /** {@code HOST:PORT} for Prometheus, or {@code off}. */
        public Builder metrics(String address) {
            metrics = ListenAddress.parse("metrics.listen", address);
            return this;
        }

        /** A directory for clients that share memory with the server, {@code on} for the usual one, or {@code off}. */
        public Builder shm(String directory) {
            shm = switch (directory) {
                case "off" -> null;
                case "on" -> ShmTransport.directoryDefault();
                default -> {
                    Path path = Path.of(directory);
                    if (!path.isAbsolute()) {
                        throw new ConfigException("shm.directory is \"" + directory
                                + "\": write a whole path, such as /dev/shm/quern, or on, or off");
                    }
                    yield path;
                }
            };
            return this;
        }

        public Builder shmRingBytes(int bytes) {
            shmRingBytes =
                    ConfigKey.range("shm.ring_bytes", bytes, Limits.SHM_RING_BYTES_MIN, Limits.SHM_RING_BYTES_MAX);
            if (Integer.bitCount(bytes) != 1) {
                throw new ConfigException("shm.ring_bytes is " + bytes + ": it must be a power of two");
            }
            return this;
        }

        public Builder shmClientsMax(int clients) {
            shmClientsMax = ConfigKey.range("shm.clients_per_core_max", clients, 1, 4096);
            return this;
        }

        public Builder udpDriver(UdpPorts.Driver driver) {
            udpDriver = driver;
            return this;
        }

        public Builder socketBufferBytes(int bytes) {
            socketBufferBytes = ConfigKey.range("udp.socket_buffer_bytes", bytes, 64 << 10, 1 << 30);
            return this;
        }

        public Builder datagramBytesMax(int bytes) {
            datagramBytesMax = ConfigKey.range(
                            "udp.datagram_bytes_max", bytes, Limits.DATAGRAM_BYTES_MIN, Limits.DATAGRAM_BYTES_MAX)
                    & -8;
            return this;
        }

        /** The packet device and what the server is on its link. */
        public Builder net(Consumer<NetSettings> settings) {
            settings.accept(net);
            return this;
        }

        /** When idle cores sleep. */
        public Builder idle(Consumer<IdleSettings> settings) {
            settings.accept(idle);
            return this;
        }

        /** Which cores serve and which run functions. */
        public Builder roles(Consumer<RolesSettings> settings) {
            settings.accept(roles);
            return this;
        }

        /** What native sessions may have. */
        public Builder sessions(Consumer<SessionSettings> settings) {
            settings.accept(sessions);
            return this;
        }

        /** How functions run. */
        public Builder functions(Consumer<FunctionsSettings> settings) {
            settings.accept(functions);
            return this;
        }

        public Builder hugePages(boolean wanted) {
            hugePages = wanted;
            return this;
        }

        public Builder drainMs(int ms) {
            drainMs = ConfigKey.range("drain_ms", ms, 0, 600_000);
            return this;
        }

        public Builder tenant(TenantSettings tenant) {
            tenants.add(tenant);
            return this;
        }

        /** A tenant with the default quota; an empty secret is none. */
        public Builder tenant(String name, String secret) {
            return tenant(TenantSettings.of(name, secret));
        }

        /** @throws ConfigException when settings contradict each other */
        public ServerConfig build() {
            return new ServerConfig(this);
        }
    }
}
