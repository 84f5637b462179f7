package dev.quern.kvstore;

/**
 * How a table is made. Hash tables are the one kind so far; what is chosen here stays for the table's life.
 *
 * @param whenFull what happens when the tenant's memory is used up
 */
public record TableConfig(WhenFull whenFull) {
    private static final TableConfig DEFAULTS = new TableConfig(WhenFull.REFUSE);

    /** A hash table that refuses writes when the quota is used up. */
    public static TableConfig defaults() {
        return DEFAULTS;
    }

    public TableConfig withWhenFull(WhenFull newWhenFull) {
        return new TableConfig(newWhenFull);
    }
}
