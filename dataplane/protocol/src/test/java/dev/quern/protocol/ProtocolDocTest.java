package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the code to the tables of {@code docs/protocol.md}, and the tables to the code. */
class ProtocolDocTest {
    private static final Pattern HEADING = Pattern.compile("#+ .*`(\\w+Layout)`");

    private record Row(int offset, String type, String field) {}

    private static List<String> page() throws Exception {
        String root = System.getProperty("quern.root", "../..");
        return Files.readAllLines(Path.of(root, "docs", "protocol.md"));
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        String inner = line.strip();
        for (String cell : inner.substring(1, inner.length() - 1).split("\\|", -1)) {
            cells.add(cell.strip());
        }
        return cells;
    }

    private static Map<String, List<Row>> layouts() throws Exception {
        Map<String, List<Row>> layouts = new TreeMap<>();
        List<Row> rows = List.of();
        for (String line : page()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                rows = layouts.computeIfAbsent(heading.group(1), name -> new ArrayList<>());
            } else if (line.startsWith("#")) {
                rows = List.of();
            } else if (line.matches("\\| \\d.*") && rows instanceof ArrayList) {
                List<String> cells = cells(line);
                rows.add(new Row(Integer.parseInt(cells.get(0)), cells.get(1), cells.get(2)));
            }
        }
        return layouts;
    }

    @Test
    void shouldHaveEveryFieldWhereThePageSays() throws Exception {
        Map<String, List<Row>> layouts = layouts();
        for (Map.Entry<String, List<Row>> layout : layouts.entrySet()) {
            Class<?> type = Class.forName("dev.quern.protocol." + layout.getKey());
            Map<String, Integer> expected = new TreeMap<>();
            int end = 0;
            for (Row row : layout.getValue()) {
                assertEquals(end, row.offset(), layout.getKey() + "." + row.field() + " follows the field before");
                expected.put(constant(row.field()), row.offset());
                end += size(row.type());
            }
            Map<String, Integer> actual = new TreeMap<>();
            for (Field field : type.getFields()) {
                if (field.getName().endsWith("_OFFSET")) {
                    actual.put(field.getName(), field.getInt(null));
                }
            }
            assertEquals(expected, actual, layout.getKey());
            for (String name : List.of("BYTES", "BYTES_MIN", "HEADER_BYTES")) {
                if (CodesTest.constants(type).containsKey(name)) {
                    assertEquals(end, CodesTest.constants(type).get(name), layout.getKey() + "." + name);
                }
            }
        }
    }

    @Test
    void shouldDescribeEveryLayout() throws Exception {
        TreeSet<String> classes = new TreeSet<>();
        try (var files = Files.list(Path.of(
                System.getProperty("quern.root", "../.."), "dataplane/protocol/src/main/java/dev/quern/protocol"))) {
            files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .filter(name -> name.endsWith("Layout"))
                    .forEach(classes::add);
        }
        assertEquals(classes, new TreeSet<>(layouts().keySet()));
    }

    @Test
    void shouldListEveryCode() throws Exception {
        assertEquals(CodesTest.constants(Opcode.class), codes("## Opcodes"));
        assertEquals(CodesTest.constants(Status.class), codes("## Statuses"));
    }

    @Test
    void shouldSayWhichRequestsAreKept() throws Exception {
        boolean inside = false;
        int kept = 0;
        for (String line : page()) {
            inside = line.startsWith("## ") ? line.equals("## Opcodes") : inside;
            if (inside && line.matches("\\| \\d.*")) {
                List<String> cells = cells(line);
                assertEquals(
                        cells.get(2).startsWith("kept"), Opcode.isKept(Integer.parseInt(cells.get(0))), cells.get(1));
                kept++;
            }
        }
        assertTrue(kept > 20, "the table was found");
    }

    @Test
    void shouldStateTheLimitsThatHold() throws Exception {
        String text = String.join("\n", page());
        for (int limit : new int[] {
            Limits.DATAGRAM_BYTES_DEFAULT,
            Limits.DATAGRAM_BYTES_LOOPBACK,
            Limits.DATAGRAM_BYTES_MIN,
            Limits.HELLO_DATAGRAM_BYTES_MIN,
            Limits.WINDOW_MAX,
            Limits.KEY_BYTES_MAX,
            Limits.SCAN_RECORDS_MAX,
            Limits.MULTI_GET_KEYS_MAX,
            Limits.MULTI_OPERATIONS_MAX,
            Limits.CORES_MAX,
            Limits.TABLE_NAME_BYTES_MAX,
            Limits.TENANT_NAME_BYTES_MAX,
            Limits.ERROR_BYTES_MAX
        }) {
            assertTrue(Pattern.compile("\\b" + limit + "\\b").matcher(text).find(), "limit " + limit);
        }
        assertTrue(text.contains(Limits.LARGE_IN_FLIGHT_BYTES / 1024 + " KiB"));
        assertTrue(text.contains(Limits.COOKIE_SLOT_MS / 1000 + " s slot"));
        assertEquals(16_336, Limits.partBytes(Limits.DATAGRAM_BYTES_LOOPBACK));
        assertEquals(1384, Limits.partBytes(Limits.DATAGRAM_BYTES_DEFAULT));
    }

    private static Map<String, Integer> codes(String heading) throws Exception {
        Map<String, Integer> codes = new TreeMap<>();
        boolean inside = false;
        for (String line : page()) {
            inside = line.startsWith("## ") ? line.equals(heading) : inside;
            if (inside && line.matches("\\| -?\\d.*")) {
                List<String> cells = cells(line);
                codes.put(cells.get(1), Integer.parseInt(cells.get(0)));
            }
        }
        return codes;
    }

    private static String constant(String field) {
        return field.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT) + "_OFFSET";
    }

    private static int size(String type) {
        return switch (type) {
            case "u8", "i8" -> 1;
            case "u16" -> 2;
            case "u32", "i32" -> 4;
            case "u64", "i64" -> 8;
            case "rest" -> 0;
            default -> Integer.parseInt(type.replace(" bytes", ""));
        };
    }
}
