package dev.quern.client;

/** A table by name, and the id that the server gives it: another one after the server was restarted. */
final class TableHandle {
    /** No table has this id: what a table has that could not be opened anew. */
    static final int ID_UNKNOWN = 0xFFFF;

    static final TableHandle DEFAULT = new TableHandle("default", 0, false, false);

    private final String name;
    private final boolean create;
    private final boolean ordered;
    // Written by the I/O thread when a session is opened anew, read by it when it sends; volatile for whoever opened
    // the table.
    private volatile int id;

    TableHandle(String name, int id, boolean create, boolean ordered) {
        this.name = name;
        this.id = id;
        this.create = create;
        this.ordered = ordered;
    }

    String name() {
        return name;
    }

    boolean create() {
        return create;
    }

    boolean ordered() {
        return ordered;
    }

    int id() {
        return id;
    }

    void reopened(int newId) {
        id = newId;
    }
}
