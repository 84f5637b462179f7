package dev.quern.sandbox.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.spec.SpecRuntime.SpecTrap;
import dev.quern.sandbox.spec.SpecRuntime.SpecType;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One file of the suite: modules, and what is asserted of them, in order. */
final class SpecScript {
    private final Path directory;
    private final String name;
    private final SpecRuntime runtime;
    private final Map<String, Object> instances = new HashMap<>();
    private final SortedMap<Integer, String> failures = new TreeMap<>();
    private @Nullable Object last;
    private int asserted;

    SpecScript(Path suite, String name, SpecRuntime runtime) {
        this.name = name;
        this.runtime = runtime;
        directory = suite.resolve(name);
    }

    /** Runs all of it; what went wrong, by line. */
    SortedMap<Integer, String> run() throws IOException {
        try (Reader reader = Files.newBufferedReader(directory.resolve(name + ".json"))) {
            for (JsonElement command :
                    JsonParser.parseReader(reader).getAsJsonObject().getAsJsonArray("commands")) {
                run(command.getAsJsonObject());
            }
        }
        return failures;
    }

    /** How many assertions there were. */
    int asserted() {
        return asserted;
    }

    private void run(JsonObject command) throws IOException {
        String type = command.get("type").getAsString();
        if (isText(command)) {
            // About the text format, of which a server never sees anything.
            return;
        }
        int line = command.get("line").getAsInt();
        asserted += type.startsWith("assert") ? 1 : 0;
        try {
            String wrong = run(type, command);
            if (wrong != null) {
                failures.put(line, type + ": " + wrong);
            }
        } catch (SpecTrap | FunctionRefusedException | RuntimeException | AssertionError unexpected) {
            failures.put(line, type + ": " + unexpected);
        }
    }

    private static boolean isText(JsonObject command) {
        return command.has("module_type")
                && command.get("module_type").getAsString().equals("text");
    }

    /** Null when all is well. */
    private @Nullable String run(String type, JsonObject command)
            throws SpecTrap, FunctionRefusedException, IOException {
        switch (type) {
            case "module" -> {
                // What is taken for a module that came before must not answer for this one.
                last = null;
                Object instance = runtime.instantiate(module(command));
                last = instance;
                if (command.has("name")) {
                    instances.put(command.get("name").getAsString(), instance);
                }
                return null;
            }
            case "register" -> {
                runtime.register(command.get("as").getAsString(), instance(command, "name"));
                return null;
            }
            case "action" -> {
                act(command);
                return null;
            }
            case "assert_return" -> {
                return compare(command.getAsJsonArray("expected"), act(command));
            }
            case "assert_trap", "assert_exhaustion" -> {
                try {
                    return "came to its end: " + act(command);
                } catch (SpecTrap expected) {
                    return null;
                }
            }
            case "assert_invalid", "assert_malformed" -> {
                try {
                    runtime.load(module(command));
                    return "was taken";
                } catch (FunctionRefusedException expected) {
                    return null;
                }
            }
            case "assert_unlinkable", "assert_uninstantiable" -> {
                try {
                    runtime.instantiate(module(command));
                    return "was instantiated";
                } catch (SpecTrap expected) {
                    return null;
                }
            }
            default -> {
                return "is not known here";
            }
        }
    }

    private byte[] module(JsonObject command) throws IOException {
        return Files.readAllBytes(directory.resolve(command.get("filename").getAsString()));
    }

    private Object instance(JsonObject of, String key) {
        Object instance = of.has(key) ? instances.get(of.get(key).getAsString()) : last;
        if (instance == null) {
            throw new IllegalStateException("there is no such instance");
        }
        return instance;
    }

    private List<Object> act(JsonObject command) throws SpecTrap {
        JsonObject action = command.getAsJsonObject("action");
        Object instance = instance(action, "module");
        String field = action.get("field").getAsString();
        List<SpecType> results = new ArrayList<>();
        for (JsonElement expected : command.getAsJsonArray("expected")) {
            results.add(SpecValue.type(expected.getAsJsonObject()));
        }
        if (action.get("type").getAsString().equals("get")) {
            return List.of(runtime.global(instance, field, results.getFirst()));
        }
        List<Object> arguments = new ArrayList<>();
        for (JsonElement argument : action.getAsJsonArray("args")) {
            arguments.add(SpecValue.parse(argument.getAsJsonObject()));
        }
        return runtime.invoke(instance, field, arguments, results);
    }

    private static @Nullable String compare(JsonArray expected, List<Object> actual) {
        if (expected.size() != actual.size()) {
            return actual.size() + " results";
        }
        for (int i = 0; i < actual.size(); i++) {
            if (!SpecValue.matches(expected.get(i).getAsJsonObject(), actual.get(i))) {
                return "expected " + expected.get(i) + ", got " + SpecValue.describe(actual.get(i));
            }
        }
        return null;
    }
}
