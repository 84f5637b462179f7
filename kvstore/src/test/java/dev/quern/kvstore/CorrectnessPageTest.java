package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every test that docs/correctness.md names is there, and every row of its tables names one. */
@Timeout(60)
class CorrectnessPageTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root", ".."));
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(should\\w+))?`");
    private static final int ROWS_MIN = 20;

    @Test
    void shouldNameATestInEveryRowAndOnlyTestsThatAreThere() throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        int rows = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs/correctness.md"))) {
            boolean isRow = line.startsWith("| ") && !line.startsWith("| what ") && !line.startsWith("|-");
            boolean isNamed = false;
            for (Matcher named = NAMED.matcher(line); named.find(); ) {
                isNamed = true;
                String source = sources.get(named.group(1));
                if (source == null || (named.group(2) != null && !source.contains("void " + named.group(2) + "("))) {
                    missing.add(named.group());
                }
            }
            if (isRow) {
                rows++;
                if (!isNamed) {
                    missing.add("a test for: " + line);
                }
            }
        }
        assertTrue(missing.isEmpty(), "missing: " + missing);
        assertTrue(rows >= ROWS_MIN, rows + " rows");
    }

    /** By class, the text of every test of the project. */
    private static Map<String, String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith("Test.java")
                            && file.toString().contains("/src/test/java/"))
                    .collect(Collectors.toMap(
                            CorrectnessPageTest::className, CorrectnessPageTest::text, (a, b) -> a + b));
        }
    }

    private static String className(Path file) {
        Path name = file.getFileName();
        assertNotNull(name);
        return name.toString().replace(".java", "");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
