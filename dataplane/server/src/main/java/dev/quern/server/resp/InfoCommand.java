package dev.quern.server.resp;

import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableStats;
import dev.quern.kvstore.Tenant;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** INFO: the server, and the client's own tenant. Thread: the core's. */
final class InfoCommand {
    /** The Redis whose words and semantics we follow. */
    static final String REDIS_VERSION = "7.0.15";

    private static final long STARTED_NS = System.nanoTime();
    private static final Map<String, BiConsumer<StringBuilder, RespConnection>> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put("Server", InfoCommand::server);
        SECTIONS.put("Clients", InfoCommand::clients);
        SECTIONS.put("Memory", InfoCommand::memory);
        SECTIONS.put("Stats", InfoCommand::stats);
        SECTIONS.put("Dataplane", InfoCommand::dataplane);
        SECTIONS.put("Replication", (text, connection) -> text.append("role:master\r\nconnected_slaves:0\r\n"));
        SECTIONS.put("Keyspace", InfoCommand::keyspace);
    }

    private InfoCommand() {}

    static void info(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        StringBuilder text = new StringBuilder();
        SECTIONS.forEach((name, section) -> {
            if (asked(arguments, name.toUpperCase(Locale.ROOT))) {
                text.append(text.isEmpty() ? "# " : "\r\n# ").append(name).append("\r\n");
                section.accept(text, connection);
            }
        });
        reply.verbatim(text.toString());
    }

    private static boolean asked(Arguments arguments, String section) {
        for (int index = 1; index < arguments.count(); index++) {
            if (arguments.is(index, section)
                    || arguments.is(index, "ALL")
                    || arguments.is(index, "DEFAULT")
                    || arguments.is(index, "EVERYTHING")) {
                return true;
            }
        }
        return arguments.count() == 1;
    }

    private static void server(StringBuilder text, RespConnection connection) {
        line(text, "redis_version", REDIS_VERSION);
        line(text, "redis_mode", "standalone");
        line(text, "server_name", "quern");
        line(text, "os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        line(text, "java_version", Runtime.version());
        line(text, "process_id", ProcessHandle.current().pid());
        line(text, "cores", connection.core().core().count());
        line(text, "uptime_in_seconds", (System.nanoTime() - STARTED_NS) / 1_000_000_000L);
    }

    private static void clients(StringBuilder text, RespConnection connection) {
        line(text, "connected_clients", connection.core().clients().count());
        line(
                text,
                "maxclients",
                (long) RespLimits.CONNECTIONS_MAX * connection.core().core().count());
    }

    private static void memory(StringBuilder text, RespConnection connection) {
        Tenant tenant = connection.tenant();
        line(text, "used_memory", tenant.chargedBytes());
        line(text, "used_memory_dataset", tenant.liveBytes());
        line(text, "used_memory_rss", tenant.residentBytes());
        line(text, "maxmemory", tenant.quotaBytes());
        line(text, "maxmemory_policy", ConfigCommand.evictionPolicy(connection));
    }

    private static void stats(StringBuilder text, RespConnection connection) {
        Core core = connection.core().core();
        line(text, "total_connections_received", core.totals().get(Counter.RESP_CONNECTIONS));
        line(text, "total_commands_processed", core.totals().get(Counter.RESP_COMMANDS));
        line(text, "total_error_replies", core.totals().get(Counter.RESP_ERRORS));
        long expired = 0;
        long evicted = 0;
        for (Table table : connection.tenant().tables()) {
            TableStats counts = table.stats();
            expired += counts.expiries();
            evicted += counts.evictions();
        }
        line(text, "expired_keys", expired);
        line(text, "evicted_keys", evicted);
        line(text, "function_calls", core.totals().get(Counter.INVOCATIONS));
        line(text, "function_calls_failed", core.totals().get(Counter.INVOCATIONS_FAILED));
    }

    /** What came and went by datagrams and packets, all cores together; what never happened is left out. */
    private static void dataplane(StringBuilder text, RespConnection connection) {
        for (Counter counter : Counter.values()) {
            long count = connection.core().core().totals().get(counter);
            String label = counter.label();
            if (count > 0
                    && (label.startsWith("net_") || label.startsWith("datagrams_") || label.startsWith("dropped_"))) {
                line(text, label, count);
            }
        }
    }

    private static void keyspace(StringBuilder text, RespConnection connection) {
        for (Table table : connection.tenant().tables()) {
            if (table.size() > 0) {
                String name = table.equals(connection.tenant().defaultTable()) ? "0" : table.name();
                line(text, "db" + name, "keys=" + table.size() + ",expires=0,avg_ttl=0");
            }
        }
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
    }
}
