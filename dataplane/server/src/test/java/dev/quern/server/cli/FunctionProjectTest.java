package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.sandbox.Functions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code fn init}, {@code build} and {@code test}. What needs a compiler is skipped where there is none. */
@Timeout(120)
class FunctionProjectTest {
    @TempDir
    private Path directory = Path.of("");

    private String said = "";

    /** Runs a command in this process; its exit code. */
    private int quern(String... arguments) {
        StringWriter errors = new StringWriter();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = Main.commandLine();
            return line.setErr(new PrintWriter(errors, true)).execute(arguments);
        } finally {
            System.setOut(before);
            said = output.toString(StandardCharsets.UTF_8) + errors;
        }
    }

    private void assertSaysInOneLine(String... parts) {
        assertEquals(1, said.lines().count(), said);
        for (String part : parts) {
            assertTrue(said.contains(part), () -> "'" + part + "' is missing in: " + said);
        }
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /** Skips the test by name where a language cannot be built; brings what is installed with the examples. */
    private void assumeBuilds(String language) throws IOException, InterruptedException {
        Path modules = Path.of(System.getProperty("quern.root"), "sandbox/guest/assemblyscript/node_modules");
        boolean builds = switch (language) {
            case "c" -> runs("sh", "-c", "clang --print-targets | grep -q wasm32 && wasm-ld --version");
            case "rust" ->
                runs(
                        "sh",
                        "-c",
                        "ls $(/usr/bin/rustc --print target-libdir --target wasm32-unknown-unknown)/libstd-* && wasm-ld --version");
            case "java" -> true; // this one's
            default -> Files.exists(modules) && runs("node", "--version");
        };
        assumeTrue(builds, () -> "no compiler for " + language + " is here; scripts/setup-guest-tools installs one");
        if (language.equals("assemblyscript")) {
            Files.createSymbolicLink(directory.resolve("hello/node_modules"), modules);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript", "java"})
    void shouldBuildAndTestWhatItMade(String language) throws IOException, InterruptedException {
        assertEquals(0, quern("fn", "init", language, "hello", "--in", directory.toString()), () -> said);
        assumeBuilds(language);
        String project = directory.resolve("hello").toString();
        assertEquals(0, quern("fn", "build", project), () -> said);
        assertEquals(0, quern("fn", "test", project), () -> said);
        assertTrue(said.endsWith("3 of 3 passed\n"), said);
    }

    @Test
    void shouldTestAFunctionInJava() throws IOException {
        Path project = counter("""
                [[test]]
                name = "adds"
                records = { visits = "40" }
                calls = [{ arguments = ["visits", "2"], reply = "42" }]
                after = { visits = "42" }
                """);
        try (InputStream jar = Functions.class.getResourceAsStream("examples/java/counter.jar")) {
            Files.write(
                    project.resolve("counter.jar"), Objects.requireNonNull(jar).readAllBytes());
        }
        Files.writeString(
                project.resolve("function.toml"),
                "name = \"counter\"\nmodule = \"counter.jar\"\nbuild = [\"true\"]\nruntime = \"java\"\n");
        assertEquals(0, quern("fn", "test", project.toString()), () -> said);
        assertTrue(said.endsWith("1 of 1 passed\n"), said);
    }

    private Path counter(String tests) throws IOException {
        Path project = Files.createDirectory(directory.resolve("counter"));
        try (InputStream module = Functions.class.getResourceAsStream("examples/counter.wasm")) {
            Files.write(
                    project.resolve("counter.wasm"),
                    Objects.requireNonNull(module).readAllBytes());
        }
        Files.writeString(
                project.resolve("function.toml"),
                "name = \"counter\"\nmodule = \"counter.wasm\"\nbuild = [\"true\"]\ntime-limit-ms = 5000\n");
        Files.writeString(project.resolve("test.toml"), tests);
        return project;
    }

    @Test
    void shouldSayWhatIsNotAsExpected() throws IOException {
        Path project = counter("""
                [[test]]
                name = "right"
                records = { a = "1" }
                calls = [{ arguments = ["a", "2"], reply = "3" }, { arguments = ["a", { hex = "3130" }], reply = ["1", "3"] }]
                after = { a = "13" }
                absent = ["b"]
                [[test]]
                name = "wrong reply"
                calls = [{ arguments = ["a", "2"], reply = 7 }]
                [[test]]
                name = "wrong status"
                calls = [{ arguments = ["a", "2"] }, { arguments = ["a", "x"] }]
                [[test]]
                name = "wrong record"
                calls = [{ arguments = ["a", "2"] }]
                after = { a = "3" }
                [[test]]
                name = "no entry"
                calls = [{ entry = "walk" }]
                """);
        assertEquals(1, quern("fn", "test", project.toString()));
        assertEquals(
                List.of(
                        "passed  right",
                        "FAILED  wrong reply",
                        "        call 1: reply is \"2\", expected { hex = \"07000000\" }",
                        "FAILED  wrong status",
                        "        call 2: status is failed, expected ok (counter returned 1)",
                        "FAILED  wrong record",
                        "        afterwards a is \"2\", expected \"3\"",
                        "FAILED  no entry",
                        "        call 1: no entry counter.walk; exported are [run]",
                        "1 of 5 passed"),
                said.lines().toList());
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithAProject() throws IOException {
        Path project = counter("[[test]]\nname = \"t\"\ncall = []\n");
        String path = project.toString();
        assertEquals(1, quern("fn", "test", path));
        assertSaysInOneLine("test.toml", "\"call\"", "calls");
        Files.writeString(project.resolve("function.toml"), "name = \"counter\"\nmodul = \"counter.wasm\"\n");
        assertEquals(1, quern("fn", "test", path));
        assertSaysInOneLine("function.toml", "modul", "module");
        Files.writeString(
                project.resolve("function.toml"), "name = \"c\"\nmodule = \"none.wasm\"\nbuild = [\"false\"]\n");
        Files.writeString(project.resolve("test.toml"), "[[test]]\nname = \"t\"\ncalls = []\n");
        assertEquals(1, quern("fn", "test", path));
        assertSaysInOneLine("none.wasm", "fn build");
        assertEquals(1, quern("fn", "build", path));
        assertSaysInOneLine("false ended with 1", "setup-guest-tools");
        assertEquals(1, quern("fn", "build", directory.toString()));
        assertSaysInOneLine("function.toml", "fn init");
    }

    @Test
    void shouldSayInOneLineHowItIsUsed() {
        String in = directory.toString();
        assertEquals(2, quern("fn", "init", "c"));
        assertSaysInOneLine("NAME", "quern fn init --help");
        assertEquals(2, quern("fn", "inti"));
        assertSaysInOneLine("inti", "quern fn --help");
        assertEquals(1, quern("fn", "init", "cobol", "hello", "--in", in));
        assertSaysInOneLine("cobol", "assemblyscript");
        assertEquals(1, quern("fn", "init", "c", "7up", "--in", in));
        assertSaysInOneLine("7up", "begin with a letter");
        assertEquals(0, quern("fn", "init", "c", "hello", "--in", in));
        assertEquals(1, quern("fn", "init", "c", "hello", "--in", in));
        assertSaysInOneLine("hello", "there already");
    }
}
