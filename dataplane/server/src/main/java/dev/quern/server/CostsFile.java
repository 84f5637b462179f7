package dev.quern.server;

import dev.quern.sandbox.RuntimeCosts;
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

/** What {@code quern calibrate} writes and a server reads when it starts: each runtime's costs, in TOML. */
public final class CostsFile {
    private CostsFile() {}

    /** As text, a table for each runtime. */
    public static String format(Map<String, RuntimeCosts> costs) {
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
        return text.toString();
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException when it cannot be read, or is no such file
     */
    public static Map<String, RuntimeCosts> read(Path path) {
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
        Map<String, RuntimeCosts> costs = new TreeMap<>();
        for (String runtime : toml.keySet()) {
            try {
                costs.put(runtime, costs(toml.getTable(runtime)));
            } catch (IllegalArgumentException | TomlInvalidTypeException wrong) {
                throw new ConfigException(path + ": not the costs of " + runtime + ": " + wrong.getMessage()
                        + "; quern calibrate writes such a file");
            }
        }
        return costs;
    }

    private static RuntimeCosts costs(@Nullable TomlTable table) {
        if (table == null) {
            throw new IllegalArgumentException("no table");
        }
        return new RuntimeCosts(
                number(table, "create_us"),
                number(table, "switch_ns"),
                number(table, "call_ns"),
                number(table, "get_ns"),
                (long) number(table, "memory_bytes"));
    }

    private static double number(TomlTable table, String key) {
        if (table.get(key) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(key + " is missing, or no number");
    }
}
