package dev.quern.bench.workload;

import java.util.Locale;

/**
 * The shares of operations; they sum up to 1.
 *
 * @param get reads a record
 * @param put writes a record that is there
 * @param insert writes a new one
 * @param scan reads records in the order of their keys
 * @param modify reads a record, then writes it
 */
public record Mix(double get, double put, double insert, double scan, double modify) {
    private static final double SUM_ERROR_MAX = 1e-6;

    public Mix {
        double sum = get + put + insert + scan + modify;
        if (Math.min(Math.min(get, put), Math.min(Math.min(insert, scan), modify)) < 0
                || Math.abs(sum - 1) > SUM_ERROR_MAX) {
            throw new IllegalArgumentException("shares of operations are not negative and sum up to 1, not " + sum);
        }
    }

    /** Gets, and puts for the rest. */
    public static Mix gets(double share) {
        return new Mix(share, 1 - share, 0, 0, 0);
    }

    /** In words, without what does not occur. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        append(text, get, "get");
        append(text, put, "put");
        append(text, insert, "insert");
        append(text, scan, "scan");
        append(text, modify, "read-modify-write");
        return text.toString();
    }

    private static void append(StringBuilder text, double share, String name) {
        if (share > 0) {
            String percent = String.format(Locale.ROOT, "%.1f", share * 100).replace(".0", "");
            text.append(text.isEmpty() ? "" : ", ")
                    .append(percent)
                    .append(" % ")
                    .append(name);
        }
    }
}
