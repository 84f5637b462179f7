package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON fields: what is one and what is none, every field of random documents, and that no bytes make it stumble. */
@Timeout(120)
class JsonTest {
    private static final int NO_RECORD = 2;
    private static final int NO_FIELD = 3;
    private static final int NOT_JSON = 4;
    private static final int NO_STRING = 5;

    private static final byte[] KEY = bytes("document");

    /** Documents, as RFC 8259 has them. */
    private static final List<String> GOOD = List.of(
            "0",
            " \t\r\n-0.5e+10 ",
            "1E9",
            "\"\"",
            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uD83d\\uDe00\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800x\"",
            "\"ä€😀\u007f\"",
            "true",
            "false",
            "null",
            "[]",
            "{}",
            "[ [ ] , { } ]",
            "{\"a\":1,\"a\":2,\"\":{\"\":[null]}}",
            "[1,2,[3,[4]],{\"b\":[]}]",
            "[".repeat(512) + "]".repeat(512));

    private static final List<String> BAD = List.of(
            "",
            " ",
            "01",
            "-",
            "+1",
            ".5",
            "1.",
            "1e",
            "1e+",
            "NaN",
            "tru",
            "True",
            "nulll",
            "'a'",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12G4\"",
            "\"\t\"",
            "\"\\ud800\\u\"",
            "[",
            "]",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{1:1}",
            "{\"a\":1]",
            "1 1",
            "[]]",
            "\u00a01",
            "[".repeat(513) + "]".repeat(513));

    /** Bytes in a string that are not UTF-8. */
    private static final int[][] NO_UTF8 = {
        {0x80},
        {0xc0, 0x80},
        {0xc3},
        {0xe0, 0x80, 0x80},
        {0xed, 0xa0, 0x80},
        {0xf0, 0x80, 0x80, 0x80},
        {0xf4, 0x90, 0x80, 0x80},
        {0xff}
    };

    private static Rig open(String runtime) throws FunctionRefusedException {
        Rig rig = new Rig(runtime);
        rig.example("json");
        return rig;
    }

    /** What an entry replied, or the code that it returned. */
    private static String outcome(Rig rig, String entry, String pointer) {
        int status = rig.worker().call("json." + entry, KEY, bytes(pointer));
        if (status == FunctionStatus.OK) {
            return rig.worker().replyText();
        }
        assertEquals(FunctionStatus.FAILED, status, () -> rig.worker().outcome().error());
        return "code " + rig.worker().outcome().resultCode();
    }

    private static String code(int code) {
        return "code " + code;
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldTellADocumentFromWhatIsNone(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            assertEquals(code(NO_RECORD), outcome(rig, "check", ""));
            for (String good : GOOD) {
                rig.worker().put("document", good);
                assertEquals("", outcome(rig, "check", ""), good);
                assertEquals(good.strip(), outcome(rig, "get", ""));
            }
            for (String bad : BAD) {
                rig.worker().put("document", bad);
                assertEquals(code(NOT_JSON), outcome(rig, "check", ""), bad);
            }
            for (int[] sequence : NO_UTF8) {
                byte[] document = new byte[sequence.length + 2];
                document[0] = '"';
                for (int i = 0; i < sequence.length; i++) {
                    document[1 + i] = (byte) sequence[i];
                }
                document[sequence.length + 1] = '"';
                rig.worker().put(rig.tenant().defaultTable(), KEY, document);
                assertEquals(code(NOT_JSON), outcome(rig, "check", ""));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldFollowPointersAsTheirStandardSays(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            // The document of RFC 6901, section 5, and more.
            rig.worker()
                    .put(
                            "document",
                            "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,"
                                    + "\"m~n\":8,\"\\u00e4\\ud83d\\ude00\":9,\"ab\":10,\"a\":11,\"list\":[0,1,2,3,4,5,6,7,8,9,10],\"a\":12}");
            Map<String, String> expected = new LinkedHashMap<>();
            expected.put("/foo", "[\"bar\",\"baz\"]");
            expected.put("/foo/0", "\"bar\"");
            expected.put("/", "0");
            expected.put("/a~1b", "1");
            expected.put("/c%d", "2");
            expected.put("/e^f", "3");
            expected.put("/g|h", "4");
            expected.put("/i\\j", "5");
            expected.put("/k\"l", "6");
            expected.put("/ ", "7");
            expected.put("/m~0n", "8");
            expected.put("/ä😀", "9");
            expected.put("/ab", "10");
            expected.put("/a", "11");
            expected.put("/list/10", "10");
            for (String none : List.of(
                    "/fo",
                    "/fooo",
                    "/foo/2",
                    "/foo/-",
                    "/foo/00",
                    "/foo/0x",
                    "/foo/",
                    "/foo/0/0",
                    "/a/b",
                    "/ä",
                    "/list/9999999999")) {
                expected.put(none, code(NO_FIELD));
            }
            for (String bad : List.of("foo", "/m~n", "/m~", "/~2")) {
                expected.put(bad, code(1));
            }
            expected.forEach((pointer, field) -> assertEquals(field, outcome(rig, "get", pointer), pointer));
            assertEquals("bar", outcome(rig, "text", "/foo/0"));
            for (String pointer : List.of("", "/foo", "/list/3")) {
                assertEquals(code(NO_STRING), outcome(rig, "text", pointer));
            }
            rig.worker()
                    .put(
                            "document",
                            "[\"\\ud83d\\ude00 \\ud800 \\u00e4\\n\\\"ü\",\"" + "long ".repeat(3000) + "\",nul");
            assertEquals("😀 \ufffd ä\n\"ü", outcome(rig, "text", "/0"));
            assertEquals("long ".repeat(3000), outcome(rig, "text", "/1"));
            assertEquals(code(NOT_JSON), outcome(rig, "get", "/2"));
            assertEquals(code(NOT_JSON), outcome(rig, "get", ""));
        }
    }

    /** A document in the making, and by pointer the text of each of its fields. */
    private static final class Document {
        private final Random random;
        private final StringBuilder text = new StringBuilder();
        private final Map<String, String> fields = new LinkedHashMap<>();

        Document(long seed) {
            random = new Random(seed);
            value("", 0);
        }

        private void space() {
            if (random.nextInt(4) == 0) {
                text.append(" \n\t\r".charAt(random.nextInt(4)));
            }
        }

        private void value(String pointer, int depth) {
            space();
            int start = text.length();
            int kind = depth == 0 ? 4 + random.nextInt(2) : random.nextInt(depth < 5 ? 6 : 4);
            switch (kind) {
                case 0 -> text.append(random.nextInt(2000) - 1000);
                case 1 -> text.append(random.nextBoolean() ? "true" : "null");
                case 2 -> text.append("-1.5e-").append(random.nextInt(9));
                case 3 -> text.append('"').append(word()).append('"');
                default -> composite(pointer, depth, kind == 4);
            }
            fields.putIfAbsent(pointer, text.substring(start));
            space();
        }

        private void composite(String pointer, int depth, boolean isObject) {
            text.append(isObject ? '{' : '[');
            int count = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                text.append(i > 0 ? "," : "");
                String name = isObject ? i + word() : Integer.toString(i);
                if (isObject) {
                    space();
                    text.append('"').append(name).append('"');
                    space();
                    text.append(':');
                }
                value(pointer + "/" + name.replace("~", "~0").replace("/", "~1"), depth + 1);
            }
            if (count == 0) {
                space();
            }
            text.append(isObject ? '}' : ']');
        }

        private String word() {
            StringBuilder word = new StringBuilder();
            for (int i = random.nextInt(4); i > 0; i--) {
                word.append(List.of("a", "b", "~", "/", "ä", "{", "]", ",", ":", "😀", "0", " ")
                        .get(random.nextInt(12)));
            }
            return word.toString();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldFindEveryFieldOfRandomDocuments(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            int found = 0;
            for (long seed = 0; seed < 300; seed++) {
                Document document = new Document(seed);
                rig.worker().put("document", document.text.toString());
                assertEquals("", outcome(rig, "check", ""), document.text::toString);
                for (Map.Entry<String, String> field : document.fields.entrySet()) {
                    assertEquals(field.getValue(), outcome(rig, "get", field.getKey()), document.text::toString);
                    assertEquals(code(NO_FIELD), outcome(rig, "get", field.getKey() + "/none"));
                    found++;
                }
            }
            assertTrue(found > 1000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldNotStumbleOverAnyBytes(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            Random random = new Random(13);
            List<String> pointers = new ArrayList<>(List.of("", "/0", "/a", "/0/0b"));
            for (int i = 0; i < 2000; i++) {
                Document document = new Document(random.nextInt(50));
                byte[] mangled = bytes(document.text.toString());
                pointers.set(
                        1,
                        document.fields.keySet().stream()
                                .skip(random.nextInt(document.fields.size()))
                                .findFirst()
                                .orElse(""));
                for (int changes = random.nextInt(4); changes > 0 && mangled.length > 0; changes--) {
                    mangled[random.nextInt(mangled.length)] = (byte) random.nextInt();
                }
                byte[] cut =
                        java.util.Arrays.copyOf(mangled, mangled.length - random.nextInt(Math.min(3, mangled.length)));
                rig.worker().put(rig.tenant().defaultTable(), KEY, cut);
                for (String pointer : pointers) {
                    outcome(rig, "get", pointer);
                    outcome(rig, "text", pointer);
                }
                outcome(rig, "check", "");
            }
        }
    }
}
