package dev.quern.kvstore;

/** Sees records during a scan. Called on the scanning core's thread, inside its epoch. */
@FunctionalInterface
public interface RecordVisitor {
    /**
     * Sees one record; it must not write to the table.
     *
     * @param record the record's address, good until the core leaves the epoch
     */
    void visit(long record);
}
