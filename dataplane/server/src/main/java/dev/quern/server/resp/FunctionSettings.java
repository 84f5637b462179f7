package dev.quern.server.resp;

import dev.quern.sandbox.Manifest;

/** Collects a manifest from the words of a FUNCTION LOAD. Thread: one. */
final class FunctionSettings {
    private final String name;
    private boolean readOnly;
    private long timeLimitUs = 10_000;
    private int memoryPagesMax = 64;
    private String runtime = "auto";

    FunctionSettings(String name) {
        this.name = name;
    }

    void set(String key, String value) throws FunctionPayload.MalformedException {
        switch (key) {
            case "name" -> {
                // Read first, by whoever made this.
            }
            case "readonly" -> readOnly = yes(value);
            case "timeout-ms" -> timeLimitUs = number(key, value, 1, 3_600_000) * 1000;
            case "memory-pages" -> memoryPagesMax = (int) number(key, value, 1, 32_768);
            case "runtime" -> runtime = value;
            default ->
                throw new FunctionPayload.MalformedException("Invalid metadata value given: " + key + "=" + value);
        }
    }

    private static boolean yes(String value) throws FunctionPayload.MalformedException {
        if (value.equals("yes") || value.equals("no")) {
            return value.equals("yes");
        }
        throw new FunctionPayload.MalformedException("readonly is yes or no, not " + value);
    }

    private static long number(String key, String value, long min, long max) throws FunctionPayload.MalformedException {
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new FunctionPayload.MalformedException(
                    key + " is a number from " + min + " to " + max + ", not " + value);
        }
        throw new FunctionPayload.MalformedException(
                key + " is a number from " + min + " to " + max + ", not " + value);
    }

    Manifest manifest() throws FunctionPayload.MalformedException {
        try {
            return new Manifest(name, runtime, readOnly, timeLimitUs, memoryPagesMax);
        } catch (IllegalArgumentException refused) {
            throw new FunctionPayload.MalformedException(String.valueOf(refused.getMessage()));
        }
    }
}
