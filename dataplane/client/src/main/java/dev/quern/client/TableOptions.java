package dev.quern.client;

import dev.quern.protocol.TableOpenLayout;

/** What is asked of a table when it is opened: made like this when there is none, refused when there is one that is not. Immutable. */
public final class TableOptions {
    /** A table as it is; a hash table that refuses what does not fit when there is none. */
    public static final TableOptions ANY = new TableOptions(TableOpenLayout.FLAG_CREATE);

    private final int flags;

    private TableOptions(int flags) {
        this.flags = flags;
    }

    /** Its records are in the order of their keys. */
    public TableOptions ordered() {
        return new TableOptions(flags | TableOpenLayout.FLAG_ORDERED);
    }

    /** When the tenant's memory is used up, records go that are seldom asked for, as in a cache. */
    public TableOptions evicting() {
        return new TableOptions(flags | TableOpenLayout.FLAG_EVICTING);
    }

    /** It is there already: one that is not is an error. */
    public TableOptions existing() {
        return new TableOptions(flags & ~TableOpenLayout.FLAG_CREATE);
    }

    TableOptions and(TableOptions others) {
        return new TableOptions(flags | others.flags);
    }

    /** Whether a table that was opened with these is what the others ask for. */
    boolean cover(TableOptions others) {
        return (others.flags & ~flags & ~TableOpenLayout.FLAG_CREATE) == 0;
    }

    int flags() {
        return flags;
    }
}
