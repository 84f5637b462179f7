package dev.quern.server.cli;

import dev.quern.sandbox.Manifest;
import dev.quern.server.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** New functions' directories: a source that works, the language's SDK, how to build it and a test. */
enum FunctionTemplates {
    C("function.c", ".c", "quern.h"),
    RUST("function.rs", ".rs", "quern.rs"),
    ASSEMBLYSCRIPT("function.ts", ".ts", "quern.ts");

    private static final String NAME = "@NAME@";
    private final String source;
    private final String extension;
    private final String sdk;

    FunctionTemplates(String source, String extension, String sdk) {
        this.source = source;
        this.extension = extension;
        this.sdk = sdk;
    }

    static FunctionTemplates of(String language) {
        for (FunctionTemplates templates : values()) {
            if (templates.word().equals(language)) {
                return templates;
            }
        }
        throw new ConfigException("no language is called " + language + "; there are c, rust and assemblyscript");
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Makes a function's directory.
     *
     * @return the files, in the directory
     * @throws ConfigException when the directory is there already, or the name is none for a function
     */
    List<Path> write(Path parent, String name) throws IOException {
        if (!Manifest.isName(name)) {
            throw new ConfigException(
                    "bad function name '" + name + "': begin with a letter, then use letters, digits, _ and -");
        }
        Path directory = parent.resolve(name);
        if (Files.exists(directory)) {
            throw new ConfigException(directory + " is there already; choose another name, or remove it");
        }
        Files.createDirectories(directory);
        List<Path> files = new ArrayList<>();
        files.add(write(directory.resolve(name + extension), template(word() + "/" + source), name));
        files.add(write(directory.resolve(sdk), resource("/dev/quern/sandbox/sdk/" + word() + "/" + sdk), name));
        files.add(write(directory.resolve(FunctionProject.FILE), template(FunctionProject.FILE), name));
        files.add(write(directory.resolve("build.sh"), template(word() + "/build.sh"), name));
        files.add(write(directory.resolve(FunctionTestFile.FILE), template(FunctionTestFile.FILE), name));
        if (this == ASSEMBLYSCRIPT) {
            files.add(write(directory.resolve("package.json"), template(word() + "/package.json"), name));
        }
        return files;
    }

    private static Path write(Path file, String text, String name) throws IOException {
        return Files.writeString(file, text.replace(NAME, name));
    }

    private static String template(String path) throws IOException {
        return resource("/dev/quern/server/cli/init/" + path);
    }

    private static String resource(String path) throws IOException {
        try (InputStream in = FunctionTemplates.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
