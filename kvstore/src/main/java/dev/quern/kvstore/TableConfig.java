package dev.quern.kvstore;

/**
 * How a table is made. What is chosen here stays for the table's life.
 *
 * @param kind in which order the records are
 * @param whenFull what happens when the tenant's memory is used up
 */
public record TableConfig(TableKind kind, WhenFull whenFull) {
    private static final TableConfig DEFAULTS = new TableConfig(TableKind.HASH, WhenFull.REFUSE);

    /** A hash table that refuses writes when the quota is used up. */
    public static TableConfig defaults() {
        return DEFAULTS;
    }

    public TableConfig withKind(TableKind newKind) {
        return new TableConfig(newKind, whenFull);
    }

    public TableConfig withWhenFull(WhenFull newWhenFull) {
        return new TableConfig(kind, newWhenFull);
    }
}
