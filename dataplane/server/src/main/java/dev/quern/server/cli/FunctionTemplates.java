package dev.quern.server.cli;

import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import dev.quern.sandbox.Manifest;
import dev.quern.server.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** New functions' directories: a source that works, the language's SDK, how to build it and a test. */
enum FunctionTemplates {
    C("function.c", ".c", "quern.h"),
    RUST("function.rs", ".rs", "quern.rs"),
    ASSEMBLYSCRIPT("function.ts", ".ts", "quern.ts"),
    JAVA("Function.java", "", "quern.jar");

    private static final String NAME = "@NAME@";

    /** The classes that functions in Java are compiled against. */
    private static final List<Class<?>> JAVA_SDK =
            List.of(Buffer.class, Bytes.class, Call.class, Entries.class, Entry.class, View.class);

    private final String source;

    /** Of the source, which is called as the function is; empty where it keeps its own name. */
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
        throw new ConfigException("no language is called " + language + "; there are c, rust, assemblyscript and java");
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
        Path sourceFile = directory.resolve(extension.isEmpty() ? source : name + extension);
        files.add(write(sourceFile, template(word() + "/" + source), name));
        Path sdkFile = directory.resolve(sdk);
        files.add(
                this == JAVA
                        ? Files.write(sdkFile, javaSdk())
                        : write(sdkFile, resource("/dev/quern/sandbox/sdk/" + word() + "/" + sdk), name));
        String project = (this == JAVA ? word() + "/" : "") + FunctionProject.FILE;
        files.add(write(directory.resolve(FunctionProject.FILE), template(project), name));
        files.add(write(directory.resolve("build.sh"), template(word() + "/build.sh"), name));
        files.add(write(directory.resolve(FunctionTestFile.FILE), template(FunctionTestFile.FILE), name));
        if (this == ASSEMBLYSCRIPT) {
            files.add(write(directory.resolve("package.json"), template(word() + "/package.json"), name));
        }
        return files;
    }

    private static byte[] javaSdk() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            for (Class<?> type : JAVA_SDK) {
                String path = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(path));
                try (InputStream in = open("/" + path)) {
                    in.transferTo(jar);
                }
            }
        }
        return bytes.toByteArray();
    }

    private static Path write(Path file, String text, String name) throws IOException {
        return Files.writeString(file, text.replace(NAME, name));
    }

    private static String template(String path) throws IOException {
        return resource("/dev/quern/server/cli/init/" + path);
    }

    private static String resource(String path) throws IOException {
        try (InputStream in = open(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String path) {
        InputStream in = FunctionTemplates.class.getResourceAsStream(path);
        if (in == null) {
            throw new IllegalStateException("the build left out " + path);
        }
        return in;
    }
}
