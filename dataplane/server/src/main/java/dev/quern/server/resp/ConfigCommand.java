package dev.quern.server.resp;

import dev.quern.kvstore.WhenFull;
import java.util.LinkedHashMap;
import java.util.Map;

/** CONFIG GET: the few settings of Redis that clients and redis-benchmark ask for, as they are here. Thread: the core's. */
final class ConfigCommand {
    private ConfigCommand() {}

    static void config(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.is(1, "GET")) {
            if (arguments.count() < 3) {
                Errors.wrongArity(reply, "config|get");
            } else {
                get(connection, arguments, reply);
            }
        } else if (arguments.is(1, "SET")) {
            reply.error("ERR CONFIG SET is not supported: settings are given when the server starts");
        } else if (arguments.is(1, "HELP")) {
            Help.reply(reply, Command.CONFIG, "GET <pattern> [<pattern> ...]");
        } else {
            Errors.unknownSubcommand(reply, arguments);
        }
    }

    private static void get(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Map<String, String> matching = new LinkedHashMap<>();
        settings(connection).forEach((name, value) -> {
            for (int index = 2; index < arguments.count(); index++) {
                if (new Glob(arguments
                                .text(index)
                                .toLowerCase(java.util.Locale.ROOT)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .matches(name)) {
                    matching.put(name, value);
                }
            }
        });
        reply.map(matching.size());
        matching.forEach((name, value) -> {
            reply.bulk(name);
            reply.bulk(value);
        });
    }

    private static Map<String, String> settings(RespConnection connection) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("save", "");
        settings.put("appendonly", "no");
        settings.put("databases", Integer.toString(RespLimits.DATABASES));
        settings.put(
                "maxclients",
                Long.toString((long) RespLimits.CONNECTIONS_MAX
                        * connection.core().core().count()));
        settings.put("maxmemory", Long.toString(connection.tenant().quotaBytes()));
        settings.put("maxmemory-policy", evictionPolicy(connection));
        settings.put("proto-max-bulk-len", Integer.toString(RespLimits.BULK_BYTES_MAX));
        settings.put("timeout", "0");
        return settings;
    }

    /** What the client's table does when memory is used up, in Redis's nearest word: S3-FIFO keeps what is asked for often, as LFU does. */
    static String evictionPolicy(RespConnection connection) {
        return connection.table().config().whenFull() == WhenFull.EVICT ? "allkeys-lfu" : "noeviction";
    }
}
