package dev.quern.sandbox.guest;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a guest may import from module {@code quern}. Parameter and result types are letters: {@code i} for i32, {@code l} for i64.
 * Names and types are frozen; docs/functions.md has the table.
 */
public enum Intrinsic {
    GET("iii", "l"),
    PUT("iiiii", "i"),
    PUT_TTL("iiiiil", "i"),
    DELETE("iii", "i"),
    INCR("iiili", "i"),
    CAS("iiiiiii", "i"),
    RANGE("iiiiiii", "i"),
    RANGE_NEXT("i", "l"),
    RANGE_KEY("i", "l"),
    TABLE("ii", "i"),
    ARG_COUNT("", "i"),
    ARG_LEN("i", "i"),
    ARG("iii", "i"),
    REPLY("ii", "i"),
    LOG("ii", ""),
    NOW("", "l"),
    RANDOM("ii", "i"),
    CALL("iiiii", "i"),
    CALL_REPLY("ii", "i");

    /** The module that guests import these from. */
    public static final String MODULE = "quern";

    /** Where guests import their memory from, as clang's {@code --import-memory} has it. */
    public static final String MEMORY_MODULE = "env";

    public static final String MEMORY_NAME = "memory";

    private final String importName = name().toLowerCase(Locale.ROOT);
    private final String parameters;
    private final String results;

    Intrinsic(String parameters, String results) {
        this.parameters = parameters;
        this.results = results;
    }

    public String importName() {
        return importName;
    }

    public String parameters() {
        return parameters;
    }

    public String results() {
        return results;
    }

    /** {@code get(i32, i32, i32) -> i64}, for people. */
    public String signature() {
        return importName + describe(parameters, results);
    }

    /** A function type for people, from its letters. */
    public static String describe(String parameters, String results) {
        return "(" + words(parameters) + ")" + (results.isEmpty() ? "" : " -> " + words(results));
    }

    private static String words(String letters) {
        return letters.chars()
                .mapToObj(letter -> letter == 'i' ? "i32" : letter == 'l' ? "i64" : letter == 'f' ? "f32" : "f64")
                .collect(Collectors.joining(", "));
    }

    public static @Nullable Intrinsic named(String name) {
        for (Intrinsic intrinsic : values()) {
            if (intrinsic.importName.equals(name)) {
                return intrinsic;
            }
        }
        return null;
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(Intrinsic::importName).collect(Collectors.joining(", "));
    }
}
