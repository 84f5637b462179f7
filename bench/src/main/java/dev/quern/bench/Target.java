package dev.quern.bench;

import java.util.Locale;

/**
 * What a bench wants to reach, and what it measured.
 *
 * @param name of the target, one word with dashes
 * @param measured what came out
 * @param wanted the bound
 * @param unit printed after both figures, such as {@code x} for a ratio
 * @param atLeast whether the bound is a lower one
 */
public record Target(String name, double measured, double wanted, String unit, boolean atLeast) {
    /** Whether the measured figure keeps the bound. */
    public boolean holds() {
        return atLeast ? measured >= wanted : measured <= wanted;
    }

    /** The line a bench ends with, one for each target; read by scripts. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "target %s: measured %.2f%s, wanted %s %.2f%s, %s",
                name,
                measured,
                unit,
                atLeast ? ">=" : "<=",
                wanted,
                unit,
                holds() ? "holds" : "short");
    }
}
