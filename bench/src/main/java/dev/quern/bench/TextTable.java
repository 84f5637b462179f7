package dev.quern.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of plain text: the first column to the left, figures to the right. */
public final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... headings) {
        rows.add(List.of(headings));
    }

    /** Adds a row with as many cells as there are headings. */
    public TextTable row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "a row has one cell for each heading: cells=" + cells.length + ", headings=" + rows.get(0));
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The table, each line indented by two and ended by a line feed. */
    public String text() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ");
            for (int i = 0; i < columns; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? " " + row.get(i) + padding : "  " + padding + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** A count or a rate, with thousands set apart. */
    public static String number(double value) {
        return String.format(Locale.ROOT, "%,d", Math.round(value));
    }

    /** A ratio, such as {@code 1.25x}. */
    public static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2fx", value);
    }
}
