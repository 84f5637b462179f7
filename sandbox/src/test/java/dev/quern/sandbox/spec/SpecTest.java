package dev.quern.sandbox.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.sandbox.spec.SpecRuntime.SpecTrap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * WebAssembly's own core test suite on a runtime, with Quern's memory in place of the runtime's. A list beside the class has the suite's
 * files: those that pass, and with how many failures and why those that do not. Skipped where {@link SpecSuite} finds no suite.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SpecTest {
    private static final String COMMENT = "#";

    private @Nullable Path suite;

    /** The runtime's name, after which its list is named. */
    protected abstract String runtime();

    protected abstract SpecRuntime open() throws SpecTrap;

    /**
     * A line of the list.
     *
     * @param file of the suite
     * @param failures how many of its assertions fail
     * @param reason why they do; empty when there are none
     */
    record Listed(String file, int failures, String reason) {
        static Listed parse(String line) {
            String[] parts = line.split(" ", 3);
            return parts.length < 3
                    ? new Listed(parts[0], 0, "")
                    : new Listed(parts[0], Integer.parseInt(parts[1]), parts[2]);
        }

        @Override
        public String toString() {
            return file;
        }
    }

    List<Listed> listed() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SpecTest.class.getResourceAsStream(runtime() + ".txt")),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith(COMMENT))
                    .map(Listed::parse)
                    .toList();
        }
    }

    @BeforeAll
    void findSuite(@TempDir Path temporary) throws IOException, InterruptedException {
        suite = SpecSuite.find(temporary);
    }

    private Path suite() {
        assumeTrue(suite != null, "no WebAssembly test suite: name one with -Dquern.wasm.spec");
        return Objects.requireNonNull(suite);
    }

    @Test
    void shouldListEveryFileOfTheSuite() throws IOException {
        assertEquals(
                SpecSuite.names(suite()),
                listed().stream().map(Listed::file).sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("listed")
    void shouldDoAsTheSpecificationSays(Listed listed) throws IOException, SpecTrap {
        Path found = suite();
        try (SpecRuntime runtime = open()) {
            SortedMap<Integer, String> failures = new SpecScript(found, listed.file(), runtime).run();
            String lines = failures.entrySet().stream()
                    .limit(20)
                    .map(failure -> "\n" + listed + ".wast:" + failure.getKey() + ": " + failure.getValue())
                    .collect(Collectors.joining());
            assertEquals(listed.failures(), failures.size(), () -> listed + " on " + runtime() + lines + "\n");
        }
    }
}
