package dev.quern.server.resp;

import dev.quern.sandbox.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * What FUNCTION LOAD carries: a line {@code #!wasm name=NAME [readonly=yes] [timeout-ms=N] [memory-pages=N] [memory=fresh]
 * [target-p99-us=N] [calibrate=ARGUMENT,…] [runtime=NAME]}, a newline, the module's bytes; {@code #!java} for a jar. Immutable.
 *
 * @param manifest what the line says
 * @param module the bytes after it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FunctionPayload(Manifest manifest, byte[] module) {
    private static final int LINE_BYTES_MAX = 1024;

    /** Says what is wrong with a payload, in Redis's words where it has them. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }

    static FunctionPayload parse(byte[] payload) throws MalformedException {
        int end = 0;
        while (end < payload.length && payload[end] != '\n') {
            end++;
        }
        if (payload.length < 2 || payload[0] != '#' || payload[1] != '!') {
            throw new MalformedException("Missing library metadata");
        }
        if (end == payload.length || end > LINE_BYTES_MAX) {
            throw new MalformedException("Invalid library metadata");
        }
        String[] words =
                new String(payload, 2, end - 2, StandardCharsets.UTF_8).strip().split("\\s+");
        String engine = words[0].toLowerCase(Locale.ROOT);
        Manifest manifest = switch (engine) {
            case "wasm" -> manifest(words);
            case "java" -> manifest(words).withRuntime(engine);
            default -> throw new MalformedException("Engine '" + words[0] + "' not found");
        };
        return new FunctionPayload(manifest, Arrays.copyOfRange(payload, end + 1, payload.length));
    }

    private static Manifest manifest(String[] words) throws MalformedException {
        String name = null;
        for (int index = 1; index < words.length; index++) {
            if (words[index].startsWith("name=")) {
                if (name != null) {
                    throw new MalformedException("Invalid metadata value, name argument was given multiple times");
                }
                name = words[index].substring("name=".length());
            }
        }
        if (name == null) {
            throw new MalformedException("Library name was not given");
        }
        FunctionSettings settings = new FunctionSettings(name);
        for (int index = 1; index < words.length; index++) {
            int equals = words[index].indexOf('=');
            if (equals < 0) {
                throw new MalformedException("Invalid metadata value given: " + words[index]);
            }
            settings.set(words[index].substring(0, equals), words[index].substring(equals + 1));
        }
        return settings.manifest();
    }
}
