package dev.quern.server.doctor;

import java.util.Locale;

/**
 * One thing looked at.
 *
 * @param grade how it is
 * @param subject what it is about, a word or two
 * @param fact what was found
 * @param mend the command that changes it; empty where nothing has to be
 */
public record Finding(Grade grade, String subject, String fact, String mend) {
    /** How a thing is. */
    public enum Grade {
        /** As it should be. */
        OK,
        /** Works without; slower, or with a way in that is shut. */
        LACKS,
        /** A server does not run well, or at all. */
        BROKEN
    }

    static Finding ok(String subject, String fact) {
        return new Finding(Grade.OK, subject, fact, "");
    }

    static Finding lacks(String subject, String fact, String mend) {
        return new Finding(Grade.LACKS, subject, fact, mend);
    }

    static Finding broken(String subject, String fact, String mend) {
        return new Finding(Grade.BROKEN, subject, fact, mend);
    }

    /** One line, and a second one with the mending where there is any. */
    public String text() {
        String line = String.format(Locale.ROOT, "%-7s %-18s %s", grade.name().toLowerCase(Locale.ROOT), subject, fact);
        return mend.isEmpty() ? line : line + System.lineSeparator() + " ".repeat(27) + "mend: " + mend;
    }
}
