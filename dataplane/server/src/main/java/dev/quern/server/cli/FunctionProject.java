package dev.quern.server.cli;

import dev.quern.sandbox.CallArguments;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Manifest;
import dev.quern.server.ConfigException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlInvalidTypeException;
import org.tomlj.TomlParseResult;

/**
 * A function's directory, as its {@code function.toml} describes it.
 *
 * @param manifest what it is deployed with
 * @param module where its build writes the module
 * @param build the command that does, run in the directory
 */
record FunctionProject(Path directory, Manifest manifest, Path module, List<String> build) {
    static final String FILE = "function.toml";
    private static final Set<String> KEYS = Set.of(
            "name",
            "module",
            "build",
            "runtime",
            "read-only",
            "time-limit-ms",
            "memory-pages",
            "memory",
            "target-p99-us",
            "calibrate");
    private static final long US_PER_MS = 1000;

    /** Reads a directory's {@code function.toml}. */
    static FunctionProject read(Path directory) {
        Path file = directory.resolve(FILE);
        TomlParseResult toml = parse(file);
        for (String key : toml.keySet()) {
            if (!KEYS.contains(key)) {
                throw new ConfigException(file + ": no setting is called " + key + "; there are "
                        + String.join(", ", KEYS.stream().sorted().toList()));
            }
        }
        try {
            String name = required(file, "name", toml.getString("name"));
            String runtime = toml.getString("runtime");
            Long timeLimitMs = toml.getLong("time-limit-ms");
            Long memoryPages = toml.getLong("memory-pages");
            Manifest manifest = Manifest.named(name).withReadOnly(Boolean.TRUE.equals(toml.getBoolean("read-only")));
            manifest = manifest.withFresh(isFresh(file, toml.getString("memory")));
            manifest = runtime == null ? manifest : manifest.withRuntime(runtime);
            manifest = timeLimitMs == null ? manifest : manifest.withTimeLimitUs(us(timeLimitMs));
            manifest = memoryPages == null
                    ? manifest
                    : manifest.withMemoryPagesMax(Math.clamp(memoryPages, -1, Integer.MAX_VALUE));
            Long targetP99Us = toml.getLong("target-p99-us");
            manifest = targetP99Us == null ? manifest : manifest.withTargetP99Us(targetP99Us);
            TomlArray calibration = toml.getArray("calibrate");
            manifest = calibration == null
                    ? manifest
                    : manifest.withCalibration(CallArguments.parse(words(file, "calibrate", calibration)));
            manifest.check();
            return new FunctionProject(
                    directory,
                    manifest,
                    directory.resolve(required(file, "module", toml.getString("module"))),
                    command(file, required(file, "build", toml.getArray("build"))));
        } catch (TomlInvalidTypeException | InvalidPathException | FunctionRefusedException bad) {
            throw new ConfigException(file + ": " + bad.getMessage());
        }
    }

    /** Microseconds, or as many as there are: a manifest's check says what is too long. */
    static long us(long ms) {
        return Math.clamp(ms, -1, Long.MAX_VALUE / US_PER_MS) * US_PER_MS;
    }

    private static boolean isFresh(Path file, @Nullable String memory) {
        if (memory != null && !memory.equals("fresh") && !memory.equals("kept")) {
            throw new ConfigException(file + ": memory is \"kept\" or \"fresh\", not \"" + memory + "\"");
        }
        return "fresh".equals(memory);
    }

    private static List<String> command(Path file, TomlArray words) {
        List<String> command = words(file, "build", words);
        if (command.isEmpty()) {
            throw new ConfigException(file + ": build is empty; name a command, as [\"sh\", \"build.sh\"]");
        }
        return command;
    }

    private static List<String> words(Path file, String key, TomlArray words) {
        List<String> texts = new ArrayList<>();
        for (Object word : words.toList()) {
            if (!(word instanceof String text)) {
                throw new ConfigException(file + ": " + key + " is a list of words, as [\"sh\", \"build.sh\"]");
            }
            texts.add(text);
        }
        return List.copyOf(texts);
    }

    static TomlParseResult parse(Path file) {
        TomlParseResult toml;
        try {
            toml = Toml.parse(Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new ConfigException(file + ": no such file; quern fn init makes a project");
        } catch (CharacterCodingException binary) {
            throw new ConfigException(file + ": not a text in UTF-8");
        } catch (IOException failed) {
            throw new ConfigException(file + ": cannot be read: " + failed.getMessage());
        }
        if (toml.hasErrors()) {
            throw new ConfigException(file + ": " + toml.errors().get(0).toString());
        }
        return toml;
    }

    static <T> T required(Path file, String key, @Nullable T value) {
        if (value == null) {
            throw new ConfigException(file + ": " + key + " is missing");
        }
        return value;
    }

    byte[] readModule() {
        try {
            return Files.readAllBytes(module);
        } catch (NoSuchFileException missing) {
            throw new ConfigException(module + ": no such file; build it by quern fn build " + directory);
        } catch (IOException failed) {
            throw new ConfigException(module + ": cannot be read: " + failed.getMessage());
        }
    }
}
