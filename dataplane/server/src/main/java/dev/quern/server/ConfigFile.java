package dev.quern.server;

import dev.quern.kvstore.WhenFull;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads a configuration from TOML: keys that are not known are refused with the nearest that is, wrong values with their line. */
public final class ConfigFile {
    private static final String TENANT = "tenant";

    private final String source;
    private final TomlParseResult toml;

    private ConfigFile(String source, TomlParseResult toml) {
        this.source = source;
        this.toml = toml;
    }

    /**
     * Applies a file's settings to a builder.
     *
     * @throws ConfigException when the file cannot be read, or says what cannot be
     */
    public static void read(Path path, ServerConfig.Builder builder) {
        try {
            parse(path.toString(), Files.readString(path), builder);
        } catch (NoSuchFileException missing) {
            throw new ConfigException(path + ": no such file");
        } catch (CharacterCodingException binary) {
            throw new ConfigException(path + ": is no text in UTF-8: give a TOML file");
        } catch (IOException failed) {
            throw new ConfigException(path + ": cannot be read: " + failed.getMessage());
        }
    }

    /** Applies settings given as text; {@code source} is what messages call it. */
    static void parse(String source, String text, ServerConfig.Builder builder) {
        TomlParseResult toml = Toml.parse(text);
        if (toml.hasErrors()) {
            TomlParseError first = toml.errors().get(0);
            throw new ConfigException(source + " line " + first.position().line() + ": " + first.getMessage());
        }
        new ConfigFile(source, toml).apply(builder);
    }

    private void apply(ServerConfig.Builder builder) {
        for (String path : toml.dottedKeySet()) {
            if (!path.equals(TENANT) && !path.startsWith(TENANT + ".")) {
                applyKey(path, builder);
            }
        }
        Object tenants = toml.get(TENANT);
        if (tenants == null) {
            return;
        }
        if (!(tenants instanceof TomlArray array) || !all(array, TomlTable.class)) {
            throw refusal(
                    toml.inputPositionOf(TENANT),
                    "tenant is no list of tables: write [[tenant]], once for each tenant");
        }
        for (int i = 0; i < array.size(); i++) {
            builder.tenant(tenant(array.getTable(i), array.inputPositionOf(i)));
        }
    }

    private void applyKey(String path, ServerConfig.Builder builder) {
        TomlPosition position = toml.inputPositionOf(path);
        ConfigKey key = ConfigKey.ALL.stream()
                .filter(candidate -> candidate.path().equals(path))
                .findFirst()
                .orElseThrow(() -> unknown(path, position));
        Object value = value(key, toml.get(path), position);
        try {
            key.apply().accept(builder, value);
        } catch (ConfigException refused) {
            throw refusal(position, String.valueOf(refused.getMessage()));
        }
    }

    private Object value(ConfigKey key, @Nullable Object value, @Nullable TomlPosition position) {
        switch (key.kind()) {
            case BOOLEAN -> {
                if (value instanceof Boolean) {
                    return value;
                }
            }
            case INTEGER -> {
                if (value instanceof Long) {
                    return value;
                }
            }
            case STRING -> {
                if (value instanceof String) {
                    return value;
                }
            }
            case INTEGERS -> {
                if (value instanceof TomlArray array && all(array, Long.class)) {
                    return array.toList();
                }
            }
        }
        throw refusal(position, key.path() + " must be of type " + key.kind().text() + ", not " + typeOf(value));
    }

    private static boolean all(TomlArray array, Class<?> type) {
        return array.toList().stream().allMatch(type::isInstance);
    }

    private TenantSettings tenant(TomlTable table, @Nullable TomlPosition position) {
        for (String key : table.dottedKeySet()) {
            if (!ConfigKey.TENANT.contains(TENANT + "." + key)) {
                throw unknown(TENANT + "." + key, table.inputPositionOf(key));
            }
        }
        String name = string(table, "name");
        if (name == null) {
            throw refusal(position, "a [[tenant]] has no name: add name = \"...\"");
        }
        String secret = string(table, "secret");
        Object quota = table.get("quota_bytes");
        if (quota != null && !(quota instanceof Long)) {
            throw refusal(
                    table.inputPositionOf("quota_bytes"),
                    "tenant.quota_bytes must be of type integer, not " + typeOf(quota));
        }
        String whenFull = string(table, "when_full");
        try {
            return new TenantSettings(
                    name,
                    secret == null ? "" : secret,
                    quota instanceof Long bytes ? bytes : TenantSettings.QUOTA_BYTES_DEFAULT,
                    whenFull == null ? WhenFull.REFUSE : ConfigKey.whenFull(whenFull),
                    trusted(table),
                    new FunctionShare(
                            number(table, "function_weight", FunctionShare.USUAL.weight()),
                            number(table, "function_cpu_percent", FunctionShare.USUAL.cpuPercent()),
                            number(table, "function_target_us", FunctionShare.USUAL.targetUs())),
                    truth(table, "operator"));
        } catch (ConfigException refused) {
            throw refusal(position, String.valueOf(refused.getMessage()));
        }
    }

    private int number(TomlTable table, String key, int otherwise) {
        Object value = table.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Long number)) {
            throw refusal(
                    table.inputPositionOf(key), "tenant." + key + " must be of type integer, not " + typeOf(value));
        }
        return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private Set<String> trusted(TomlTable table) {
        Object value = table.get("trusted_runtimes");
        if (value == null) {
            return Set.of();
        }
        if (!(value instanceof TomlArray array) || !all(array, String.class)) {
            throw refusal(
                    table.inputPositionOf("trusted_runtimes"),
                    "tenant.trusted_runtimes must be of type array of strings, not "
                            + (value instanceof TomlArray ? "of others" : typeOf(value)));
        }
        return array.toList().stream().map(String.class::cast).collect(Collectors.toSet());
    }

    private boolean truth(TomlTable table, String key) {
        Object value = table.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw refusal(
                    table.inputPositionOf(key), "tenant." + key + " must be of type boolean, not " + typeOf(value));
        }
        return Boolean.TRUE.equals(value);
    }

    private @Nullable String string(TomlTable table, String key) {
        Object value = table.get(key);
        if (value != null && !(value instanceof String)) {
            throw refusal(
                    table.inputPositionOf(key), "tenant." + key + " must be of type string, not " + typeOf(value));
        }
        return (String) value;
    }

    private static String typeOf(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case Long number -> "integer";
            case Double number -> "float";
            case Boolean truth -> "boolean";
            case String text -> "string";
            case TomlArray array -> "array";
            case TomlTable table -> "table";
            default -> "date or time";
        };
    }

    private ConfigException unknown(String path, @Nullable TomlPosition position) {
        List<String> known = new ArrayList<>(ConfigKey.TENANT);
        ConfigKey.ALL.forEach(key -> known.add(key.path()));
        String nearest = known.stream()
                .min(Comparator.comparingInt(candidate -> distance(path, candidate)))
                .orElseThrow();
        return refusal(position, "there is no key " + path + "; the nearest is " + nearest);
    }

    private ConfigException refusal(@Nullable TomlPosition position, String message) {
        return new ConfigException(source + (position == null ? "" : " line " + position.line()) + ": " + message);
    }

    /** Levenshtein's: the fewest letters to add, drop or change. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
