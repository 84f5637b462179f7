package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.server.TestModules;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every bad value in {@code function.toml} and {@code test.toml} is told in one line that names the file and what is allowed. */
@Timeout(60)
class FunctionFilesTest {
    private static final String GOOD = "name = \"f\"\nmodule = \"f.wasm\"\nbuild = [\"true\"]\n";

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void make() throws IOException {
        Files.writeString(directory.resolve("function.toml"), GOOD);
        Files.write(directory.resolve("f.wasm"), TestModules.TRAP);
        Files.writeString(directory.resolve("test.toml"), "[[test]]\nname = \"t\"\ncalls = []\n");
    }

    private void assertSaid(String[] command, String... parts) {
        StringWriter errors = new StringWriter();
        assertEquals(1, Main.commandLine().setErr(new PrintWriter(errors, true)).execute(command), errors::toString);
        String text = errors.toString();
        assertEquals(1, text.lines().count(), text);
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "'" + part + "' is missing in: " + text);
        }
    }

    private String[] fn(String command) {
        return new String[] {"fn", command, directory.toString()};
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name = \"f\" | name = \"7up\" | begin with a letter",
                "name = \"f\" | name = \"\" | begin with a letter",
                "name = \"f\" | name = 7 | name",
                "name = \"f\" | | name is missing",
                "module = \"f.wasm\" | | module is missing",
                "module = \"f.wasm\" | module = \"none.wasm\" | fn build",
                "module = \"f.wasm\" | module = \"\" | cannot be read",
                "module = \"f.wasm\" | module = \"a\\u0000b\" | Nul",
                "build = [\"true\"] | build = [] | build is empty",
                "build = [\"true\"] | build = [1] | list of words",
                "build = [\"true\"] | build = \"true\" | build",
                "build = [\"true\"] | | build is missing",
                "name = \"f\" | name = \"f\"; memory-pages = 0 | from 1 to 4096",
                "name = \"f\" | name = \"f\"; memory-pages = 4097 | from 1 to 4096",
                "name = \"f\" | name = \"f\"; memory-pages = 99999999999 | from 1 to 4096",
                "name = \"f\" | name = \"f\"; memory-pages = \"many\" | memory-pages",
                "name = \"f\" | name = \"f\"; memory-pages = 1.5 | memory-pages",
                "name = \"f\" | name = \"f\"; time-limit-ms = 0 | from 1 to 10000000",
                "name = \"f\" | name = \"f\"; time-limit-ms = -1 | from 1 to 10000000",
                "name = \"f\" | name = \"f\"; time-limit-ms = 10001 | from 1 to 10000000",
                "name = \"f\" | name = \"f\"; time-limit-ms = 9223372036854775807 | from 1 to 10000000",
                "name = \"f\" | name = \"f\"; target-p99-us = -1 | from 1 to 60000000",
                "name = \"f\" | name = \"f\"; read-only = \"yes\" | read-only",
                "name = \"f\" | name = \"f\"; runtime = 7 | runtime",
                "name = \"f\" | name = \"f\"; runtime = \"v8\" | no function runtime 'v8'",
                "name = \"f\" | name = \"f\"; memories = 7 | there are build, calibrate, memory, memory-pages",
                "name = \"f\" | name = \"f\"; memory = 7 | memory",
                "name = \"f\" | name = \"f\"; memory = \"cold\" | \"kept\" or \"fresh\"",
                "name = \"f\" | name = | function.toml",
            })
    void shouldSayWhatIsWrongInAFunctionFile(String there, String instead, String part) throws IOException {
        String text = GOOD.replace(there, instead == null ? "" : instead.replace("; ", "\n"));
        Files.writeString(directory.resolve("function.toml"), text);
        assertSaid(fn("test"), part);
        assertSaid(part.contains("v8") ? fn("test") : fn("deploy"), part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "tests = 1 | none of test",
                "| [[test]] is missing",
                "test = 1 | test",
                "test = [1] | tests and calls are tables",
                "[[test]]; calls = [] | name of a test is missing",
                "[[test]]; name = 'a' | calls of test \"a\" is missing",
                "[[test]]; name = 'a'; calls = 'b' | calls",
                "[[test]]; name = 'a'; calls = ['b'] | tests and calls are tables",
                "[[test]]; name = 'a'; calls = [{ argument = [] }] | none of arguments",
                "[[test]]; name = 'a'; calls = [{ arguments = 1 }] | arguments",
                "[[test]]; name = 'a'; calls = [{ arguments = [1.5] }] | is no value",
                "[[test]]; name = 'a'; calls = [{ arguments = [4294967296] }] | is no value",
                "[[test]]; name = 'a'; calls = [{ reply = { hex = 'xy' } }] | hex",
                "[[test]]; name = 'a'; calls = [{ reply = { hex = '123' } }] | hex",
                "[[test]]; name = 'a'; calls = [{ reply = { text = 'x' } }] | is no value",
                "[[test]]; name = 'a'; calls = [{ status = 'good' }] | there are conflict",
                "[[test]]; name = 'a'; calls = [{ status = 1 }] | status",
                "[[test]]; name = 'a'; calls = [{ result = 'x' }] | result",
                "[[test]]; name = 'a'; calls = [{ entry = 1 }] | entry",
                "[[test]]; name = 'a'; calls = [{ log = 1 }] | log",
                "[[test]]; name = 'a'; calls = []; ordered = 'yes' | ordered",
                "[[test]]; name = 'a'; calls = []; records = 'x' | records",
                "[[test]]; name = 'a'; calls = []; records = { '' = 'x' } | keys have from 1 to 4096",
                "[[test]]; name = 'a'; calls = []; records = { x = true } | is no value",
                "[[test]]; name = 'a'; calls = []; after = { '' = 'x' } | keys have from 1 to 4096",
                "[[test]]; name = 'a'; calls = []; absent = [''] | keys have from 1 to 4096",
                "[[test]]; name = 'a'; calls = []; absent = [1] | absent",
                "[[test]]; name = 'a'; calls = []; tables = 1 | tables",
                "[[test]]; name = 'a'; calls = []; tables = { x = 1 } | x",
                "[[test]]; name = 'a'; calls = []; tables = { x = { kind = 1 } } | none of absent",
                "[[test]]; name = 'a'; calls = []; tables = { 'a b' = { } } | bad table name 'a b'",
            })
    void shouldSayWhatIsWrongInATestFile(String text, String part) throws IOException {
        Files.writeString(
                directory.resolve("test.toml"),
                text == null ? "" : text.replace("; ", "\n").replace('\'', '"'));
        assertSaid(fn("test"), "test.toml: ", part);
    }

    @Test
    void shouldSayThatAFileIsNoText() throws IOException {
        Files.write(directory.resolve("test.toml"), new byte[] {-1, -2});
        assertSaid(fn("test"), "test.toml: not a text in UTF-8");
        Files.delete(directory.resolve("function.toml"));
        Files.createDirectory(directory.resolve("function.toml"));
        assertSaid(fn("build"), "function.toml: cannot be read");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--memory-pages 0 | from 1 to 4096",
                "--memory-pages 4097 | from 1 to 4096",
                "--target-p99-us 60000001 | from 1 to 60000000",
                "--time-limit-ms 0 | from 1 to 10000000",
                "--time-limit-ms 9223372036854775807 | from 1 to 10000000",
            })
    void shouldSayWhatIsWrongInAnOption(String option, String part) {
        String module = directory.resolve("f.wasm").toString();
        String[] words = option.split(" ", -1);
        assertSaid(new String[] {"fn", "deploy", "f", module, words[0], words[1]}, part);
        assertSaid(new String[] {"fn", "deploy", "7up", module}, "begin with a letter");
    }
}
