package dev.quern.client;

/** A table by name, and the id that the server gives it: another one after the server was restarted. */
final class TableHandle {
    /** No table has this id: what a table has that could not be opened anew. */
    static final int ID_UNKNOWN = 0xFFFF;

    static final TableHandle DEFAULT = new TableHandle("default", 0, TableOptions.ANY.existing());

    private final String name;
    private volatile TableOptions options;
    // Written by the I/O thread when a session is opened anew, read by it when it sends; volatile for whoever opened
    // the table.
    private volatile int id;

    TableHandle(String name, int id, TableOptions options) {
        this.name = name;
        this.id = id;
        this.options = options;
    }

    String name() {
        return name;
    }

    /** What it is opened with, also on a server that was restarted. */
    TableOptions options() {
        return options;
    }

    /** The server said that the table is as these options ask, too. */
    synchronized void add(TableOptions confirmed) {
        options = options.and(confirmed);
    }

    int id() {
        return id;
    }

    void reopened(int newId) {
        id = newId;
    }
}
