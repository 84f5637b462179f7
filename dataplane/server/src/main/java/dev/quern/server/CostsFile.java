package dev.quern.server;

import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.roles.MessageCosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlInvalidTypeException;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** What {@code quern calibrate} writes and a server reads when it starts: each runtime's costs and those of messages, in TOML. */
public final class CostsFile {
    private static final String MESSAGES = "messages";

    private CostsFile() {}

    /** As text, a table for each runtime and one for messages. */
    public static String format(Map<String, RuntimeCosts> costs, MessageCosts messages) {
        StringBuilder text = new StringBuilder("# Measured by quern calibrate; functions.costs names this file.\n");
        costs.forEach((runtime, of) -> text.append(String.format(
                Locale.ROOT,
                "%n[%s]%ncreate_us = %.1f%nswitch_ns = %.1f%ncall_ns = %.1f%nget_ns = %.1f%nmemory_bytes = %d%n",
                runtime,
                of.createUs(),
                of.switchNs(),
                of.callNs(),
                of.getNs(),
                of.memoryBytes())));
        return text.append(String.format(
                        Locale.ROOT,
                        "%n[%s]%nmessage_ns = %.1f%nbyte_ns = %.4f%nhandover_ns = %.1f%ntouch_ns = %.1f%n",
                        MESSAGES,
                        messages.messageNs(),
                        messages.byteNs(),
                        messages.handoverNs(),
                        messages.touchNs()))
                .toString();
    }

    /**
     * Reads what a file says of messages; what is assumed of them where it says nothing.
     *
     * @throws ConfigException when it cannot be read, or is no such file
     */
    public static MessageCosts readMessages(Path path) {
        TomlParseResult toml = parse(path);
        if (!toml.contains(MESSAGES)) {
            return MessageCosts.DEFAULT;
        }
        try {
            TomlTable table = toml.getTable(MESSAGES);
            return new MessageCosts(
                    number(table, "message_ns"),
                    number(table, "byte_ns"),
                    number(table, "handover_ns"),
                    number(table, "touch_ns"));
        } catch (IllegalArgumentException | TomlInvalidTypeException wrong) {
            throw refusal(path, MESSAGES, wrong);
        }
    }

    /**
     * Reads what a file says of runtimes.
     *
     * @throws ConfigException when it cannot be read, or is no such file
     */
    public static Map<String, RuntimeCosts> read(Path path) {
        TomlParseResult toml = parse(path);
        Map<String, RuntimeCosts> costs = new TreeMap<>();
        for (String runtime : toml.keySet()) {
            if (runtime.equals(MESSAGES)) {
                continue;
            }
            try {
                costs.put(runtime, costs(toml.getTable(runtime)));
            } catch (IllegalArgumentException | TomlInvalidTypeException wrong) {
                throw refusal(path, runtime, wrong);
            }
        }
        return costs;
    }

    private static ConfigException refusal(Path path, String of, RuntimeException wrong) {
        return new ConfigException(
                path + ": not the costs of " + of + ": " + wrong.getMessage() + "; quern calibrate writes such a file");
    }

    private static TomlParseResult parse(Path path) {
        TomlParseResult toml;
        try {
            toml = Toml.parse(Files.readString(path));
        } catch (NoSuchFileException missing) {
            throw new ConfigException(path + ": no such file; quern calibrate writes one");
        } catch (IOException failed) {
            throw new ConfigException(path + ": cannot be read: " + failed.getMessage());
        }
        if (toml.hasErrors()) {
            throw new ConfigException(path + ": " + toml.errors().get(0));
        }
        return toml;
    }

    private static RuntimeCosts costs(@Nullable TomlTable table) {
        return new RuntimeCosts(
                number(table, "create_us"),
                number(table, "switch_ns"),
                number(table, "call_ns"),
                number(table, "get_ns"),
                (long) number(table, "memory_bytes"));
    }

    private static double number(@Nullable TomlTable table, String key) {
        if (table == null) {
            throw new IllegalArgumentException("no table");
        }
        if (table.get(key) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(key + " is missing, or no number");
    }
}
