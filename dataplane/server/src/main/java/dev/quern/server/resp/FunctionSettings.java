package dev.quern.server.resp;

import dev.quern.sandbox.CallArguments;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.Manifest;
import java.util.List;
import java.util.regex.Pattern;

/** Collects a manifest from the words of a FUNCTION LOAD. Thread: one. */
final class FunctionSettings {
    private static final long US_PER_MS = 1000;
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,15}");

    private Manifest manifest;

    FunctionSettings(String name) {
        manifest = Manifest.named(name);
    }

    void set(String key, String value) throws FunctionPayload.MalformedException {
        switch (key) {
            case "name" -> {
                // Read first, by whoever made this.
            }
            case "readonly" -> manifest = manifest.withReadOnly(yes(value));
            case "timeout-ms" ->
                manifest = manifest.withTimeLimitUs(
                        number(key, value, 1, Limits.TIME_LIMIT_US_MAX / US_PER_MS) * US_PER_MS);
            case "memory-pages" ->
                manifest = manifest.withMemoryPagesMax(
                        (int) number(key, value, Limits.MEMORY_PAGES_MIN, Limits.MEMORY_PAGES_MAX));
            case "target-p99-us" ->
                manifest = manifest.withTargetP99Us(number(key, value, 1, Limits.TARGET_P99_US_MAX));
            case "memory" -> manifest = manifest.withFresh(fresh(value));
            case "calibrate" -> manifest = manifest.withCalibration(calibration(value));
            case "runtime" -> manifest = manifest.withRuntime(value);
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

    private static boolean fresh(String value) throws FunctionPayload.MalformedException {
        if (value.equals("fresh") || value.equals("kept")) {
            return value.equals("fresh");
        }
        throw new FunctionPayload.MalformedException("memory is kept or fresh, not " + value);
    }

    /** Arguments between commas. */
    private static byte[] calibration(String value) throws FunctionPayload.MalformedException {
        try {
            return CallArguments.parse(value.isEmpty() ? List.of() : List.of(value.split(",", -1)));
        } catch (FunctionRefusedException bad) {
            throw new FunctionPayload.MalformedException(String.valueOf(bad.getMessage()));
        }
    }

    private static long number(String key, String value, long min, long max) throws FunctionPayload.MalformedException {
        if (DIGITS.matcher(value).matches()) {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new FunctionPayload.MalformedException(
                key + " is a number from " + min + " to " + max + ", not " + value);
    }

    Manifest manifest() {
        return manifest;
    }
}
