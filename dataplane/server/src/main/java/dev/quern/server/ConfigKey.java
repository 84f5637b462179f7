package dev.quern.server;

import dev.quern.kvstore.WhenFull;
import dev.quern.server.port.UdpPorts;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * A key of the configuration file: its name, what it holds, and where it goes. docs/configuration.md has one row for each, and a test
 * holds the two together.
 *
 * @param path dotted, as in the file
 * @param kind what values it takes
 * @param apply what to do with a value of that kind's Java type
 */
record ConfigKey(String path, Kind kind, BiConsumer<ServerConfig.Builder, Object> apply) {
    /** What a key holds. */
    enum Kind {
        BOOLEAN("boolean"),
        INTEGER("integer"),
        INTEGERS("array of integers"),
        STRING("string");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Every key outside of {@code [[tenant]]}, in the order of the documentation. */
    static final List<ConfigKey> ALL = List.of(
            integer("cores", (builder, value) -> builder.cores(toInt("cores", value))),
            new ConfigKey("cpus", Kind.INTEGERS, (builder, value) -> builder.cpus(toInts(value))),
            integer("drain_ms", (builder, value) -> builder.drainMs(toInt("drain_ms", value))),
            string("udp.listen", ServerConfig.Builder::udp),
            string("udp.driver", (builder, value) -> builder.udpDriver(driver(value))),
            integer(
                    "udp.socket_buffer_bytes",
                    (builder, value) -> builder.socketBufferBytes(toInt("udp.socket_buffer_bytes", value))),
            integer(
                    "udp.datagram_bytes_max",
                    (builder, value) -> builder.datagramBytesMax(toInt("udp.datagram_bytes_max", value))),
            string("shm.directory", ServerConfig.Builder::shm),
            integer("shm.ring_bytes", (builder, value) -> builder.shmRingBytes(toInt("shm.ring_bytes", value))),
            integer(
                    "shm.clients_per_core_max",
                    (builder, value) -> builder.shmClientsMax(toInt("shm.clients_per_core_max", value))),
            string("net.device", (builder, value) -> builder.net(net -> net.device(value))),
            integer("net.port", (builder, value) -> builder.net(net -> net.port(toInt("net.port", value)))),
            string("net.ipv4", (builder, value) -> builder.net(net -> net.ipv4(value))),
            string("net.ipv4_gateway", (builder, value) -> builder.net(net -> net.ipv4Gateway(value))),
            string("net.ipv6", (builder, value) -> builder.net(net -> net.ipv6(value))),
            string("net.ipv6_gateway", (builder, value) -> builder.net(net -> net.ipv6Gateway(value))),
            integer("net.vlan", (builder, value) -> builder.net(net -> net.vlan(toInt("net.vlan", value)))),
            string("net.eal", (builder, value) -> builder.net(net -> net.eal(value))),
            integer("net.mtu", (builder, value) -> builder.net(net -> net.mtu(toInt("net.mtu", value)))),
            integer("net.buffers", (builder, value) -> builder.net(net -> net.buffers(toInt("net.buffers", value)))),
            string("resp.listen", ServerConfig.Builder::resp),
            string("metrics.listen", ServerConfig.Builder::metrics),
            integer("idle.spins", (builder, value) -> builder.idle(idle -> idle.spins(toInt("idle.spins", value)))),
            integer("idle.yields", (builder, value) -> builder.idle(idle -> idle.yields(toInt("idle.yields", value)))),
            integer(
                    "idle.wait_ms",
                    (builder, value) -> builder.idle(idle -> idle.waitMs(toInt("idle.wait_ms", value)))),
            integer(
                    "idle.park_us",
                    (builder, value) -> builder.idle(idle -> idle.parkUs(toInt("idle.park_us", value)))),
            integer(
                    "idle.park_max_us",
                    (builder, value) -> builder.idle(idle -> idle.parkMaxUs(toInt("idle.park_max_us", value)))),
            integer(
                    "sessions.per_core_max",
                    (builder, value) ->
                            builder.sessions(sessions -> sessions.perCoreMax(toInt("sessions.per_core_max", value)))),
            integer(
                    "sessions.window",
                    (builder, value) -> builder.sessions(sessions -> sessions.window(toInt("sessions.window", value)))),
            integer(
                    "sessions.idle_ms",
                    (builder, value) ->
                            builder.sessions(sessions -> sessions.idleMs(toInt("sessions.idle_ms", value)))),
            integer(
                    "sessions.outcome_bytes_max",
                    (builder, value) -> builder.sessions(sessions -> sessions.outcomeBytesMax(value))),
            integer(
                    "sessions.large_bytes_max",
                    (builder, value) -> builder.sessions(sessions -> sessions.largeBytesMax(value))),
            bool("store.huge_pages", ServerConfig.Builder::hugePages),
            string("roles.mode", (builder, value) -> builder.roles(roles -> roles.mode(value))),
            integer(
                    "roles.function_cores",
                    (builder, value) ->
                            builder.roles(roles -> roles.functionCores(toInt("roles.function_cores", value)))),
            string("functions.runtime", (builder, value) -> builder.functions(functions -> functions.runtime(value))),
            string(
                    "functions.costs",
                    (builder, value) -> builder.functions(functions -> functions.costs(Path.of(value)))),
            integer(
                    "functions.quantum_us",
                    (builder, value) ->
                            builder.functions(functions -> functions.quantumUs(toInt("functions.quantum_us", value)))),
            integer(
                    "functions.wait_ms",
                    (builder, value) ->
                            builder.functions(functions -> functions.waitMs(toInt("functions.wait_ms", value)))),
            integer(
                    "functions.isolates_bytes_max",
                    (builder, value) -> builder.functions(functions -> functions.isolatesBytesMax(value))),
            integer(
                    "functions.isolates_idle_ms",
                    (builder, value) -> builder.functions(
                            functions -> functions.isolatesIdleMs(toInt("functions.isolates_idle_ms", value)))),
            integer(
                    "functions.isolates_spare",
                    (builder, value) -> builder.functions(
                            functions -> functions.isolatesSpare(toInt("functions.isolates_spare", value)))),
            string(
                    "functions.pushback",
                    (builder, value) -> builder.functions(functions -> functions.pushback(pushback(value)))));

    /** The keys of one {@code [[tenant]]}. */
    static final List<String> TENANT = List.of(
            "tenant.name",
            "tenant.secret",
            "tenant.quota_bytes",
            "tenant.when_full",
            "tenant.trusted_runtimes",
            "tenant.function_weight",
            "tenant.function_cpu_percent",
            "tenant.function_target_us",
            "tenant.operator");

    private static ConfigKey bool(String path, BiConsumer<ServerConfig.Builder, Boolean> apply) {
        return new ConfigKey(path, Kind.BOOLEAN, (builder, value) -> apply.accept(builder, (Boolean) value));
    }

    private static ConfigKey integer(String path, BiConsumer<ServerConfig.Builder, Long> apply) {
        return new ConfigKey(path, Kind.INTEGER, (builder, value) -> apply.accept(builder, (Long) value));
    }

    private static ConfigKey string(String path, BiConsumer<ServerConfig.Builder, String> apply) {
        return new ConfigKey(path, Kind.STRING, (builder, value) -> apply.accept(builder, (String) value));
    }

    private static int toInt(String path, long value) {
        if (value != (int) value) {
            throw new ConfigException(path + " is " + value + ": its range stands in docs/configuration.md");
        }
        return (int) value;
    }

    private static List<Integer> toInts(Object value) {
        return ((List<?>) value)
                .stream().map(item -> toInt("cpus", (Long) item)).toList();
    }

    private static UdpPorts.Driver driver(String name) {
        for (var driver : UdpPorts.Driver.values()) {
            if (driver.name().toLowerCase(Locale.ROOT).equals(name)) {
                return driver;
            }
        }
        throw new ConfigException("udp.driver is \"" + name + "\": it is one of "
                + Arrays.stream(UdpPorts.Driver.values())
                        .map(driver -> driver.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", ")));
    }

    private static Pushback pushback(String name) {
        for (Pushback choice : Pushback.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
                return choice;
            }
        }
        throw new ConfigException("functions.pushback is \"" + name + "\": it is one of never, always, adaptive");
    }

    static WhenFull whenFull(String name) {
        for (WhenFull choice : WhenFull.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
                return choice;
            }
        }
        throw new ConfigException("tenant.when_full is \"" + name + "\": it is one of refuse, evict");
    }

    static int range(String path, int value, int min, int max) {
        return (int) range(path, (long) value, min, max);
    }

    static long range(String path, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ConfigException(path + " is " + value + ": it goes from " + min + " to " + max);
        }
        return value;
    }
}
