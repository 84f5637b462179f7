package dev.quern.server.cli;

import dev.quern.kvstore.Limits;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.server.ConfigException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlInvalidTypeException;
import org.tomlj.TomlTable;

/** Reads a {@code test.toml}. Values are texts, whole numbers for four bytes in little-endian order, or {@code { hex = "00ff" }}. */
final class FunctionTestFile {
    static final String FILE = "test.toml";
    static final String DEFAULT_TABLE = "";

    static final String DEADLINE = "deadline";

    /** Of one call, with their lengths. */
    static final int ARGUMENTS_BYTES_MAX = 16 << 20;

    /** By the word in the file. */
    static final Map<String, Integer> STATUSES = new TreeMap<>(Map.of(
            "ok",
            FunctionStatus.OK,
            "failed",
            FunctionStatus.FAILED,
            "trapped",
            FunctionStatus.TRAPPED,
            DEADLINE,
            FunctionStatus.DEADLINE,
            "conflict",
            FunctionStatus.CONFLICT,
            "over-quota",
            FunctionStatus.OVER_QUOTA,
            "reply-too-large",
            FunctionStatus.REPLY_TOO_LARGE,
            "read-only",
            FunctionStatus.READ_ONLY));

    private static final Set<String> TEST_KEYS =
            Set.of("name", "ordered", "records", "calls", "after", "absent", "tables");
    private static final Set<String> TABLE_KEYS = Set.of("ordered", "records", "after", "absent");
    private static final Set<String> CALL_KEYS = Set.of("entry", "arguments", "status", "result", "reply", "log");

    private FunctionTestFile() {}

    /** A table as it is before the calls, and what must be there, or not, after them. */
    record TableState(boolean isOrdered, Map<String, byte[]> records, Map<String, byte[]> after, List<String> absent) {}

    /** A call and what must come of it; what is null is not looked at. */
    @SuppressWarnings("ArrayRecordComponent") // read by the test run alone, and never compared
    record Expected(
            @Nullable String entry,
            List<byte[]> arguments,
            String status,
            @Nullable Long result,
            byte @Nullable [] reply,
            @Nullable String log) {}

    /** One test: its tables by name, that without a name being the default one. */
    record TestCase(String name, Map<String, TableState> tables, List<Expected> calls) {}

    static List<TestCase> read(Path file) {
        TomlTable toml = FunctionProject.parse(file);
        try {
            known(file, "the file", toml, Set.of("test"));
            List<TestCase> tests = new ArrayList<>();
            for (TomlTable test : tables(FunctionProject.required(file, "[[test]]", toml.getArray("test")))) {
                tests.add(test(file, test));
            }
            return tests;
        } catch (TomlInvalidTypeException | IllegalArgumentException bad) {
            throw new ConfigException(file + ": " + bad.getMessage());
        }
    }

    private static TestCase test(Path file, TomlTable toml) {
        String name = FunctionProject.required(file, "name of a test", toml.getString("name"));
        known(file, "test \"" + name + "\"", toml, TEST_KEYS);
        Map<String, TableState> tables = new LinkedHashMap<>();
        tables.put(DEFAULT_TABLE, table(toml));
        TomlTable named = toml.getTable("tables");
        if (named != null) {
            for (String table : named.keySet()) {
                TomlTable state = FunctionProject.required(file, table, named.getTable(List.of(table)));
                known(file, "table " + table, state, TABLE_KEYS);
                tables.put(table, table(state));
            }
        }
        List<Expected> calls = new ArrayList<>();
        for (TomlTable call :
                tables(FunctionProject.required(file, "calls of test \"" + name + "\"", toml.getArray("calls")))) {
            known(file, "a call of test \"" + name + "\"", call, CALL_KEYS);
            calls.add(call(call));
        }
        return new TestCase(name, tables, calls);
    }

    private static void known(Path file, String where, TomlTable toml, Set<String> keys) {
        for (String key : toml.keySet()) {
            if (!keys.contains(key)) {
                throw new ConfigException(file + ": " + where + " has \"" + key + "\", which is none of "
                        + String.join(", ", keys.stream().sorted().toList()));
            }
        }
    }

    private static List<TomlTable> tables(TomlArray array) {
        List<TomlTable> tables = new ArrayList<>();
        for (Object element : array.toList()) {
            if (!(element instanceof TomlTable table)) {
                throw new IllegalArgumentException(
                        "tests and calls are tables, as { arguments = [\"key\"], reply = \"1\" }");
            }
            tables.add(table);
        }
        return tables;
    }

    private static TableState table(TomlTable toml) {
        TomlArray absent = toml.getArray("absent");
        List<String> keys = new ArrayList<>();
        for (int i = 0; absent != null && i < absent.size(); i++) {
            if (!(absent.get(i) instanceof String key)) {
                throw new IllegalArgumentException("absent is a list of keys, as [\"a\", \"b\"]");
            }
            keys.add(key(key));
        }
        return new TableState(
                Boolean.TRUE.equals(toml.getBoolean("ordered")),
                records(toml.getTable("records")),
                records(toml.getTable("after")),
                keys);
    }

    private static String key(String key) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        if (length < Limits.KEY_BYTES_MIN || length > Limits.KEY_BYTES_MAX) {
            throw new IllegalArgumentException("a key of " + length + " bytes; keys have from " + Limits.KEY_BYTES_MIN
                    + " to " + Limits.KEY_BYTES_MAX);
        }
        return key;
    }

    private static Map<String, byte[]> records(@Nullable TomlTable toml) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        if (toml != null) {
            for (String key : toml.keySet()) {
                byte[] value = bytes(toml.get(List.of(key)));
                if (value.length > Limits.VALUE_BYTES_MAX) {
                    throw new IllegalArgumentException(
                            "the value of " + key + " is longer than " + Limits.VALUE_BYTES_MAX + " bytes");
                }
                records.put(key(key), value);
            }
        }
        return records;
    }

    private static Expected call(TomlTable toml) {
        List<byte[]> arguments = new ArrayList<>();
        TomlArray given = toml.getArray("arguments");
        for (int i = 0; given != null && i < given.size(); i++) {
            arguments.add(bytes(given.get(i)));
        }
        long argumentBytes = arguments.stream()
                .mapToLong(argument -> argument.length + Integer.BYTES)
                .sum();
        if (argumentBytes + Integer.BYTES > ARGUMENTS_BYTES_MAX) {
            throw new IllegalArgumentException("arguments of " + argumentBytes
                    + " bytes with their lengths; a call has " + ARGUMENTS_BYTES_MAX + " at most");
        }
        String status = toml.getString("status");
        if (status != null && !STATUSES.containsKey(status)) {
            throw new IllegalArgumentException(
                    "no status is called " + status + "; there are " + String.join(", ", STATUSES.keySet()));
        }
        Object reply = toml.get("reply");
        return new Expected(
                toml.getString("entry"),
                arguments,
                status == null ? "ok" : status,
                toml.getLong("result"),
                reply == null ? null : bytes(reply),
                toml.getString("log"));
    }

    private static byte[] hex(String digits) {
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException bad) {
            throw new IllegalArgumentException(
                    "hex = \"" + digits + "\" is not an even number of hexadecimal digits", bad);
        }
    }

    /** Also an array: one after the other. */
    private static byte[] bytes(@Nullable Object value) {
        return switch (value) {
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case Long number
            when number >= Integer.MIN_VALUE && number < 1L << Integer.SIZE ->
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(number.intValue())
                        .array();
            case TomlTable table when table.getString("hex") != null -> hex(String.valueOf(table.getString("hex")));
            case TomlArray parts -> {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                for (int i = 0; i < parts.size(); i++) {
                    all.writeBytes(bytes(parts.get(i)));
                }
                yield all.toByteArray();
            }
            case null, default ->
                throw new IllegalArgumentException(value
                        + " is no value: give a text, a number of 32 bits, { hex = \"00ff\" }, or a list of these");
        };
    }
}
