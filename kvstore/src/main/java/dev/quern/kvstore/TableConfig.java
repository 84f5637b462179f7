package dev.quern.kvstore;

/** How a table is made. Hash tables are the one kind so far; what is chosen here stays for the table's life. */
public record TableConfig() {
    private static final TableConfig DEFAULTS = new TableConfig();

    /** A hash table. */
    public static TableConfig defaults() {
        return DEFAULTS;
    }
}
