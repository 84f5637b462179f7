package dev.quern.server.cli;

import dev.quern.client.ClientTable;
import dev.quern.client.CoreRoles;
import dev.quern.client.FunctionResult;
import dev.quern.client.PutOptions;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.ScanPage;
import dev.quern.client.SyncTable;
import dev.quern.client.Value;
import dev.quern.server.ConfigException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The requests that a person types, and how their answers look. */
final class CliRequests {
    private static final int SCAN_RECORDS = 100;
    private static final String ABSENT = "(none)";
    private static final String ROLE_USAGE =
            "write role CORE serving, role CORE functions, role CORE dedicated TENANT or role release";

    private final QuernClient client;
    private final ClientTable handle;
    private final SyncTable table;
    private final PrintStream out;

    CliRequests(QuernClient client, ClientTable handle, PrintStream out) {
        this.client = client;
        this.handle = handle;
        this.table = handle.sync();
        this.out = out;
    }

    /**
     * Sends one request and prints its answer; false when the answer is no.
     *
     * @throws ConfigException when this is no request; nothing was sent
     */
    boolean run(List<String> words) {
        return switch (words.get(0).toLowerCase(Locale.ROOT)) {
            case "get" -> get(arguments(words, 1, 1));
            case "put", "set" -> put(arguments(words, 2, 4));
            case "del", "delete" ->
                say(table.delete(bytes(arguments(words, 1, 1).get(0))), "deleted", ABSENT);
            case "incr" -> increment(arguments(words, 1, 2));
            case "cas" -> compareAndSet(arguments(words, 3, 3));
            case "expire" -> expire(arguments(words, 2, 2));
            case "ttl" -> timeToLive(arguments(words, 1, 1));
            case "mget" -> multiGet(arguments(words, 1, Integer.MAX_VALUE));
            case "scan" -> scan(arguments(words, 0, 1));
            case "invoke" -> invoke(arguments(words, 1, Integer.MAX_VALUE));
            case "functions" -> {
                client.await(client.functions().list()).forEach(info -> out.println(info.name()));
                yield true;
            }
            case "stats" -> {
                client.await(client.stats()).forEach((name, value) -> out.println(name + " " + value));
                yield true;
            }
            case "roles", "events" -> {
                arguments(words, 0, 0);
                out.print(client.await(client.show(words.get(0).toLowerCase(Locale.ROOT))));
                yield true;
            }
            case "role" -> role(arguments(words, 1, 3));
            case "ping" -> {
                client.await(client.ping());
                yield say(true, "pong", "");
            }
            default ->
                throw new ConfigException(
                        "no request is called \"" + words.get(0)
                                + "\": there are get put del incr cas expire ttl mget scan invoke functions stats roles events role ping quit");
        };
    }

    private static List<String> arguments(List<String> words, int min, int max) {
        int count = words.size() - 1;
        if (count < min || count > max) {
            throw new ConfigException(words.get(0) + " takes " + (min == max ? "" : "from ") + min
                    + (min == max ? "" : max == Integer.MAX_VALUE ? " up" : " to " + max) + " arguments, not " + count);
        }
        return words.subList(1, words.size());
    }

    private static long number(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException notANumber) {
            throw new ConfigException("\"" + word + "\" is no whole number of 64 bits, which is wanted here");
        }
    }

    private static Duration ms(String word) {
        return Duration.ofMillis(number(word));
    }

    private boolean get(List<String> words) {
        Value value = table.getVersioned(bytes(words.get(0)));
        out.println(value == null ? ABSENT : value.text());
        return value != null;
    }

    private boolean put(List<String> words) {
        PutOptions options = PutOptions.ALWAYS;
        if (words.size() > 2) {
            if (words.size() != 4 || !words.get(2).equals("ttl")) {
                throw new ConfigException("write put KEY VALUE [ttl MS]");
            }
            options = options.expireAfter(ms(words.get(3)));
        }
        out.println("version " + table.put(bytes(words.get(0)), bytes(words.get(1)), options));
        return true;
    }

    private boolean increment(List<String> words) {
        long delta = words.size() > 1 ? number(words.get(1)) : 1;
        out.println(table.increment(bytes(words.get(0)), delta));
        return true;
    }

    private boolean compareAndSet(List<String> words) {
        long version = table.compareAndSet(bytes(words.get(0)), number(words.get(1)), bytes(words.get(2)));
        return say(version != ClientTable.NOT_WRITTEN, "version " + version, "conflict: the version is another");
    }

    private boolean expire(List<String> words) {
        return say(table.expire(bytes(words.get(0)), ms(words.get(1))), "set", ABSENT);
    }

    private boolean timeToLive(List<String> words) {
        long ms = table.timeToLive(bytes(words.get(0)));
        return say(ms != ClientTable.TTL_NO_RECORD, ms == ClientTable.TTL_NEVER_EXPIRES ? "never" : ms + " ms", ABSENT);
    }

    private boolean multiGet(List<String> words) {
        List<@Nullable Value> values =
                table.multiGet(words.stream().map(CliRequests::bytes).toList());
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            out.println(words.get(i) + " " + (value == null ? ABSENT : value.text()));
        }
        return true;
    }

    private boolean scan(List<String> words) {
        long left = words.isEmpty() ? SCAN_RECORDS : number(words.get(0));
        long cursor = 0;
        do {
            ScanPage page = client.await(handle.scan(cursor, SCAN_RECORDS, true));
            for (ScanPage.Entry entry : page.entries()) {
                if (left-- <= 0) {
                    return true;
                }
                out.println(text(entry.key()) + " " + text(entry.value()));
            }
            cursor = page.cursor();
        } while (cursor != 0);
        return true;
    }

    private boolean invoke(List<String> words) {
        byte[][] arguments = words.stream().skip(1).map(CliRequests::bytes).toArray(byte[][]::new);
        try {
            FunctionResult result = client.await(
                    client.call(words.get(0)).table(handle).arguments(arguments).send());
            out.println(result.text());
            return true;
        } catch (QuernException.FunctionFailed failed) {
            out.println("failed with code " + failed.code() + ": " + text(failed.reply()));
            return false;
        }
    }

    /** Only for a tenant that may. */
    private boolean role(List<String> words) {
        CoreRoles roles = client.roles();
        if (words.get(0).equals("release") && words.size() == 1) {
            client.await(roles.release());
            return say(true, "roles follow the load again, where the mode says so", "");
        }
        String role = words.size() < 2 ? "" : words.get(1);
        if (words.size() != (role.equals("dedicated") ? 3 : 2)) {
            throw new ConfigException(ROLE_USAGE);
        }
        int core = Math.clamp(number(words.get(0)), -1, Integer.MAX_VALUE);
        client.await(
                switch (role) {
                    case "serving" -> roles.serve(core);
                    case "functions" -> roles.runFunctions(core);
                    case "dedicated" -> roles.dedicate(core, words.get(2));
                    default -> throw new ConfigException(ROLE_USAGE);
                });
        return say(true, "done; roles change by orders alone until role release", "");
    }

    private boolean say(boolean yes, String whenYes, String whenNo) {
        out.println(yes ? whenYes : whenNo);
        return yes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? ABSENT : new String(bytes, StandardCharsets.UTF_8);
    }
}
